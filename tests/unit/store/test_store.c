// test_store.c - stores: what goes in comes out, bit for bit, and nothing else is believed.
#include "database_files.h"
#include "vintner/formats.h"

#include <hdf5.h>

static const char document[] =
    "{'databases': {"
    "'bio': {'data': {'co2': {'type': 'emission', 'name': 'CO2', 'categories': ['air', 'low']},"
    "  'ch4': {'type': 'emission', 'name': 'CH4', 'CAS number': '74-82-8'}}},"
    "'base': {'metadata': {'representative_time': '2030-05-01T00:00:00', 'x': [1]}, 'data': {"
    " 'power': {'name': 'power', 'location': 'DE', 'reference product': 'electricity', 'unit': "
    "'kWh', 'odd': 3,"
    "  'exchanges': [{'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 2.1},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.2}]},"
    " 'chp': {'type': 'process', 'exchanges': ["
    "   {'input': ['base', 'heat'], 'type': 'production', 'amount': 3, 'functional': true},"
    "   {'input': ['base', 'power'], 'type': 'substitution', 'amount': 1},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.25, 'formula': 'a*2',"
    "    'uncertainty type': 2, 'loc': -1.4, 'scale': 0.1, 'minimum': NaN, 'negative': true},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.5}]},"
    " 'heat': {'type': 'product', 'location': ['a', 'b']}}},"
    "'later': {'metadata': {'representative_time': '2040-01-01'}, 'data': {"
    " 'p2': {'name': 'power', 'location': 'DE', 'reference product': 'electricity',"
    "  'exchanges': [{'input': ['bio', 'ch4'], 'type': 'biosphere', 'amount': 0.1}]}}},"
    "'plan': {'data': {"
    " 'mill': {'type': 'process', 'operation_time_limits': [-1, 7], 'exchanges': ["
    "   {'input': ['plan', 'steel'], 'type': 'production', 'amount': 1, 'operation': true,"
    "    'temporal_distribution': {'unit': 'Y', 'date': [0, 1, 5], 'amount': [0.2, 0.3, 0.5]}},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.7,"
    "    'temporal_distribution': {'unit': 's', 'date': [-4000000000], 'amount': [1]},"
    "    'vintage_improvements': {'2030': 0.9, '2025': 1.1}},"
    "   {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 3,"
    "    'vintage_amounts': {'[0, 2030]': 2, '2025': 4}}]},"
    " 'steel': {'type': 'product'}}}},"
    "'methods': [{'name': ['gwp', '100'], 'unit': 'kg', 'cfs': [[['bio', 'co2'], 4],"
    "  [['bio', 'ch4'], {'amount': 25.3}], [['bio', 'co2'], 9, 'DE']]},"
    "  {'name': ['range'], 'cfs': [[['bio', 'co2'], 1], [['bio', 'ch4'], {'amount': -28.7,"
    "   'uncertainty type': 2, 'loc': 3.3, 'scale': 0.1, 'maximum': null}]]},"
    "  {'name': ['exact'], 'cfs': [[['bio', 'co2'], {'amount': 2, 'uncertainty type': 0}]]},"
    "  {'name': ['none'], 'cfs': []}],"
    "'parameters': {'project': {'year': {'amount': 2030}, 'share': {'amount': -0.5, 'formula': "
    "'1 / year', 'uncertainty type': 3, 'loc': 0.5, 'scale': 0.1}},"
    " 'database': {'base': {'eff': {'formula': 'share ** 2'}}},"
    " 'activity': {'g': {'database': 'plan', 'order': ['h', 'k'], 'parameters': {'a': {'amount': "
    "1e300}}}, 'h': {'database': 'plan', 'parameters': {}}}}}";

// -------------------------------------------------------------------------------------------------
// Equality of sets.

static void same_text(const char *a, const char *b) {
  if (!a || !b)
    assert_true(a == b);
  else
    assert_string_equal(a, b);
}

static void same_bits(const void *a, const void *b, ptrdiff_t items, size_t bytes) {
  if (items > 0) assert_memory_equal(a, b, (size_t)items * bytes);
}

// The same node of two sets.
static void same_place(const vt_database_set *a, int x, const vt_database_set *b, int y) {
  const vt_node *m = &a->node[x], *n = &b->node[y];
  assert_string_equal(a->database[m->database].name, b->database[n->database].name);
  assert_string_equal(m->code, n->code);
}

static void same_nodes(const vt_database_set *a, int x, const vt_database_set *b, int y) {
  const vt_node *m = &a->node[x], *n = &b->node[y];
  same_place(a, x, b, y);
  same_text(m->name, n->name);
  same_text(m->product, n->product);
  same_text(m->location, n->location);
  same_text(m->unit, n->unit);
  same_text(m->type_name, n->type_name);
  same_text(m->categories, n->categories);
  same_text(m->cas, n->cas);
  same_text(m->extra, n->extra);
  assert_int_equal(m->type, n->type);
  assert_int_equal(m->id, n->id);
  assert_int_equal(m->has_window, n->has_window);
  assert_int_equal(m->window_first, n->window_first);
  assert_int_equal(m->window_last, n->window_last);
  assert_int_equal(m->exchanges, n->exchanges);
}

static void same_uncertainty(const vt_uncertainty *a, const vt_uncertainty *b) {
  assert_true(!a == !b);
  if (!a) return;
  assert_int_equal(a->type, b->type);
  assert_int_equal(a->negative, b->negative);
  same_bits(&a->loc, &b->loc, 1, sizeof a->loc);
  same_bits(&a->scale, &b->scale, 1, sizeof a->scale);
  same_bits(&a->shape, &b->shape, 1, sizeof a->shape);
  same_bits(&a->minimum, &b->minimum, 1, sizeof a->minimum);
  same_bits(&a->maximum, &b->maximum, 1, sizeof a->maximum);
}

static void same_vintages(int m, const vt_vintage *a, int n, const vt_vintage *b) {
  assert_int_equal(m, n);
  for (int i = 0; i < m; i++) {
    assert_int_equal(a[i].tau, b[i].tau);
    assert_int_equal(a[i].year, b[i].year);
    same_bits(&a[i].value, &b[i].value, 1, sizeof a[i].value);
  }
}

static void same_exchanges(const vt_database_set *a, const vt_exchange *x, const vt_database_set *b,
                           const vt_exchange *y) {
  same_place(a, x->output, b, y->output);
  same_place(a, x->input, b, y->input);
  assert_int_equal(x->type, y->type);
  assert_int_equal(x->operation, y->operation);
  assert_int_equal(x->functional, y->functional);
  same_bits(&x->amount, &y->amount, 1, sizeof x->amount);
  same_uncertainty(x->uncertainty, y->uncertainty);
  assert_true(!x->temporal == !y->temporal);
  if (x->temporal) {
    assert_int_equal(x->temporal->count, y->temporal->count);
    assert_int_equal(x->temporal->unit, y->temporal->unit);
    same_bits(x->temporal->date, y->temporal->date, x->temporal->count, sizeof(int64_t));
    same_bits(x->temporal->amount, y->temporal->amount, x->temporal->count, sizeof(double));
  }
  same_vintages(x->improvements, x->improvement, y->improvements, y->improvement);
  same_vintages(x->vintages, x->vintage, y->vintages, y->vintage);
  same_text(x->extra, y->extra);
}

static void same_databases(vt_database_set *a, vt_database_set *b, int d) {
  must(vt_database_require(a, d));
  must(vt_database_require(b, d));
  const vt_database *x = &a->database[d], *y = &b->database[d];
  assert_string_equal(x->name, y->name);
  same_text(x->stem, y->stem);
  same_text(x->metadata, y->metadata);
  assert_int_equal(x->kind, y->kind);
  assert_int_equal(x->has_time, y->has_time);
  if (x->has_time) {
    assert_int_equal(x->year, y->year);
    assert_int_equal(x->month, y->month);
    assert_int_equal(x->day, y->day);
  }
  assert_int_equal(x->depend_count, y->depend_count);
  for (int k = 0; k < x->depend_count; k++)
    assert_string_equal(a->database[x->depends[k]].name, b->database[y->depends[k]].name);
  assert_int_equal(x->nodes, y->nodes);
  for (int i = 0; i < x->nodes; i++) {
    same_nodes(a, x->first_node + i, b, y->first_node + i);
    const vt_node *m = &a->node[x->first_node + i], *n = &b->node[y->first_node + i];
    for (ptrdiff_t k = 0; k < m->exchanges; k++)
      same_exchanges(a, &a->exchange[m->first_exchange + k], b,
                     &b->exchange[n->first_exchange + k]);
  }
}

static void same_matrices(const vt_sparse *a, const vt_sparse *b) {
  assert_int_equal(a->rows, b->rows);
  assert_int_equal(a->columns, b->columns);
  assert_int_equal(a->entries, b->entries);
  same_bits(a->column_start, b->column_start, a->columns + 1, sizeof *a->column_start);
  same_bits(a->row, b->row, a->entries, sizeof *a->row);
  same_bits(a->value, b->value, a->entries, sizeof *a->value);
}

static void same_groups(const vt_record_group *a, const vt_record_group *b) {
  assert_string_equal(a->name, b->name);
  assert_string_equal(a->matrix_name, b->matrix_name);
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->columns, b->columns);
  assert_int_equal(a->array, b->array);
  assert_int_equal(a->single, b->single);
  assert_int_equal(a->has_global_index, b->has_global_index);
  if (a->has_global_index) assert_int_equal(a->global_index, b->global_index);
  same_bits(a->data, b->data, a->count * a->columns, sizeof *a->data);
  if (a->count == 0) return;
  assert_true(!a->flip == !b->flip && !a->rescale == !b->rescale);
  assert_true(!a->reference == !b->reference && !a->uncertainty == !b->uncertainty);
  for (ptrdiff_t k = 0; k < a->count; k++) {
    if (a->flip) assert_int_equal(a->flip[k], b->flip[k]);
    if (a->rescale) same_bits(&a->rescale[k], &b->rescale[k], 1, sizeof *a->rescale);
    if (a->reference) assert_int_equal(a->reference[k], b->reference[k]);
    if (a->uncertainty) same_uncertainty(&a->uncertainty[k], &b->uncertainty[k]);
  }
}

// The factors of a method that is loaded.
static const vt_record_group *factors_of(const vt_database_set *set, int method) {
  static const vt_record_group none;
  for (int p = 0; p < set->packages; p++) {
    for (int g = 0; g < set->package[p].groups; g++) {
      if (set->package[p].group[g].method == method) return &set->package[p].group[g];
    }
  }
  fail_msg("method %d has no factors", method);
  return &none;
}

static void same_factors(vt_database_set *a, const vt_system *x, vt_database_set *b,
                         const vt_system *y, ptrdiff_t column) {
  assert_int_equal(a->methods, b->methods);
  double *f = calloc((size_t)x->flows + 1, sizeof *f), *g = calloc((size_t)x->flows + 1, sizeof *g);
  assert_true(f && g);
  for (int m = 0; m < a->methods; m++) {
    assert_string_equal(a->method[m].label, b->method[m].label);
    same_text(a->method[m].unit, b->method[m].unit);
    assert_int_equal(a->method[m].kind, b->method[m].kind);
    const vt_error first = vt_method_factors(a, x, m, column, f);
    assert_int_equal(first, vt_method_factors(b, y, m, column, g));
    if (first != VT_OK) continue;
    same_bits(f, g, x->flows, sizeof *f);
    same_groups(factors_of(a, m), factors_of(b, m));
  }
  free(f);
  free(g);
}

static void same_systems(vt_database_set *a, vt_database_set *b, int database, ptrdiff_t column) {
  vt_system *x, *y;
  const vt_error first = vt_system_create(a, 1, &database, column, &x);
  const vt_error second = vt_system_create(b, 1, &database, column, &y);
  if (first != second) fail_msg("%s", vt_error_message());
  if (first != VT_OK) return;
  same_matrices(&x->technosphere, &y->technosphere);
  same_matrices(&x->biosphere, &y->biosphere);
  same_bits(x->reference, y->reference, x->processes, sizeof *x->reference);
  for (int i = 0; i < x->products; i++) same_place(a, x->product[i], b, y->product[i]);
  for (int i = 0; i < x->processes; i++) same_place(a, x->process[i], b, y->process[i]);
  for (int i = 0; i < x->flows; i++) same_place(a, x->flow[i], b, y->flow[i]);
  same_factors(a, x, b, y, column);
  vt_system_free(x);
  vt_system_free(y);
}

static void same_foregrounds(vt_database_set *a, vt_database_set *b, int database) {
  const vt_foreground from = {.database = database, .first_year = 2020, .last_year = 2050};
  vt_inputs *x, *y;
  int *flow[2], *elementary[2];
  const vt_error first = vt_foreground_build(a, &from, &x, &flow[0], &elementary[0]);
  assert_int_equal(first, vt_foreground_build(b, &from, &y, &flow[1], &elementary[1]));
  if (first != VT_OK) return;
  for (int i = 0; i < vt_labels_count(x->intermediate_flow); i++)
    same_place(a, flow[0][i], b, flow[1][i]);
  for (int i = 0; i < vt_labels_count(x->elementary_flow); i++)
    same_place(a, elementary[0][i], b, elementary[1][i]);
  for (int id = 0; id < VT_TENSOR_COUNT; id++) {
    const vt_tensor *s = &x->tensor[id], *t = &y->tensor[id];
    assert_int_equal(s->count, t->count);
    same_bits(s->value, t->value, s->count, sizeof *s->value);
    same_bits(s->index, t->index, s->count * vt_tensor_kinds[id].axes, sizeof *s->index);
  }
  for (int i = 0; i < 2; i++) {
    free(flow[i]);
    free(elementary[i]);
  }
  vt_inputs_free(x);
  vt_inputs_free(y);
}

static void same_parameters(vt_database_set *a, vt_database_set *b) {
  vt_parameter_table x, y;
  must(vt_parameters_read(a, &x));
  must(vt_parameters_read(b, &y));
  assert_int_equal(x.parameters, y.parameters);
  for (ptrdiff_t i = 0; i < x.parameters; i++) {
    const vt_parameter *p = &x.parameter[i], *q = &y.parameter[i];
    const vt_uncertainty none = vt_no_uncertainty();
    assert_int_equal(p->scope, q->scope);
    assert_string_equal(p->name, q->name);
    same_text(p->formula, q->formula);
    same_text(p->database, q->database);
    same_text(p->group, q->group);
    same_text(p->code, q->code);
    same_bits(&p->amount, &q->amount, 1, sizeof p->amount);
    same_uncertainty(p->uncertainty ? p->uncertainty : &none,
                     q->uncertainty ? q->uncertainty : &none);
    assert_int_equal(p->project == x.parameter[0].project, q->project == y.parameter[0].project);
  }
  assert_int_equal(x.groups, y.groups);
  for (ptrdiff_t i = 0; i < x.groups; i++) {
    assert_string_equal(x.group[i].name, y.group[i].name);
    assert_string_equal(x.group[i].database, y.group[i].database);
    assert_int_equal(x.group[i].orders, y.group[i].orders);
    for (int k = 0; k < x.group[i].orders; k++)
      assert_string_equal(x.group[i].order[k], y.group[i].order[k]);
  }
}

static vt_database_set *read_set(int count, const char *const *path) {
  vt_database_set *set;
  must(vt_database_set_read(count, path, &set));
  return set;
}

static void make_store(int count, const char *const *path, const char *name) {
  vt_database_set *set = read_set(count, path);
  must(vt_database_set_write(set, 0, NULL, in_scratch(name), true));
  vt_database_set_free(set);
}

static void must_be_same_bytes(const char *first, const char *second) {
  vt_text a = {0}, b = {0};
  must(vt_text_read_file(in_scratch(first), &a));
  must(vt_text_read_file(in_scratch(second), &b));
  assert_int_equal(a.length, b.length);
  assert_memory_equal(a.bytes, b.bytes, (size_t)a.length);
  vt_text_free(&a);
  vt_text_free(&b);
}

// Everything made from a store is what is made from its sources, whatever is loaded first; and a
// store of the store is the store.
// Each store has its own name, `first`: what was read is not written over.
static void expect_round_trip(int count, const char *const *path, const char *first) {
  char second[64];
  (void)snprintf(second, sizeof second, "again-%s", first);
  make_store(count, path, first);
  const char *store = in_scratch(first);
  for (int backwards = 0; backwards < 2; backwards++) {
    vt_database_set *a = read_set(count, path), *b = read_set(1, &store);
    assert_int_equal(a->databases, b->databases);
    for (int i = 0; i < a->databases; i++) {
      const int d = backwards ? a->databases - 1 - i : i;
      for (ptrdiff_t column = VT_NO_COLUMN; column < 3; column++) same_systems(a, b, d, column);
    }
    for (int d = 0; d < a->databases; d++) {
      same_databases(a, b, d);
      same_foregrounds(a, b, d);
    }
    same_parameters(a, b);
    vt_database_set_free(a);
    vt_database_set_free(b);
  }
  make_store(1, &store, second);
  must_be_same_bytes(first, second);
}

// -------------------------------------------------------------------------------------------------
// What is written here.

static void documents_survive_whole(void **state) {
  (void)state;
  write_text("doc.json", document);
  const char *path = in_scratch("doc.json"), *store = in_scratch("a.h5");
  expect_round_trip(1, &path, "a.h5");
  vt_database_set *set = read_set(1, &store);
  const bool uncertain[] = {false, true, true, false};
  assert_int_equal(set->methods, 4);
  vt_system *system;
  must(vt_system_create(set, 1, &(int){1}, VT_NO_COLUMN, &system));
  double factor[1];
  assert_int_equal(system->flows, 1);
  for (int m = 0; m < 4; m++) {
    must(vt_method_factors(set, system, m, VT_NO_COLUMN, factor));
    assert_int_equal(factors_of(set, m)->uncertainty != NULL, uncertain[m]);
  }
  const vt_uncertainty *u = &factors_of(set, 1)->uncertainty[1];
  assert_true(u->type == 2 && u->negative && isnan(u->maximum));
  assert_near(u->loc, 3.3, 0.0);
  vt_system_free(system);
  vt_database_set_free(set);
}

static const record technosphere[] = {
    {1, 11, 1.0, false}, {2, 12, 4.0, false}, {1, 12, 0.1, true}, {1, 12, 0.5, true}};
static const record biosphere[] = {{7, 11, 2.0, false}};
static const record factors[] = {{7, 7, 10.0, false}, {99, 99, 5.0, false}};

// All that a group of records can hold.
static void write_full_package(const char *folder) {
  package_maker to;
  start_package(&to, folder);
  add_group(&to, "technosphere_matrix", "t", 4, technosphere, "");
  add_group(&to, "biosphere_matrix", "b", 1, biosphere, "");
  add_group(&to, "biosphere_matrix", "empty", 0, NULL, "");
  add_group(&to, "characterization_matrix", "c", 2, factors, ", \"global_index\": 7");
  add_group(&to, "normalization_matrix", "n", 1, factors, ", \"identifier\": [\"n\"]");
  add_group(&to, "weighting_matrix", "w", 1, factors, ", \"identifier\": [\"w\"]");
  add_group(&to, "my matrix", "o", 1, biosphere, "");
  const int64_t ids[1][2] = {{1, 12}};
  const double array[] = {0.25, 0.5, 0.1}, rescale[] = {3.0};
  const bool reference[] = {true};
  write_array(&to, "a", "indices", IDS, 1, ids, sizeof ids);
  write_npy("full/a.data.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3)}", array,
            sizeof array);
  write_array(&to, "a", "rescale", "'<f8'", 1, rescale, sizeof rescale);
  write_array(&to, "a", "reference", "'|b1'", 1, reference, sizeof reference);
  const double native[] = {0.0, 1.0, (double)NAN, 0.3, 2.5};
  unsigned char distribution[42];
  memcpy(distribution, native, sizeof native);
  distribution[40] = 1;
  distribution[41] = 3;
  write_array(&to, "a", "distributions",
              "[('loc', '<f8'), ('scale', '<f8'), ('shape', '<f8'), ('minimum', '<f8'), "
              "('maximum', '<f8'), ('negative', '|b1'), ('uncertainty_type', '|u1')]",
              1, distribution, sizeof distribution);
  static const char *const kinds[] = {"indices", "data", "rescale", "reference", "distributions"};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    add_resource(&to, "technosphere_matrix", "a", kinds[i], ", \"category\": \"array\"");
  finish_package(&to, ", \"sequential\": true, \"seed\": 12, \"sum_inter_duplicates\": true");
}

static void datapackages_survive_whole(void **state) {
  (void)state;
  write_full_package("full");
  const char *path = in_scratch("full"), *store = in_scratch("full.h5");
  expect_round_trip(1, &path, "full.h5");
  vt_database_set *a = read_set(1, &path), *b = read_set(1, &store);
  const vt_package *x = &a->package[0], *y = &b->package[0];
  assert_string_equal(x->name, y->name);
  assert_true(y->sequential && y->sum_across && y->sum_within && !y->combinatorial);
  assert_true(y->has_seed && y->seed == 12);
  assert_int_equal(x->groups, y->groups);
  for (int g = 0; g < x->groups; g++) same_groups(&x->group[g], &y->group[g]);
  assert_string_equal(b->database[0].stem, "full");
  vt_database_set_free(a);
  vt_database_set_free(b);
}

// A store in the place of some sources of a list.
static void stores_mix_with_other_sources(void **state) {
  (void)state;
  write_text("doc.json", document);
  write_text("front.json",
             "{'databases': {'front': {'data': {'use': {'name': 'use', 'exchanges': ["
             "{'input': ['base', 'power'], 'type': 'technosphere', 'amount': 2}]}}}}}");
  write_full_package("full");
  const char *back[] = {in_scratch("doc.json"), in_scratch("full")};
  make_store(1, &back[0], "doc.h5");
  make_store(1, &back[1], "mixed.h5");
  const char *plain[] = {in_scratch("front.json"), back[0], back[1]};
  const char *mixed[] = {in_scratch("front.json"), in_scratch("doc.h5"), in_scratch("mixed.h5")};
  vt_database_set *a = read_set(3, plain), *b = read_set(3, mixed);
  for (int d = 0; d < a->databases; d++) same_systems(a, b, d, 1);
  vt_database_set_free(a);
  vt_database_set_free(b);
  const char *twice[] = {in_scratch("doc.h5"), in_scratch("doc.json")};
  must_fail(vt_database_set_read(2, twice, &a), "'bio'", "holds too");
  vt_database_set *set = read_set(1, &mixed[0]);
  must_fail(vt_database_set_write(set, 0, NULL, in_scratch("front.h5"), false), "'base'",
            "none of the sources");
  assert_int_not_equal(access(in_scratch("front.h5"), F_OK), 0);
  vt_database_set_free(set);
}

static void a_hash_is_of_what_is_said(void **state) {
  (void)state;
  write_text("doc.json", document);
  write_full_package("full");
  const char *both[] = {in_scratch("full"), in_scratch("doc.json")};
  make_store(1, &both[1], "one.h5");
  make_store(2, both, "two.h5");
  char *changed = strdup(document), *at = strstr(changed, "0.25");
  assert_non_null(at);
  at[3] = '6';
  write_text("doc.json", changed);
  free(changed);
  make_store(1, &both[1], "other.h5");
  const char *path[] = {in_scratch("one.h5"), in_scratch("two.h5"), in_scratch("other.h5")};
  vt_database_summary summary[3];
  vt_method_summary method[3];
  vt_database_set *set[3];
  for (int i = 0; i < 3; i++) {
    int database, m;
    const char *part[] = {"gwp", "100"};
    set[i] = read_set(1, &path[i]);
    must(vt_database_find(set[i], "base", &database));
    must(vt_method_find(set[i], VT_MATRIX_CHARACTERIZATION, 2, part, &m));
    must(vt_database_summarise(set[i], database, &summary[i]));
    must(vt_method_summarise(set[i], m, &method[i]));
    assert_int_equal(summary[i].exchanges, 6);
    assert_int_equal(method[i].factors, 2);
    assert_false(set[i]->database[database].loaded);
  }
  assert_string_equal(summary[0].sha256, summary[1].sha256);
  assert_string_not_equal(summary[0].sha256, summary[2].sha256);
  assert_string_equal(method[0].sha256, method[1].sha256);
  assert_string_equal(method[0].sha256, method[2].sha256);
  for (int i = 0; i < 3; i++) vt_database_set_free(set[i]);
}

static void an_existing_file_stays(void **state) {
  (void)state;
  write_text("doc.json", document);
  vt_database_set *set = read_one("doc.json");
  write_text("there.h5", "mine");
  must_fail(vt_database_set_write(set, 0, NULL, in_scratch("there.h5"), false), "exists already",
            "--force");
  assert_false(vt_is_store(in_scratch("there.h5")));
  assert_int_equal(vt_database_set_write(set, 0, NULL, in_scratch("no/x.h5"), false), VT_ERR_INPUT);
  must(vt_database_set_write(set, 0, NULL, in_scratch("there.h5"), true));
  assert_true(vt_is_store(in_scratch("there.h5")));
  vt_database_set_free(set);
}

// An HDF5 file of another program: with a number, or with the mark of a store as data.
static void write_other(const char *name, bool old, const void *bytes, hsize_t length) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (!old) assert_true(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0);
  const hid_t file = H5Fcreate(in_scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const hid_t space = H5Screate_simple(1, &length, NULL);
  const hid_t set =
      H5Dcreate2(file, "data", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Dwrite(set, H5T_STD_U8LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0);
  assert_true(H5Dclose(set) >= 0 && H5Sclose(space) >= 0);
  assert_true(H5Pclose(access) >= 0 && H5Fclose(file) >= 0);
}

// However large the file: alarm() ends what reads all of it.
static void a_store_is_told_by_where_its_mark_lies(void **state) {
  (void)state;
  static const char mark[] = "vintner_store\0\x10\x08\0\0\x04\0\0";
  write_text("doc.json", document);
  const char *path = in_scratch("doc.json");
  make_store(1, &path, "large.h5");
  assert_true(vt_is_store(in_scratch("large.h5")));
  (void)alarm(5);
  assert_int_equal(truncate(in_scratch("large.h5"), INT64_C(1) << 36), 0);
  assert_true(vt_is_store(in_scratch("large.h5")));
  for (int old = 0; old < 2; old++) {
    write_other("other.h5", old, mark, sizeof mark);
    assert_int_equal(truncate(in_scratch("other.h5"), INT64_C(1) << 36), 0);
    assert_false(vt_is_store(in_scratch("other.h5")));
    must_refuse("other.h5", "without databases", NULL);
  }
  (void)alarm(0);
  vt_text store = {0};
  path = in_scratch("doc.json");
  make_store(1, &path, "sound.h5");
  must(vt_text_read_file(in_scratch("sound.h5"), &store));
  // Addresses out of the file, at its very end, and of the root group in the middle of anything.
  const uint64_t roots[] = {0, UINT64_MAX, INT64_MAX, (uint64_t)store.length - 1, 16, 45};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
    memcpy(store.bytes + 36, &roots[i], 8);
    write_file("lost.h5", store.bytes, (size_t)store.length);
    (void)vt_is_store(in_scratch("lost.h5"));
  }
  for (ptrdiff_t length = 0; length < 600; length++) {
    write_file("lost.h5", store.bytes, (size_t)length);
    assert_false(vt_is_store(in_scratch("lost.h5")));
  }
  vt_text_free(&store);
}

// A header whose blocks continue in each other is left after some of them.
static void blocks_in_a_circle_have_an_end(void **state) {
  (void)state;
  unsigned char bytes[256] = "\x89HDF\r\n\x1a\n\x03\x08\x08";
  bytes[36] = 64;
  memcpy(bytes + 64, "OHDR\x02\0\x20\x10\x10\0\0", 12);
  bytes[75] = 64; // the continuation is the header
  bytes[83] = 100;
  (void)alarm(5);
  write_file("circle.h5", bytes, sizeof bytes);
  assert_false(vt_is_store(in_scratch("circle.h5")));
  memcpy(bytes + 64, "OCHK\x10\x10\0\0", 8);
  bytes[72] = 64;
  write_file("circle.h5", bytes, sizeof bytes);
  assert_false(vt_is_store(in_scratch("circle.h5")));
  (void)alarm(0);
}

// -------------------------------------------------------------------------------------------------
// Damage.

// Use all of a store; any outcome but a crash, an error of ours, or other numbers than before.
static bool use_damaged(const char *path) {
  vt_database_set *set;
  bool whole = true;
  if (vt_database_set_read(1, &path, &set) != VT_OK) {
    assert_null(strchr(vt_error_message(), '\n'));
    return false;
  }
  for (int d = 0; d < set->databases; d++) {
    vt_system *system;
    const vt_error error = vt_system_create(set, 1, &d, VT_NO_COLUMN, &system);
    assert_true(error == VT_OK || error == VT_ERR_INPUT);
    whole = whole && error == VT_OK;
    for (int m = 0; error == VT_OK && m < set->methods; m++) {
      double *factor = calloc((size_t)system->flows + 1, sizeof *factor);
      whole = vt_method_factors(set, system, m, VT_NO_COLUMN, factor) == VT_OK && whole;
      free(factor);
    }
    if (error == VT_OK) vt_system_free(system);
  }
  vt_database_set_free(set);
  return whole;
}

static void damaged_stores_are_refused(void **state) {
  (void)state;
  write_text("doc.json", document);
  const char *path = in_scratch("doc.json");
  make_store(1, &path, "sound.h5");
  vt_text store = {0};
  must(vt_text_read_file(in_scratch("sound.h5"), &store));
  for (ptrdiff_t length = 8; length < store.length; length += 601) {
    write_file("cut.h5", store.bytes, (size_t)length);
    const char *cut = in_scratch("cut.h5");
    vt_database_set *set;
    must_fail(vt_database_set_read(1, &cut, &set), "cut.h5: ", " store");
  }
  for (ptrdiff_t at = 8; at < store.length; at += 37) {
    store.bytes[at] = (char)~store.bytes[at];
    write_file("cut.h5", store.bytes, (size_t)store.length);
    (void)use_damaged(in_scratch("cut.h5"));
    store.bytes[at] = (char)~store.bytes[at];
  }
  write_file("cut.h5", store.bytes, (size_t)store.length);
  assert_true(use_damaged(in_scratch("cut.h5")));
  assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  vt_text_free(&store);
}

// -------------------------------------------------------------------------------------------------
// Reference cases.

static void the_reference_cases_survive_whole(void **state) {
  (void)state;
  const char *shared = getenv("VINTNER_SHARED");
  if (!shared || access(shared, F_OK) != 0) {
    print_message("VINTNER_SHARED is not set: skipped\n");
    skip();
  }
  static const char *const cases[][4] = {
      {"basic/brightway.json"},
      {"uslci/brightway.json"},
      {"brightway/demo_project"},
      {"brightway/chain.zip", "brightway/seq.zip"},
      {"brightway/override.zip", "brightway/chain32_dir"},
      {"brightway/comb.zip"},
      {"brightway/bg.zip", "brightway/fg.zip"},
      {"brightway/perm.zip", "brightway/perm_m1.zip", "brightway/perm_n.zip",
       "brightway/perm_w.zip"},
      {"brightway/mc.zip"},
      {"brightway/demo_project", "basic/brightway.json"},
      {"brightway/dup_intra0_inter1.zip", "brightway/dup_intra1_inter0.zip"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[4][1024];
    const char *path[4];
    int count = 0;
    for (; count < 4 && cases[i][count]; count++) {
      (void)snprintf(text[count], sizeof text[0], "%s/cases/%s", shared, cases[i][count]);
      path[count] = text[count];
    }
    char name[32];
    (void)snprintf(name, sizeof name, "case-%zu.h5", (size_t)i);
    expect_round_trip(count, path, name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_survive_whole),
      cmocka_unit_test(datapackages_survive_whole),
      cmocka_unit_test(stores_mix_with_other_sources),
      cmocka_unit_test(a_hash_is_of_what_is_said),
      cmocka_unit_test(an_existing_file_stays),
      cmocka_unit_test(a_store_is_told_by_where_its_mark_lies),
      cmocka_unit_test(blocks_in_a_circle_have_an_end),
      cmocka_unit_test(damaged_stores_are_refused),
      cmocka_unit_test(the_reference_cases_survive_whole),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
