// test_premise.c - the matrices that premise writes as CSV files: what is read, what is refused and
// in which words.
#include "database_files.h"

// Two activities and two of three flows. The last flow's compartment has no part of its own.
static const char activities[] = "name;reference product;unit;location;index\n"
                                 "steel;steel;kilogram;GLO;0\n"
                                 "\"power; from \"\"coal\"\"\";electricity;kilowatt hour;DE;4\n";
static const char flows[] = "name;compartment;subcompartment;unit;index\n"
                            "CO2;air;unspecified;kilogram;0\n"
                            "Cd;soil;;kilogram;1\n"
                            "water;water;ground-;cubic meter;4\n";
#define EXCHANGE_COLUMNS ";value;uncertainty type;loc;scale;shape;minimum;maximum;negative;flip\n"
static const char technosphere[] =
    "index of activity;index of product" EXCHANGE_COLUMNS "4;4;1.0;0;1.0;;;;;0;0\n"
    "0;0;2.0;0;2.0;;;;;0;0\n"
    "0;4;3.0;2;1.0986;0.1;;;;0;1\n"
    "0;4;-1.0;5;-1.0;;;-2;-0.5;1;1\n"
    "4;0;0.01;0;0.01;;;;;0;1\n"
    "4;4;0.1;0;0.1;;;;;0;1\n";
static const char biosphere[] =
    "index of activity;index of biosphere flow" EXCHANGE_COLUMNS "4;0;0.9;0;0.9;;;;;0;1\n"
    "\n"
    "0;0;1.5;2;0.405;0.2;;;;0;1\n"
    "0;4;-0.25;0;-0.25;;;;;1;1\n";

static void write_raw(const char *name, const char *text) {
  write_file(name, text, strlen(text));
}

static void write_premise(const char *folder) {
  const char *const files[][2] = {{"A_matrix_index.csv", activities},
                                  {"B_matrix_index.csv", flows},
                                  {"A_matrix.csv", technosphere},
                                  {"B_matrix.csv", biosphere}};
  make_folder(folder);
  for (int i = 0; i < 4; i++) {
    char name[256];
    (void)snprintf(name, sizeof name, "%s/%s", folder, files[i][0]);
    write_raw(name, files[i][1]);
  }
}

static const char method[] = "{'methods': [{'name': ['gwp'], 'cfs': [[['2030', 'B0'], 2],"
                             " [['2030', 'B4'], 8]]}]}";

static void check_nodes(vt_database_set *set) {
  int database, power, water, cadmium;
  must(vt_database_find(set, "2030", &database));
  assert_int_equal(set->database[database].nodes, 5);
  must(vt_node_find(set, database, "4", &power));
  must(vt_node_find(set, database, "B4", &water));
  must(vt_node_find(set, database, "B1", &cadmium));
  assert_string_equal(set->node[power].name, "power; from \"coal\"");
  assert_string_equal(set->node[power].product, "electricity");
  assert_string_equal(set->node[power].location, "DE");
  assert_string_equal(set->node[power].unit, "kilowatt hour");
  assert_int_equal(set->node[power].type, VT_NODE_CHIMAERA);
  assert_string_equal(set->node[water].categories, "[\"water\",\"ground-\"]");
  assert_string_equal(set->node[cadmium].categories, "[\"soil\"]");
  assert_int_equal(set->node[water].type, VT_NODE_OTHER);
}

static void check_uncertainty(vt_database_set *set, int steel) {
  const vt_exchange *exchange = &set->exchange[set->node[steel].first_exchange];
  assert_int_equal(set->node[steel].exchanges, 5); // three of A, then two of B
  assert_int_equal(exchange[0].type, VT_EXCHANGE_PRODUCTION);
  assert_null(exchange[0].uncertainty);
  assert_int_equal(exchange[1].uncertainty->type, 2);
  assert_near(exchange[1].uncertainty->scale, 0.1, 0.0);
  assert_true(isnan(exchange[1].uncertainty->minimum));
  assert_true(exchange[2].uncertainty->negative);
  assert_near(exchange[2].uncertainty->minimum, -2.0, 0.0);
  assert_int_equal(exchange[3].type, VT_EXCHANGE_BIOSPHERE);
  assert_near(exchange[4].amount, -0.25, 0.0);
}

static void a_folder_of_premise_is_a_database(void **state) {
  (void)state;
  write_premise("2030");
  write_text("gwp.json", method);
  const char *path[] = {in_scratch("2030/"), in_scratch("gwp.json")};
  vt_database_set *set;
  must(vt_database_set_read(2, path, &set));
  check_nodes(set);
  vt_system *system = make_system(set, "2030");
  int steel, power, m;
  must(vt_node_find(set, system->database[0], "0", &steel));
  must(vt_node_find(set, system->database[0], "4", &power));
  check_uncertainty(set, steel);
  assert_int_equal(system->products, 2);
  assert_int_equal(system->flows, 2); // what nobody emits is no row
  const int row[] = {system->row_of[steel], system->row_of[power]};
  const int column[] = {system->column_of[steel], system->column_of[power]};
  const vt_sparse *a = &system->technosphere;
  assert_near(cell_of(a, row[0], column[0]), 2.0, 0.0);
  assert_near(cell_of(a, row[1], column[0]), -2.0, 1e-15); // 3 used, 1 given back
  assert_near(cell_of(a, row[0], column[1]), -0.01, 0.0);
  assert_near(cell_of(a, row[1], column[1]), 0.9, 1e-15);
  const char *part[] = {"gwp"};
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 1, part, &m));
  // A x = (1, 0): x = (0.9, 2) / 1.78; the flip of B says nothing.
  assert_near(score_of(set, system, row[0], m, VT_NO_COLUMN),
              ((1.5 * 2.0 - 0.25 * 8.0) * 0.9 + 0.9 * 2.0 * 2.0) / 1.78, 1e-14);
  vt_system_free(system);
  vt_database_set_free(set);
}

// One of the files with `old` replaced by `new`.
static void write_changed(const char *file, const char *text, const char *old, const char *new) {
  char name[256];
  const char *at = strstr(text, old);
  assert_non_null(at);
  vt_text changed = {0};
  must(vt_text_add(&changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)));
  (void)snprintf(name, sizeof name, "bad/%s", file);
  write_file(name, changed.bytes, (size_t)changed.length);
  vt_text_free(&changed);
}

static void broken_tables_are_refused(void **state) {
  (void)state;
  const char a_index[] = "A_matrix_index.csv", b_index[] = "B_matrix_index.csv";
  const char a[] = "A_matrix.csv", b[] = "B_matrix.csv";
  const struct {
    const char *file, *text, *old, *new, *first, *second;
  } cases[] = {
      {a_index, activities, ";4\n", ";0\n", "A_matrix_index.csv:3: ", "index 0 twice"},
      {a_index, activities, ";0\n", ";-1\n", "A_matrix_index.csv:2: ", "'-1'"},
      {a_index, activities, ";0\n", ";2147483648\n", "A_matrix_index.csv:2: ", "whole number"},
      {a_index, activities, ";0\n", ";\n", "A_matrix_index.csv:2: ", "whole number"},
      {a_index, activities, ";0\n", ";0;1\n", "A_matrix_index.csv:2: ", "6 fields, expected 5"},
      {a_index, activities, "GLO;", "", "A_matrix_index.csv:2: ", "4 fields, expected 5"},
      {a_index, activities, "GLO", "G\tO", "A_matrix_index.csv:2: ", "control character"},
      {a_index, activities, "GLO", "G\xff", "A_matrix_index.csv:2: ", "0xff"},
      {a_index, activities, "\"\"coal\"\"\"", "coal", "A_matrix_index.csv:3: ", "not closed"},
      {a_index, activities, "\"\"coal\"\"\"", "coal\"x",
       "A_matrix_index.csv:3: ", "after a closing quote"},
      {a_index, activities, "location", "place", "A_matrix_index.csv:1: ", "'location'"},
      {a_index, activities, "location", "locaton", "A_matrix_index.csv:1: ", "is it 'locaton'?"},
      {b_index, flows, "index\n", "index;a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z;aa;bb",
       "B_matrix_index.csv:1: ", "more than 32"},
      {a, technosphere, ";2.0;", ";nan;", "A_matrix.csv:3: ", "'value': found 'nan'"},
      {a, technosphere, ";2.0;", ";1e999;", "A_matrix.csv:3: ", "finite"},
      {a, technosphere, ";2.0;", ";0x1;", "A_matrix.csv:3: ", "finite"},
      {a, technosphere, ";2.0;", ";;", "A_matrix.csv:3: ", "no 'value'"},
      {a, technosphere, "0;0;2.0", "0;1;2.0", "A_matrix.csv:3: ", "'index of product': found 1"},
      {a, technosphere, "0;0;2.0", "2;0;2.0", "A_matrix.csv:3: ", "A_matrix_index.csv"},
      {a, technosphere, "3.0;2;", "3.0;256;", "A_matrix.csv:4: ", "'uncertainty type'"},
      {a, technosphere, ";0;1\n", ";0;2\n", "A_matrix.csv:4: ", "'flip': found '2'"},
      {a, technosphere, ";flip", "", "A_matrix.csv:1: ", "'flip'"},
      {b, biosphere, "0;4;-0.25", "0;2;-0.25", "B_matrix.csv:5: ", "B_matrix_index.csv"},
      {b, biosphere, "4;0;0.9", "4;0;0.9;", "B_matrix.csv:2: ", "12 fields, expected 11"},
      {b, biosphere, biosphere, "", "B_matrix.csv: ", "empty file"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_premise("bad");
    write_changed(cases[i].file, cases[i].text, cases[i].old, cases[i].new);
    must_refuse("bad", cases[i].first, cases[i].second);
  }
  write_premise("bad");
  assert_int_equal(unlink(in_scratch("bad/B_matrix_index.csv")), 0);
  must_refuse("bad", "B_matrix_index.csv: cannot be opened", NULL);
  write_file("bad/B_matrix_index.csv", "name;a\0b", 8);
  must_refuse("bad", "B_matrix_index.csv:1: ", "NUL");
}

static void an_activity_without_production_is_named(void **state) {
  (void)state;
  write_premise("bad");
  // Neither made nor used: taking it to make one unit of itself would hide that.
  write_changed("A_matrix.csv", technosphere,
                "0;0;2.0;0;2.0;;;;;0;0\n0;4;3.0;2;1.0986;0.1;;;;0;1\n"
                "0;4;-1.0;5;-1.0;;;-2;-0.5;1;1\n4;0;0.01;0;0.01;;;;;0;1\n",
                "0;4;3.0;2;1.0986;0.1;;;;0;1\n");
  must_refuse_system(read_one("bad"), "bad", "not square", "'0' (steel");
}

static void tables_with_carriage_returns_and_a_mark_are_read(void **state) {
  (void)state;
  write_premise("2030");
  vt_text text = {0};
  must(vt_text_add(&text, "\xef\xbb\xbf"));
  for (const char *c = technosphere; *c; c++)
    must(vt_text_add(&text, "%s%c", *c == '\n' ? "\r" : "", *c));
  write_file("2030/A_matrix.csv", text.bytes, (size_t)text.length);
  vt_text_free(&text);
  vt_database_set *set = read_one("2030");
  vt_system_free(make_system(set, "2030"));
  assert_int_equal(set->exchanges, 9);
  vt_database_set_free(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_folder_of_premise_is_a_database),
      cmocka_unit_test(broken_tables_are_refused),
      cmocka_unit_test(an_activity_without_production_is_named),
      cmocka_unit_test(tables_with_carriage_returns_and_a_mark_are_read),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
