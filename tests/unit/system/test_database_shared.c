// test_database_shared.c - databases against the reference cases, where those are at hand.
#include "database_case.h"

#include <time.h>

#include <json-c/json.h>

static const char *shared; // folder of the cases, NULL: absent

static const char *case_path(const char *name) {
  static _Thread_local char ring[4][1024];
  static _Thread_local int next;
  char *text = ring[next = (next + 1) % 4];
  (void)snprintf(text, sizeof ring[0], "%s/cases/%s", shared, name);
  return text;
}

static void need_cases(void) {
  if (shared) return;
  print_message("VINTNER_SHARED is not set: skipped\n");
  skip();
}

static vt_database_set *read_set(int count, const char *const *name) {
  const char *path[4];
  assert_in_range(count, 0, 4);
  for (int i = 0; i < count; i++) path[i] = case_path(name[i]);
  vt_database_set *set;
  must(vt_database_set_read(count, path, &set));
  return set;
}

static vt_system *make_system(vt_database_set *set, const char *name, ptrdiff_t column) {
  int database = -1;
  vt_system *system;
  if (name) must(vt_database_find(set, name, &database));
  must(vt_system_create(set, name ? 1 : 0, &database, column, &system));
  assert_matched(system);
  return system;
}

static int row_of_id(const vt_database_set *set, const vt_system *system, int64_t id) {
  int node, row;
  must(vt_node_find_id(set, id, &node));
  must(vt_system_demand_row(set, system, node, &row));
  return row;
}

static int unnamed_method(const vt_database_set *set) {
  int method;
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 0, NULL, &method));
  return method;
}

// Score of one unit of product `id` by the unnamed method.
static double score_of_packages(int count, const char *const *name, int64_t id, ptrdiff_t column) {
  vt_database_set *set = read_set(count, name);
  vt_system *system = make_system(set, NULL, column);
  const double score =
      score_of(set, system, row_of_id(set, system, id), unnamed_method(set), column);
  vt_system_free(system);
  vt_database_set_free(set);
  return score;
}

static void expect_matrix(const vt_sparse *found, const double *expected) {
  for (int i = 0; i < found->rows; i++) {
    for (int j = 0; j < found->columns; j++)
      assert_near(cell_of(found, i, j), expected[i * found->columns + j], 1e-15);
  }
}

static void the_chain_has_its_matrices_supply_and_score(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/chain.zip"};
  vt_database_set *set = read_set(1, name);
  vt_system *system = make_system(set, "chain", VT_NO_COLUMN);
  assert_int_equal(system->products, 3);
  assert_int_equal(system->flows, 2);
  const double a[] = {1, 0, -0.1, -0.5, 2, 0, 0, -0.25, 4}, b[] = {1, 0, 7, 0, 2, 0};
  expect_matrix(&system->technosphere, a);
  expect_matrix(&system->biosphere, b);
  double factor[2];
  must(vt_method_factors(set, system, unnamed_method(set), VT_NO_COLUMN, factor));
  assert_near(factor[0], 10.0, 0.0);
  assert_near(factor[1], 100.0, 0.0);
  double *x = solve_demand(system, row_of_id(set, system, 1));
  const double supply[] = {1.001564945226917, 0.25039123630672927, 0.01564945226917058};
  for (int j = 0; j < 3; j++) assert_near(x[j], supply[j], 1e-14);
  free(x);
  vt_system_free(system);
  vt_database_set_free(set);
  assert_near(score_of_packages(1, name, 1, VT_NO_COLUMN), 61.189358372456965, 1e-14);
  const char *narrow[] = {"brightway/chain32_dir"};
  assert_near(score_of_packages(1, narrow, 1, VT_NO_COLUMN), 61.18935837388388, 1e-14);
}

static void later_packages_replace_cells(void **state) {
  (void)state;
  need_cases();
  const char *after[] = {"brightway/chain.zip", "brightway/override.zip"};
  const char *before[] = {"brightway/override.zip", "brightway/chain.zip"};
  assert_near(score_of_packages(2, after, 1, VT_NO_COLUMN), 91.97994987468672, 1e-14);
  assert_near(score_of_packages(2, before, 1, VT_NO_COLUMN), 61.189358372456965, 1e-14);
}

static void array_columns_are_taken_in_turn(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/chain.zip", "brightway/seq.zip"};
  const double expected[] = {61.189358372456965, 46.165884194053206, 105.9444661712945,
                             61.189358372456965, 46.165884194053206};
  for (int k = 0; k < 5; k++) assert_near(score_of_packages(2, name, 1, k), expected[k], 1e-14);
  assert_near(score_of_packages(2, name, 1, VT_NO_COLUMN), 61.189358372456965, 1e-14);
}

static void combinations_run_with_the_last_group_fastest(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/comb.zip"};
  vt_database_set *set = read_set(1, name);
  const double expected[6][2] = {{1, 10}, {1, 20}, {2, 10}, {2, 20}, {3, 10}, {3, 20}};
  vt_matrix *matrix;
  for (int k = 0; k < 6; k++) {
    must(vt_matrix_create(set, "m", k, &matrix));
    assert_near(cell_of(&matrix->values, 0, 0), expected[k][0], 0.0);
    assert_near(cell_of(&matrix->values, 1, 1), expected[k][1], 0.0);
    vt_matrix_free(matrix);
  }
  must_fail(vt_matrix_create(set, "m", 6, &matrix), "combinations", "6");
  vt_database_set_free(set);
}

static void duplicates_follow_the_rules_of_their_package(void **state) {
  (void)state;
  need_cases();
  const double expected[4][6] = {
      {10, 3, 0, 0, 0, 20}, {11, 3, 0, 0, 0, 24}, {10, 5, 0, 0, 0, 4}, {11, 5, 0, 0, 0, 4}};
  for (int k = 0; k < 4; k++) {
    char file[64];
    (void)snprintf(file, sizeof file, "brightway/dup_intra%d_inter%d.zip", k / 2, k % 2);
    const char *name[] = {file};
    vt_database_set *set = read_set(1, name);
    vt_matrix *matrix;
    must(vt_matrix_create(set, "m", VT_NO_COLUMN, &matrix));
    assert_int_equal(matrix->rows, 2);
    assert_int_equal(matrix->columns, 3);
    expect_matrix(&matrix->values, expected[k]);
    vt_matrix_free(matrix);
    vt_database_set_free(set);
  }
}

static void static_scores_of_uncertain_packages_are_the_static_ones(void **state) {
  (void)state;
  need_cases();
  const char *mc[] = {"brightway/mc.zip"};
  assert_near(score_of_packages(1, mc, 3, VT_NO_COLUMN), 1.1, 1e-14);
  vt_database_set *set = read_set(1, mc);
  assert_non_null(set->package[0].group[0].uncertainty);
  assert_int_equal(set->package[0].group[1].uncertainty[0].type, 4);
  assert_near(set->package[0].group[1].uncertainty[0].maximum, 1.5, 0.0);
  vt_database_set_free(set);
}

static void a_foreground_package_uses_a_background_package(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/bg.zip", "brightway/fg.zip", "brightway/bgfg_method.zip"};
  assert_near(score_of_packages(3, name, 3, VT_NO_COLUMN), 3.2, 1e-14);
  vt_database_set *set = read_set(3, name);
  vt_system *system = make_system(set, "fg", VT_NO_COLUMN);
  double *x = solve_demand(system, row_of_id(set, system, 3));
  assert_near(x[0], 0.5, 1e-15);
  assert_near(x[1], 1.0, 1e-15);
  assert_near(x[2], 1.0, 1e-15);
  free(x);
  int database, count, *row;
  must(vt_database_find(set, "fg", &database));
  must(vt_system_rows_of(set, system, database, &count, &row));
  assert_int_equal(count, 1);
  assert_int_equal(row[0], row_of_id(set, system, 3));
  free(row);
  must(vt_database_find(set, "bg", &database));
  must(vt_system_rows_of(set, system, database, &count, &row));
  assert_int_equal(count, 2);
  free(row);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void production_off_the_diagonal_is_found(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/perm.zip", "brightway/perm_m1.zip", "brightway/perm_m2.zip",
                        "brightway/perm_n.zip"};
  vt_database_set *set = read_set(4, name);
  vt_system *system = make_system(set, "perm", VT_NO_COLUMN);
  const double a[] = {-0.2, -0.5, 1, -0.1, 0, -0.1, 1, 0, 0, -0.2, -0.1, 0, -0.5, 1, 0, 0, 0, -0.2,
                      0,    0,    0, -0.4, 1, 0,    0, 0, 0, 1,    0,    0, 0,    0, 0, 0, 0, 1};
  expect_matrix(&system->technosphere, a);
  const int reference[] = {1, 2, 0, 4, 3, 5};
  for (int j = 0; j < 6; j++) assert_int_equal(system->reference[j], reference[j]);
  const int64_t demand[] = {100, 103, 105};
  const double first[] = {11, 8.19, 28.2}, second[] = {30, 6.7, 120};
  const char *one[] = {"first", "category"}, *two[] = {"second", "category"}, *norm[] = {"n", "1"};
  int m1, m2, n;
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 2, one, &m1));
  if (vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 2, two, &m2) != VT_OK) {
    fail_msg("%s", vt_error_message());
  }
  must(vt_method_find(set, VT_MATRIX_NORMALIZATION, 2, norm, &n));
  const double amount[] = {1, 2, 3};
  double factor[64], weight[64];
  assert_in_range(system->flows, 1, 64);
  must(vt_method_factors(set, system, m1, VT_NO_COLUMN, factor));
  must(vt_method_factors(set, system, n, VT_NO_COLUMN, weight));
  const double normalised[] = {126, 28.14, 504};
  for (int d = 0; d < 3; d++) {
    const int row = row_of_id(set, system, demand[d]);
    assert_near(amount[d] * score_of(set, system, row, m1, VT_NO_COLUMN), first[d], 1e-14);
    assert_near(amount[d] * score_of(set, system, row, m2, VT_NO_COLUMN), second[d], 1e-14);
    double *x = solve_demand(system, row), *g = inventory_of(system, x), score = 0.0;
    for (int e = 0; e < system->flows; e++)
      score += 42.0 * amount[d] * weight[e] * factor[e] * g[e];
    assert_near(score, normalised[d], 1e-14);
    free(x);
    free(g);
  }
  vt_system_free(system);
  vt_database_set_free(set);
  const char *weighting[] = {"brightway/perm.zip", "brightway/perm_w.zip"}, *w[] = {"w", "1"};
  set = read_set(2, weighting);
  system = make_system(set, NULL, VT_NO_COLUMN);
  must(vt_method_find(set, VT_MATRIX_WEIGHTING, 2, w, &n));
  must(vt_method_factors(set, system, n, VT_NO_COLUMN, weight));
  for (int e = 0; e < system->flows; e++) assert_near(weight[e], 42.0, 0.0);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void systems_that_are_not_square_name_the_culprits(void **state) {
  (void)state;
  need_cases();
  const char *bad[] = {"brightway/nonsquare_bad.zip"}, *good[] = {"brightway/nonsquare.zip"};
  vt_database_set *set = read_set(1, bad);
  vt_system *system;
  must_fail(vt_system_create(set, 0, NULL, VT_NO_COLUMN, &system), "not square",
            "2 products and 1 processes");
  vt_database_set_free(set);
  set = read_set(1, good);
  system = make_system(set, NULL, VT_NO_COLUMN);
  double *x = solve_demand(system, 0);
  assert_near(x[0], 1.0, 1e-15);
  assert_near(x[1], -0.5, 1e-15);
  free(x);
  vt_system_free(system);
  vt_database_set_free(set);
}

static int node_of(vt_database_set *set, const char *name, const char *code) {
  int database, node;
  must(vt_database_find(set, name, &database));
  must(vt_database_require(set, database));
  must(vt_node_find(set, database, code, &node));
  return node;
}

static double project_score(vt_database_set *set, const char *code, int parts,
                            const char *const *part) {
  int method, row;
  const int node = node_of(set, "my db (v1)", code);
  vt_system *system = make_system(set, "my db (v1)", VT_NO_COLUMN);
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, parts, part, &method));
  must(vt_system_demand_row(set, system, node, &row));
  const double score = score_of(set, system, row, method, VT_NO_COLUMN);
  vt_system_free(system);
  return score;
}

static void a_project_gives_brightways_scores(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"brightway/demo_project"};
  vt_database_set *set = read_set(1, name);
  const char *gwp[] = {"gwp", "100"}, *water[] = {"regional", "water"};
  // bw2calc solves the same matrices: only the last bits differ.
  assert_near(project_score(set, "elec", 2, gwp), 0.5598658564656962, 1e-12);
  assert_near(project_score(set, "heat", 2, gwp), 0.25064910874892193, 1e-12);
  assert_near(project_score(set, "heat", 2, water), 0.2099999908606212, 1e-12);
  const int heat = node_of(set, "my db (v1)", "heat"), chp = node_of(set, "my db (v1)", "chp");
  assert_int_equal(set->node[heat].id, INT64_C(382606507251863555));
  assert_int_equal(set->node[heat].type, VT_NODE_PRODUCT);
  assert_string_equal(set->node[chp].name, "CHP process");
  vt_system *system = make_system(set, "my db (v1)", VT_NO_COLUMN);
  const double a[] = {1, -0.35, 1.25, -0.050625, 1.9, -0.4, 0, 0, 3};
  for (int i = 0; i < 9; i++) assert_near(cell_of(&system->technosphere, i / 3, i % 3), a[i], 1e-7);
  int row;
  must_fail(vt_system_demand_row(set, system, chp, &row), "'chp'", "'heat'");
  vt_system_free(system);
  must_fail(vt_node_find(set, set->node[heat].database, "heet", &row), "heet",
            "did you mean 'heat'?");
  vt_database_set_free(set);
}

static void uslci_gives_the_reference_inventories(void **state) {
  (void)state;
  need_cases();
  struct timespec before, after;
  (void)clock_gettime(CLOCK_MONOTONIC, &before);
  const char *name[] = {"uslci/brightway.json"};
  vt_database_set *set = read_set(1, name);
  vt_system *system = make_system(set, "uslci", VT_NO_COLUMN);
  (void)clock_gettime(CLOCK_MONOTONIC, &after);
  print_message("uslci: read and assembled in %.3f s\n",
                (double)(after.tv_sec - before.tv_sec) +
                    1e-9 * (double)(after.tv_nsec - before.tv_nsec));
  assert_int_equal(system->products, 766);
  assert_int_equal(system->technosphere.entries, 4237);
  struct json_object *expected = json_object_from_file(case_path("uslci/expected.json"));
  assert_non_null(expected);
  struct json_object *list = json_object_object_get(expected, "demand of one unit each");
  const char *ghg[] = {"GHG", "100 years"};
  int method, database;
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 2, ghg, &method));
  must(vt_database_find(set, "uslci-biosphere", &database));
  double worst = 0.0, *factor = calloc((size_t)system->flows, sizeof *factor);
  assert_non_null(factor);
  must(vt_method_factors(set, system, method, VT_NO_COLUMN, factor));
  for (size_t i = 0; i < json_object_array_length(list); i++) {
    struct json_object *entry = json_object_array_get_idx(list, i);
    int row, node = node_of(set, "uslci",
                            json_object_get_string(json_object_object_get(entry, "process")));
    must(vt_system_demand_row(set, system, node, &row));
    double *x = solve_demand(system, row), *g = inventory_of(system, x), sum = 0.0;
    for (int e = 0; e < system->flows; e++) sum += fabs(g[e]);
    const double wanted =
        json_object_get_double(json_object_object_get(entry, "sum of absolute flows"));
    assert_true(fabs(sum - wanted) <= 1e-9 * wanted + 1e-15); // one process has no flows at all
    if (wanted > 0.0) worst = fmax(worst, fabs(sum - wanted) / wanted);
    double score = 0.0, scale = 0.0;
    for (int e = 0; e < system->flows; e++) {
      score += factor[e] * g[e];
      scale += fabs(factor[e] * g[e]);
    }
    const double wanted_score = json_object_get_double(json_object_object_get(entry, "ghg score"));
    if (!(fabs(score - wanted_score) <= 1e-9 * (scale + wanted) + 1e-15))
      fail_msg("found the score %.17g, expected %.17g, scale %g", score, wanted_score, scale);
    struct json_object *largest = json_object_object_get(entry, "largest");
    json_object_object_foreach(largest, code, number) {
      const int flow = node_of(set, "uslci-biosphere", code);
      for (int e = 0; e < system->flows; e++) {
        if (system->flow[e] == flow) assert_near(g[e], json_object_get_double(number), 1e-9);
      }
    }
    free(x);
    free(g);
  }
  print_message("uslci: sums of absolute flows agree to %.1e (dense LU, no refinement)\n", worst);
  free(factor);
  (void)json_object_put(expected);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void expect_labels(const vt_labels *found, const vt_labels *expected) {
  for (int i = 0; i < vt_labels_count(found); i++)
    assert_string_equal(vt_labels_get(found, i), vt_labels_get(expected, i));
}

static void expect_tensor(const vt_inputs *found, const vt_inputs *expected, vt_tensor_id id,
                          ptrdiff_t count) {
  const vt_tensor *a = &found->tensor[id], *b = &expected->tensor[id];
  const int axes = vt_tensor_kinds[id].axes;
  assert_int_equal(a->count, count);
  assert_int_equal(b->count, count);
  assert_memory_equal(a->index, b->index, (size_t)(count * axes) * sizeof *a->index);
  for (ptrdiff_t i = 0; i < count; i++) assert_near(a->value[i], b->value[i], 1e-15);
}

static void the_basic_foreground_gives_optimexs_entries(void **state) {
  (void)state;
  need_cases();
  const char *name[] = {"basic/brightway.json"};
  vt_database_set *set = read_set(1, name);
  vt_inputs *expected, *inputs;
  must(vt_inputs_read(case_path("basic/model_inputs.json"), &expected));
  const vt_tensor *demand = &expected->tensor[VT_TENSOR_DEMAND];
  vt_yearly_demand *entry = calloc((size_t)demand->count, sizeof *entry);
  assert_non_null(entry);
  for (ptrdiff_t i = 0; i < demand->count; i++) {
    const int year = expected->system_time[demand->index[2 * i + 1]];
    entry[i] = (vt_yearly_demand){.product = vt_labels_get(expected->product, demand->index[2 * i]),
                                  .first_year = year,
                                  .last_year = year,
                                  .amount = demand->value[i]};
  }
  vt_foreground from = {
      .first_year = 2020, .last_year = 2049, .demands = (int)demand->count, .demand = entry};
  must(vt_database_find(set, "foreground", &from.database));
  int *flow, *elementary;
  must(vt_foreground_build(set, &from, &inputs, &flow, &elementary));
  expect_labels(inputs->process, expected->process);
  expect_labels(inputs->product, expected->product);
  expect_labels(inputs->intermediate_flow, expected->intermediate_flow);
  expect_labels(inputs->elementary_flow, expected->elementary_flow);
  expect_labels(inputs->background, expected->background);
  assert_int_equal(vt_labels_count(inputs->background), 3);
  expect_tensor(inputs, expected, VT_TENSOR_TECHNOSPHERE, 6);
  expect_tensor(inputs, expected, VT_TENSOR_INTERNAL_DEMAND, 22);
  expect_tensor(inputs, expected, VT_TENSOR_PRODUCTION, 39);
  expect_tensor(inputs, expected, VT_TENSOR_BIOSPHERE, 39);
  expect_tensor(inputs, expected, VT_TENSOR_OPERATION_FLOW, 10);
  expect_tensor(inputs, expected, VT_TENSOR_DEMAND, 25);
  expect_tensor(inputs, expected, VT_TENSOR_MAPPING, 58);
  assert_int_equal(inputs->process_times, expected->process_times);
  for (int p = 0; p < vt_labels_count(inputs->process); p++) {
    assert_int_equal(inputs->window_first[p], expected->window_first[p]);
    assert_int_equal(inputs->window_last[p], expected->window_last[p]);
  }
  assert_string_equal(set->node[flow[0]].code, "I1");
  int later, match; // the flow of the foreground in another snapshot
  must(vt_database_find(set, "db_2050", &later));
  must(vt_database_require(set, later));
  must(vt_node_match(set, flow[0], later, &match));
  assert_int_equal(set->node[match].database, later);
  free(flow);
  free(elementary);
  free(entry);
  vt_inputs_free(inputs);
  vt_inputs_free(expected);
  vt_database_set_free(set);
}

int main(void) {
  shared = getenv("VINTNER_SHARED");
  if (shared) {
    FILE *file = fopen(case_path("brightway/README.md"), "r");
    if (file) (void)fclose(file);
    if (!file) shared = NULL;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_chain_has_its_matrices_supply_and_score),
      cmocka_unit_test(later_packages_replace_cells),
      cmocka_unit_test(array_columns_are_taken_in_turn),
      cmocka_unit_test(combinations_run_with_the_last_group_fastest),
      cmocka_unit_test(duplicates_follow_the_rules_of_their_package),
      cmocka_unit_test(static_scores_of_uncertain_packages_are_the_static_ones),
      cmocka_unit_test(a_foreground_package_uses_a_background_package),
      cmocka_unit_test(production_off_the_diagonal_is_found),
      cmocka_unit_test(systems_that_are_not_square_name_the_culprits),
      cmocka_unit_test(a_project_gives_brightways_scores),
      cmocka_unit_test(the_basic_foreground_gives_optimexs_entries),
      cmocka_unit_test(uslci_gives_the_reference_inventories),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
