// test_allocation.c - processes of several products, allocated: shares, names, what is refused.
#include "database_files.h"

// A plant makes 2 of electricity and 3 of heat of 5 + (10 - 1) * 2 = 23 CO2; a refinery itself and
// naphtha of 8.
static const char text[] =
    "{'databases': {'db': {'data': {"
    " 'chp': {'name': 'Plant', 'location': 'DE', 'exchanges': ["
    "  {'input': ['db', 'electricity'], 'type': 'production', 'amount': 2,"
    "   'properties': {'mass': 3, 'price': 1}},"
    "  {'input': ['db', 'fuel'], 'type': 'technosphere', 'amount': 10},"
    "  {'input': ['db', 'heat'], 'type': 'production', 'amount': 1,"
    "   'properties': {'price': {'amount': 0}}},"
    "  {'input': ['db', 'fuel'], 'type': 'substitution', 'amount': 1},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 5},"
    "  {'input': ['db', 'heat'], 'type': 'generic production', 'amount': 2,"
    "   'properties': {'price': 0}}]},"
    " 'electricity': {'type': 'product', 'name': 'Power', 'properties': {'mass': 1000}},"
    " 'heat': {'type': 'product', 'properties': {'mass': {'amount': 4, 'unit': 'kg'}}},"
    " 'fuel': {'exchanges': [{'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 2}]},"
    " 'refinery': {'name': 'Refinery', 'exchanges': ["
    "  {'input': ['db', 'refinery'], 'type': 'production', 'amount': 1, 'properties': {'mass': 1,"
    "   'price': 1}},"
    "  {'input': ['db', 'naphtha'], 'type': 'production', 'amount': 1, 'properties': {'mass': 3,"
    "   'price': 1}},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 8}]},"
    " 'naphtha': {'type': 'product'}}},"
    "'other': {'data': {'user': {'exchanges': ["
    "  {'input': ['db', 'heat'], 'type': 'technosphere', 'amount': 1},"
    "  {'input': ['db', 'refinery'], 'type': 'technosphere', 'amount': 1}]}}},"
    "'bio': {'data': {'co2': {'type': 'emission'}}}},"
    "'methods': [{'name': ['gwp'], 'cfs': [[['bio', 'co2'], 1]]}]}";

static int node_of(const vt_database_set *set, const char *name, const char *code) {
  int database, node;
  must(vt_database_find(set, name, &database));
  must(vt_node_find(set, database, code, &node));
  return node;
}

static vt_database_set *read_allocated(const char *name, const char *property) {
  vt_database_set *set = read_one(name);
  int database;
  must(vt_database_find(set, "db", &database));
  must(vt_database_allocate(set, database, property));
  return set;
}

static double score_by_code(vt_database_set *set, const vt_system *system, const char *database,
                            const char *code) {
  static const char *const part = "gwp";
  int row, method;
  must(vt_system_demand_row(set, system, node_of(set, database, code), &row));
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 1, &part, &method));
  return score_of(set, system, row, method, VT_NO_COLUMN);
}

static void products_have_their_shares(void **state) {
  (void)state;
  // Scores of a unit of electricity, heat, the refinery's own product and naphtha.
  const struct {
    const char *property;
    double score[4];
  } cases[] = {{"mass", {23.0 / 6.0, 46.0 / 9.0, 2.0, 6.0}},
               {"price", {23.0 / 2.0, 0.0, 4.0, 4.0}},
               {"equal", {23.0 / 4.0, 23.0 / 6.0, 4.0, 4.0}}};
  static const char *const codes[4] = {"electricity", "heat", "refinery", "naphtha"};
  write_text("joint.json", text);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    vt_database_set *set = read_allocated("joint.json", cases[i].property);
    vt_system *system = make_system(set, "other");
    for (int k = 0; k < 4; k++)
      assert_near(score_by_code(set, system, "db", codes[k]), cases[i].score[k], 1e-15);
    // What other databases take of it follows it to its new place.
    assert_near(score_by_code(set, system, "other", "user"), cases[i].score[1] + cases[i].score[2],
                1e-15);
    vt_system_free(system);
    vt_database_set_free(set);
  }
}

static void without_allocation_the_system_is_not_square(void **state) {
  (void)state;
  write_text("joint.json", text);
  must_refuse_system(read_one("joint.json"), "db", "not square", "5 products and 3 processes");
}

static void what_is_made_has_names(void **state) {
  (void)state;
  write_text("joint.json", text);
  vt_database_set *set = read_allocated("joint.json", "mass");
  const int plant = node_of(set, "db", "chp"), part = node_of(set, "db", "chp@electricity");
  assert_string_equal(set->node[part].name, "Plant (Power)");
  assert_string_equal(set->node[part].product, "Power");
  assert_string_equal(set->node[part].location, "DE");
  assert_int_equal(set->node[part].type, VT_NODE_PROCESS);
  assert_int_equal(part - set->node[part].whole, plant);
  assert_int_equal(set->node[plant].parts, 2);
  assert_int_equal(plant + set->node[plant].first_part, part);
  assert_int_equal(set->node[plant].exchanges, 0);
  assert_int_equal(set->node[plant].type, VT_NODE_OTHER);
  assert_string_equal(set->node[part + 1].code, "chp@heat");
  assert_int_equal(set->node[part + 1].exchanges, 5);
  assert_int_equal(set->node[node_of(set, "db", "refinery")].type, VT_NODE_PRODUCT);
  assert_int_equal(set->node[node_of(set, "db", "fuel")].type, VT_NODE_CHIMAERA);
  vt_database_set_free(set);
}

static void demands_for_what_was_allocated_name_what_it_became(void **state) {
  (void)state;
  write_text("joint.json", text);
  vt_database_set *set = read_allocated("joint.json", "mass");
  vt_system *system = make_system(set, "db");
  int row, own;
  must_fail(vt_system_demand_row(set, system, node_of(set, "db", "chp"), &row), "'chp' (Plant",
            "allocated to 'chp@electricity', 'chp@heat'");
  must_fail(vt_system_demand_row(set, system, node_of(set, "db", "chp@heat"), &row),
            "process 'chp@heat'", "its product 'heat'");
  const int refinery = node_of(set, "db", "refinery");
  must_fail(vt_refuse_allocated(set, refinery), "'refinery@refinery', 'refinery@naphtha'", NULL);
  must(vt_refuse_allocated(set, node_of(set, "db", "fuel")));
  must(vt_system_demand_row(set, system, refinery, &row));
  must(vt_system_demand_row(set, system, node_of(set, "db", "refinery@refinery"), &own));
  assert_int_equal(row, own);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void assert_same_matrix(const vt_sparse *a, const vt_sparse *b) {
  assert_int_equal(a->entries, b->entries);
  assert_memory_equal(a->row, b->row, (size_t)a->entries * sizeof *a->row);
  assert_memory_equal(a->value, b->value, (size_t)a->entries * sizeof *a->value);
}

static void a_store_gives_the_same_bits(void **state) {
  (void)state;
  write_text("joint.json", text);
  const char *source = in_scratch("joint.json"), *store = in_scratch("joint.h5");
  vt_database_set *set = read_one("joint.json");
  must(vt_database_set_write(set, 1, &source, store, true));
  vt_database_set_free(set);
  vt_database_set *one = read_allocated("joint.json", "mass");
  vt_database_set *other = read_allocated("joint.h5", "mass");
  vt_system *a = make_system(one, "other"), *b = make_system(other, "other");
  assert_same_matrix(&a->technosphere, &b->technosphere);
  assert_same_matrix(&a->biosphere, &b->biosphere);
  for (int j = 0; j < a->processes; j++)
    assert_string_equal(one->node[a->process[j]].code, other->node[b->process[j]].code);
  vt_system_free(a);
  vt_system_free(b);
  vt_database_set_free(one);
  vt_database_set_free(other);
}

static void a_database_without_joint_production_stays_as_it_is(void **state) {
  (void)state;
  int database;
  write_text("joint.json", text);
  vt_database_set *set = read_one("joint.json");
  must(vt_database_find(set, "other", &database));
  const int nodes = set->nodes;
  must(vt_database_allocate(set, database, "equal"));
  assert_int_equal(set->nodes, nodes);
  vt_database_set_free(set);
}

// The document with its first `old` replaced.
static void write_changed(const char *old, const char *new) {
  const char *at = strstr(text, old);
  assert_non_null(at);
  vt_text changed = {0};
  must(vt_text_add(&changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)));
  write_text("bad.json", changed.bytes);
  vt_text_free(&changed);
}

static void what_cannot_be_weighed_is_refused(void **state) {
  (void)state;
  const struct {
    const char *old, *new, *first, *second;
  } cases[] = {
      {"'mass': {'amount': 4, 'unit': 'kg'}", "'mas': 4",
       "activity 'chp', production of 'heat' (database 'db'): found nothing as 'mass'",
       "did you mean 'mas'?"},
      {"'mass': {'amount': 4, 'unit': 'kg'}", "'mass': {'unit': 'kg'}", "found nothing", "'heat'"},
      {"{'mass': {'amount': 4, 'unit': 'kg'}}", "3", "found nothing", "'heat'"},
      {"'mass': 3, 'price'", "'mass': -3, 'price'", "found -3 as 'mass'", "'electricity'"},
      {"'mass': 3, 'price'", "'mass': '3', 'price'", "found the text '3' as 'mass'", "a number"},
      {"'production', 'amount': 2", "'production', 'amount': -2", "found an amount of -2",
       "'electricity'"},
      {"'naphtha': {'type': 'product'}",
       "'naphtha': {'type': 'product'}, 'chp@heat': {'type': 'product'}", "the code 'chp@heat'",
       "'chp'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int database;
    write_changed(cases[i].old, cases[i].new);
    vt_database_set *set = read_one("bad.json");
    must(vt_database_find(set, "db", &database));
    must_fail(vt_database_allocate(set, database, "mass"), cases[i].first, cases[i].second);
    vt_database_set_free(set);
  }
}

static void products_that_weigh_nothing_are_refused(void **state) {
  (void)state;
  int database;
  write_changed("'properties': {'mass': 3, 'price': 1}", "'properties': {'price': 0}");
  vt_database_set *set = read_one("bad.json");
  must(vt_database_find(set, "db", &database));
  must_fail(vt_database_allocate(set, database, "price"), "activity 'chp': found a sum of 0",
            "'price'");
  vt_database_set_free(set);
}

static void matrices_are_refused(void **state) {
  (void)state;
  const record made[] = {{1, 11, 1.0, false}, {2, 11, 4.0, false}};
  package_maker to;
  int database;
  start_package(&to, "loose");
  add_group(&to, "technosphere_matrix", "t", 2, made, "");
  finish_package(&to, "");
  vt_database_set *set = read_one("loose");
  must(vt_database_find(set, "loose", &database));
  must_fail(vt_database_allocate(set, database, "equal"), "cannot be allocated: found matrices",
            "'loose'");
  vt_database_set_free(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_have_their_shares),
      cmocka_unit_test(without_allocation_the_system_is_not_square),
      cmocka_unit_test(what_is_made_has_names),
      cmocka_unit_test(demands_for_what_was_allocated_name_what_it_became),
      cmocka_unit_test(a_store_gives_the_same_bits),
      cmocka_unit_test(a_database_without_joint_production_stays_as_it_is),
      cmocka_unit_test(what_cannot_be_weighed_is_refused),
      cmocka_unit_test(products_that_weigh_nothing_are_refused),
      cmocka_unit_test(matrices_are_refused),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
