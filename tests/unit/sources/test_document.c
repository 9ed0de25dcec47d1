// test_document.c - JSON documents of databases and foregrounds: what is read, what is refused and
// in which words.
#include "database_files.h"

static const char document[] =
    "{'note': [1, {'x': null}], 'databases': {"
    "'bio': {'data': {'co2': {'type': 'emission', 'name': 'CO2', 'categories': ['air']}}},"
    "'base': {'metadata': {'representative_time': '2030-05-01T00:00:00'}, 'data': {"
    " 'power': {'name': 'power', 'location': 'DE', 'reference product': 'electricity', 'odd': 3,"
    "  'exchanges': [{'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 2},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.2}]},"
    " 'chp': {'type': 'process', 'exchanges': ["
    "   {'input': ['base', 'heat'], 'type': 'production', 'amount': 3},"
    "   {'input': ['base', 'power'], 'type': 'substitution', 'amount': 1},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.25, 'formula': 'a*2',"
    "    'uncertainty type': 2, 'loc': -1.4, 'scale': 0.1, 'minimum': NaN},"
    "   {'input': ['base', 'power'], 'type': 'technosphere', 'amount': 0.5}]},"
    " 'heat': {'type': 'product', 'location': ['a', 'b']}}}},"
    "'methods': [{'name': ['gwp', '100'], 'unit': 'kg', 'cfs': [[['bio', 'co2'], 4],"
    "  [['bio', 'co2'], 9, 'DE']]}]}";

static void documents_follow_brightways_rules(void **state) {
  (void)state;
  write_text("doc.json", document);
  vt_database_set *set = read_one("doc.json");
  vt_system *system = make_system(set, "base");
  assert_int_equal(system->products, 2);
  assert_int_equal(system->databases, 2);
  int database, power, chp, heat, method, row;
  must(vt_database_find(set, "base", &database));
  assert_int_equal(set->database[database].year, 2030);
  must(vt_node_find(set, database, "power", &power));
  must(vt_node_find(set, database, "chp", &chp));
  must(vt_node_find(set, database, "heat", &heat));
  assert_int_equal(set->node[power].type, VT_NODE_CHIMAERA);
  assert_int_equal(set->node[chp].type, VT_NODE_PROCESS);
  assert_string_equal(set->node[power].extra, "{\"odd\":3}");
  assert_string_equal(set->node[heat].location, "[\"a\",\"b\"]");
  const vt_exchange *exchange = &set->exchange[set->node[chp].first_exchange + 2];
  assert_int_equal(exchange->uncertainty->type, 2);
  assert_true(isnan(exchange->uncertainty->minimum));
  assert_string_equal(exchange->extra, "{\"formula\":\"a*2\"}");
  // Implicit production less what it uses itself; substitution less both uses.
  const vt_sparse *a = &system->technosphere;
  const int row_power = system->row_of[power], column_chp = system->column_of[chp];
  assert_near(cell_of(a, row_power, system->column_of[power]), 0.8, 1e-15);
  assert_near(cell_of(a, row_power, column_chp), 0.25, 1e-15);
  assert_near(cell_of(a, system->row_of[heat], column_chp), 3.0, 0.0);
  must_fail(vt_system_demand_row(set, system, chp, &row), "'chp'", "'heat'");
  const char *part[] = {"gwp", "100"}, *wrong[] = {"gwp", "10"};
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 2, part, &method));
  assert_string_equal(set->method[method].label, "gwp, 100");
  assert_near(score_of(set, system, row_power, method, VT_NO_COLUMN), 10.0, 1e-15);
  must_fail(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 2, wrong, &method), "'gwp, 10'",
            "did you mean 'gwp, 100'?");
  must_fail(vt_database_find(set, "bas", &database), "'bas'", "did you mean 'base'?");
  vt_system_free(system);
  vt_database_set_free(set);
}

// The document with the text `old` replaced by `new`.
static void write_changed(const char *old, const char *new) {
  const char *at = strstr(document, old);
  assert_non_null(at);
  vt_text text = {0};
  must(vt_text_add(&text, "%.*s%s%s", (int)(at - document), document, new, at + strlen(old)));
  write_text("changed.json", text.bytes);
  vt_text_free(&text);
}

static void broken_documents_are_refused(void **state) {
  (void)state;
  const struct {
    const char *old, *new, *first, *second;
  } cases[] = {
      {"'amount': 3", "'amount': '3'", "activity 'chp', exchange 1", "'amount'"},
      {"'amount': 3", "'amount': NaN", "activity 'chp'", "finite"},
      {", 'amount': 3", "", "no 'amount'", "chp"},
      {"'type': 'production'", "'type': 'prodction'", "'prodction'", "did you mean 'production'?"},
      {"'type': 'production', ", "", "no 'type'", "chp"},
      {"['base', 'heat']", "['base']", "[database, code]", "chp"},
      {"['base', 'heat']", "'heat'", "[database, code]", "chp"},
      {"'exchanges': [{", "'exchanges': [3, {", "exchange 1", "an object"},
      {"'2030-05-01T00:00:00'", "'May'", "'May'", "representative_time"},
      {"'data': {'co2'", "'dta': {'co2'", "'dta'", "'bio'"},
      {"'heat': {'type'", "'chp': {'type'", "'chp'", "twice"},
      {"'bio': {'data'", "'base': {'data'", "'base'", "twice"},
      {"'cfs': [[['bio', 'co2'], 4]", "'cfs': [[['bio', 'co2'], '4']", "'gwp, 100'", "number"},
      {"'name': ['gwp', '100']", "'name': 'gwp'", "method", "list of texts"},
      {"'methods': [", "'methods': [[],", "'methods'", "objects"},
      {"'note': [1,", "'note': [1,,", "not valid JSON", NULL},
      {"'odd': 3,", "'operation_time_limits': [3, 1],", "operation_time_limits", "'power'"},
      {"'formula': 'a*2'", "'temporal_distribution': {'unit': 'Y', 'date': [1], 'amount': []}",
       "1 dates and 0 amounts", "exchange 3"},
      {"'formula': 'a*2'", "'temporal_distribution': {'unit': 'y', 'date': [1], 'amount': [1]}",
       "'Y', 'M', 'W', 'D', 'h', 'm' or 's'", "'y'"},
      {"'formula': 'a*2'", "'temporal_distribution': {'unit': 'Y', 'date': [1.5], 'amount': [1]}",
       "whole number", "1.5"},
      {"'formula': 'a*2'", "'vintage_amounts': {'[1, 20x0]': 3}", "'[1, 20x0]'", "a year"},
      {"'formula': 'a*2'", "'vintage_improvements': {'2030': 1, '02030': 2}", "2030", "twice"},
      {"'formula': 'a*2'", "'operation': 'yes'", "'operation'", "true or false"},
      {"'amount': 3", "'amount': 3, 'amount': 4", "key 'amount'", "found twice, expected once"},
      {"'unit': 'kg'", "'unit': 'kg', 'unit': 'g'", "key 'unit'", "found twice"},
      {"'odd': 3,", "'odd': 3, 'odd': 4,", "key 'odd'", "found twice"},
      {"'amount': 3", "'amount': 99999999999999999999", "'amount'", "more than 64 bits"},
      {"'co2'], 4]", "'co2'], -99999999999999999999]", "'gwp, 100'", "more than 64 bits"},
      {"'scale': 0.1", "'scale': 99999999999999999999", "'scale'", "more than 64 bits"},
      {"'formula': 'a*2'", "'vintage_amounts': {'2030': 1e999}", "'vintage_amounts'", "finite"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_changed(cases[i].old, cases[i].new);
    must_refuse("changed.json", cases[i].first, cases[i].second);
  }
}

static void exchanges_to_nowhere_are_refused(void **state) {
  (void)state;
  write_changed("['bio', 'co2'], 'type'", "['bio', 'co'], 'type'");
  must_refuse_system(read_one("changed.json"), "base", "activity 'power', exchange 1",
                     "did you mean 'co2'?");
  write_changed("['bio', 'co2'], 'type'", "['boi', 'co2'], 'type'");
  must_refuse_system(read_one("changed.json"), "base", "['boi', 'co2']", "did you mean 'bio'?");
  // Nobody asks for the database with the fault: it does not matter.
  vt_database_set *set = read_one("changed.json");
  vt_system_free(make_system(set, "bio"));
  vt_database_set_free(set);
  write_changed("'heat': {'type': 'product'", "'heat': {'type': 'emission'");
  set = read_one("changed.json");
  vt_system_free(make_system(set, "base"));
  vt_database_set_free(set);
  write_changed("'power'], 'type': 'substitution'", "'heat'], 'type': 'substitution'");
  vt_system_free(make_system(set = read_one("changed.json"), "base"));
  vt_database_set_free(set);
  write_changed("{'input': ['base', 'heat'], 'type': 'production', 'amount': 3},", "");
  must_refuse_system(read_one("changed.json"), "base", "not square", "'chp'");
}

static void twins_of_a_snapshot_are_named(void **state) {
  (void)state;
  write_text("twins.json",
             "{'databases': {'a': {'data': {'x': {'name': 'n', 'location': 'l'}}}, 'b': {'data': "
             "{'y': {'name': 'n', 'location': 'l', 'reference product': ''}, 'u': {'name': "
             "'n'}}}, 'c': {'data': {'y': {'name': 'n', 'location': 'l'}, 'z': {'name': 'n', "
             "'location': 'l'}}}, 'd': {'data': {'y': {'name': 'n', 'location': 'l'}, 'x': "
             "{'name': 'n', 'location': 'l'}}}}}");
  vt_database_set *set = read_one("twins.json");
  int node, match, database;
  must(vt_node_find(set, 0, "x", &node));
  must(vt_database_find(set, "b", &database));
  must(vt_node_match(set, node, database, &match));
  assert_string_equal(set->node[match].code, "y");
  must(vt_database_find(set, "c", &database));
  must_fail(vt_node_match(set, node, database, &match), "'y'", "'z'");
  must(vt_database_find(set, "d", &database));
  must_fail(vt_node_match(set, node, database, &match), "'y'", "'x'"); // whatever the codes
  vt_database_set_free(set);
}

// -------------------------------------------------------------------------------------------------
// Uncertainty.

// A document with these factors of the method "m".
static void write_factors(const char *factors) {
  vt_text text = {0};
  must(vt_text_add(&text,
                   "{'databases': {'bio': {'data': {'co2': {'type': 'emission'}, 'ch4': {'type': "
                   "'emission'}}}}, 'methods': [{'name': ['m'], 'cfs': [%s]}]}",
                   factors));
  write_text("factors.json", text.bytes);
  vt_text_free(&text);
}

static void expect_uncertainty(const vt_uncertainty *u, int type, bool negative,
                               const double *number) {
  const double found[] = {u->loc, u->scale, u->shape, u->minimum, u->maximum};
  assert_int_equal(u->type, type);
  assert_int_equal(u->negative, negative);
  for (int i = 0; i < 5; i++) {
    if (isnan(number[i]))
      assert_true(isnan(found[i]));
    else
      assert_near(found[i], number[i], 0.0);
  }
}

static void factors_keep_their_uncertainty(void **state) {
  (void)state;
  const double none = (double)NAN;
  write_factors("[['bio', 'co2'], 4],"
                "[['bio', 'co2'], {'amount': 7, 'uncertainty type': 3, 'scale': 1}, 'DE'],"
                "[['bio', 'ch4'], {'amount': 25, 'uncertainty type': 4, 'minimum': 20, 'maximum': "
                "36.5, 'comment': ['x']}],"
                "[['bio', 'co2'], {'amount': 1}],"
                "[['bio', 'ch4'], {'loc': 0.5, 'scale': 0.25, 'shape': 2, 'minimum': null, "
                "'maximum': NaN, 'amount': -3, 'uncertainty type': 9.0}, 'GLO']");
  vt_database_set *set = read_one("factors.json");
  const vt_record_group *group = &set->package[0].group[0];
  assert_int_equal(group->count, 4);
  assert_non_null(group->uncertainty);
  const vt_uncertainty *u = group->uncertainty;
  expect_uncertainty(&u[0], 0, false, (const double[]){none, none, none, none, none});
  expect_uncertainty(&u[1], 4, false, (const double[]){none, none, none, 20.0, 36.5});
  expect_uncertainty(&u[2], 0, false, (const double[]){none, none, none, none, none});
  expect_uncertainty(&u[3], 9, true, (const double[]){0.5, 0.25, 2.0, none, none});
  const double amounts[] = {4.0, 25.0, 1.0, -3.0};
  assert_memory_equal(group->data, amounts, sizeof amounts);
  vt_database_set_free(set);
}

static void factors_without_uncertainty_have_none(void **state) {
  (void)state;
  write_factors("[['bio', 'co2'], {'amount': -7, 'scale': null}], [['bio', 'ch4'], {'amount': 7, "
                "'uncertainty type': 2, 'scale': 1}, 'DE']");
  vt_database_set *set = read_one("factors.json");
  assert_int_equal(set->package[0].group[0].count, 1);
  assert_null(set->package[0].group[0].uncertainty);
  vt_database_set_free(set);
}

static void broken_uncertainty_of_factors_is_refused(void **state) {
  (void)state;
  const struct {
    const char *fields, *first, *second;
  } cases[] = {
      {"'uncertainty type': 2.5", "'uncertainty type': found 2.5", "0 to 13"},
      {"'uncertainty type': -1", "'uncertainty type': found -1", "0 to 13"},
      {"'uncertainty type': 'normal'", "'uncertainty type'", "'normal'"},
      {"'scale': '1'", "'scale': found the text '1'", "a number"},
      {"'loc': [1]", "'loc': found a list", "a number"},
      {"'negative': 1", "'negative': found 1", "true or false"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[256];
    (void)snprintf(text, sizeof text, "[['bio', 'co2'], {'amount': 1, %s}, 'DE']", cases[i].fields);
    write_factors(text);
    must_refuse("factors.json", "factors.json: method 'm', flow ['bio', 'co2']: ", cases[i].first);
    must_refuse("factors.json", cases[i].first, cases[i].second);
  }
}

// bw2data's rule, of exchanges and of factors.
static void a_negative_amount_makes_its_distribution_negative(void **state) {
  (void)state;
  const struct {
    const char *fields;
    bool negative;
  } cases[] = {
      {"'uncertainty type': 2, 'amount': -1", true},
      {"'amount': -1, 'uncertainty type': 6", true},
      {"'amount': -1, 'uncertainty type': 8, 'negative': null", true},
      {"'amount': -1, 'uncertainty type': 9", true},
      {"'amount': -1, 'uncertainty type': 10", true},
      {"'amount': 1, 'uncertainty type': 2", false},
      {"'amount': 0, 'uncertainty type': 2", false},
      {"'amount': 1, 'uncertainty type': 2, 'negative': true", true},
      {"'negative': false, 'amount': -1, 'uncertainty type': 2", false},
      {"'amount': -1, 'uncertainty type': 0", false},
      {"'amount': -1, 'uncertainty type': 3", false},
      {"'amount': -1, 'uncertainty type': 5", false},
      {"'amount': -1, 'uncertainty type': 7", false},
      {"'amount': -1, 'uncertainty type': 11", false},
      {"'amount': -1, 'scale': 1", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    vt_text text = {0};
    must(vt_text_add(&text,
                     "{'databases': {'x': {'data': {'a': {'exchanges': [{'input': ['x', 'a'], "
                     "'type': 'technosphere', %s}]}}}}, 'methods': [{'name': ['m'], 'cfs': "
                     "[[['x', 'a'], {%s}]]}]}",
                     cases[i].fields, cases[i].fields));
    write_text("signs.json", text.bytes);
    vt_text_free(&text);
    vt_database_set *set = read_one("signs.json");
    assert_int_equal(set->exchange[0].uncertainty->negative, cases[i].negative);
    assert_int_equal(set->package[0].group[0].uncertainty[0].negative, cases[i].negative);
    vt_database_set_free(set);
  }
}

// -------------------------------------------------------------------------------------------------
// Foregrounds.

static const char foreground_text[] =
    "{'databases': {'bio': {'data': {'co2': {'type': 'emission'}}},"
    "'old': {'metadata': {'representative_time': '2020-01-01'}, 'data': {'i': {'name': 'i'}}},"
    "'new': {'metadata': {'representative_time': '2040-01-01'}, 'data': {'j': {'name': 'i'}}},"
    "'fg': {'data': {'r': {'type': 'product'},"
    " 'p': {'name': 'plant', 'operation_time_limits': [0, 2], 'exchanges': ["
    "  {'input': ['fg', 'r'], 'type': 'production', 'amount': 6, 'operation': true,"
    "   'temporal_distribution': {'unit': 'Y', 'date': [0, 1, 2], 'amount': [0.5, 0.25, 0.25]},"
    "   'vintage_improvements': {'2030': 0.5, '2020': 1}},"
    "  {'input': ['old', 'i'], 'type': 'technosphere', 'amount': 1,"
    "   'temporal_distribution': {'unit': 'M', 'date': [-1, 0, 11, 12], 'amount': [1, 2, 3, 4]}},"
    "  {'input': ['old', 'i'], 'type': 'technosphere', 'amount': 10},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 1, 'vintage_amounts': {'2030': 7,"
    "   '[366, 2040]': 8}, 'temporal_distribution': {'unit': 'D', 'date': [-366, -365, 365, 366],"
    "   'amount': [1, 2, 3, 4]}},"
    "  {'input': ['fg', 'c'], 'type': 'technosphere', 'amount': 2}]},"
    " 'c': {'name': 'both', 'exchanges': [{'input': ['fg', 'c'], 'type': 'production', 'amount': "
    "1}]}}}}}";

static const vt_yearly_demand foreground_demand[] = {
    {.product = "r", .first_year = 2025, .last_year = 2027, .amount = 10.0}};

static vt_error build_foreground(const char *name, vt_inputs **inputs, int **flow,
                                 int **elementary) {
  vt_database_set *set = read_one(name);
  vt_foreground from = {
      .first_year = 2019, .last_year = 2050, .demands = 1, .demand = foreground_demand};
  must(vt_database_find(set, "fg", &from.database));
  const vt_error error = vt_foreground_build(set, &from, inputs, flow, elementary);
  vt_database_set_free(set);
  return error;
}

// Value of a stored entry; the key is in labels' numbers and in years.
static double value_of(const vt_inputs *inputs, vt_tensor_id id, int32_t a, int32_t b, int tau,
                       int year) {
  int32_t key[4] = {a, b, -1, year};
  for (int k = 0; k < inputs->process_times; k++) {
    if (inputs->process_time[k] == tau) key[2] = k;
  }
  if (id == VT_TENSOR_IMPROVEMENTS) key[2] = year;
  bool found;
  const ptrdiff_t at = vt_tensor_find(&inputs->tensor[id], vt_tensor_kinds[id].axes, key, &found);
  return found ? inputs->tensor[id].value[at] : (double)NAN;
}

static void a_foreground_becomes_tensors(void **state) {
  (void)state;
  write_text("fg.json", foreground_text);
  vt_inputs *inputs;
  int *flow, *elementary;
  must(build_foreground("fg.json", &inputs, &flow, &elementary));
  assert_int_equal(vt_labels_count(inputs->process), 2); // p and c
  assert_int_equal(vt_labels_count(inputs->product), 2); // r and c
  const int times[] = {-2, -1, 0, 1, 2, 366};
  assert_int_equal(inputs->process_times, 6);
  assert_memory_equal(inputs->process_time, times, sizeof times);
  assert_near(value_of(inputs, VT_TENSOR_PRODUCTION, 0, 0, 0, 0), 3.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, -1, 0), 1.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, 0, 0), 15.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, 1, 0), 4.0, 0.0);
  for (int k = 0; k < 4; k++) {
    const int tau[] = {-2, -1, 0, 1};
    assert_near(value_of(inputs, VT_TENSOR_BIOSPHERE, 0, 0, tau[k], 0), k + 1.0, 0.0);
    assert_near(value_of(inputs, VT_TENSOR_BIOSPHERE_VINTAGES, 0, 0, tau[k], 2030), 7.0, 0.0);
  }
  assert_near(value_of(inputs, VT_TENSOR_BIOSPHERE_VINTAGES, 0, 0, 366, 2040), 8.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_IMPROVEMENTS, 0, 0, 0, 2030), 0.5, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_INTERNAL_DEMAND, 0, 1, 0, 0), 2.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_PRODUCTION, 1, 1, 0, 0), 1.0, 0.0);
  assert_int_equal(inputs->tensor[VT_TENSOR_OPERATION_FLOW].count, 1);
  assert_int_equal(inputs->tensor[VT_TENSOR_DEMAND].count, 3);
  assert_int_equal(inputs->window_last[0], 2);
  assert_string_equal(inputs->process_name[1], "both");
  // 2019, 2020, 2040 and later have one snapshot, the 19 years between two.
  assert_int_equal(inputs->tensor[VT_TENSOR_MAPPING].count, 2 + 2 * 19 + 11);
  must(vt_inputs_check_numbers(inputs));
  vt_inputs_free(inputs);
  free(flow);
  free(elementary);
}

// The foreground with the text `old` replaced by `new`.
static void write_changed_foreground(const char *old, const char *new) {
  const char *at = strstr(foreground_text, old);
  assert_non_null(at);
  vt_text text = {0};
  must(vt_text_add(&text, "%.*s%s%s", (int)(at - foreground_text), foreground_text, new,
                   at + strlen(old)));
  write_text("fg.json", text.bytes);
  vt_text_free(&text);
}

static void seconds_fold_into_years_as_months_do(void **state) {
  (void)state;
  write_changed_foreground("'unit': 'M', 'date': [-1, 0, 11, 12]",
                           "'unit': 's', 'date': [-1, 0, 31556951, 31556952]");
  vt_inputs *inputs;
  int *flow, *elementary;
  must(build_foreground("fg.json", &inputs, &flow, &elementary));
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, -1, 0), 1.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, 0, 0), 15.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, 1, 0), 4.0, 0.0);
  vt_inputs_free(inputs);
  free(flow);
  free(elementary);
}

// Of background and of what the foreground makes itself.
static void a_substitution_is_consumption_with_a_negative_sign(void **state) {
  (void)state;
  vt_inputs *inputs;
  int *flow, *elementary;
  write_changed_foreground("'technosphere', 'amount': 10}",
                           "'substitution', 'amount': 10, 'vintage_amounts': {'2030': 4}}");
  must(build_foreground("fg.json", &inputs, &flow, &elementary));
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE, 0, 0, 0, 0), -5.0, 0.0);
  assert_near(value_of(inputs, VT_TENSOR_TECHNOSPHERE_VINTAGES, 0, 0, 0, 2030), -4.0, 0.0);
  vt_inputs_free(inputs);
  free(flow);
  free(elementary);
  write_changed_foreground("['fg', 'c'], 'type': 'technosphere'",
                           "['fg', 'c'], 'type': 'substitution'");
  must(build_foreground("fg.json", &inputs, &flow, &elementary));
  assert_near(value_of(inputs, VT_TENSOR_INTERNAL_DEMAND, 0, 1, 0, 0), -2.0, 0.0);
  vt_inputs_free(inputs);
  free(flow);
  free(elementary);
}

static void broken_foregrounds_are_refused(void **state) {
  (void)state;
  const struct {
    const char *old, *new, *first, *second;
  } cases[] = {
      {"{'input': ['fg', 'r'], 'type': 'production'",
       "{'input': ['old', 'i'], 'type': 'production'", "production of another database", "'p'"},
      {"'fg', 'c'], 'type': 'production'", "'fg', 'c'], 'type': 'technosphere'", "no product",
       "'c'"},
      {"['fg', 'c'], 'type': 'technosphere'", "['fg', 'p'], 'type': 'technosphere'", "no product",
       "'p'"},
      {"'2020-01-01'", "'2040-01-01'", "'old'", "same year 2040"},
      {"'r': {'type': 'product'}", "'q': {'type': 'product'}", "['fg', 'r']", "'p'"},
      {"'type': 'technosphere', 'amount': 2",
       "'type': 'technosphere', 'amount': 2, "
       "'vintage_amounts': {'2030': 1}",
       "internal demand", "'p'"},
      {"'amount': 10}", "'amount': 10, 'operation': true}", "operation flow must be constant",
       "foreground_technosphere"},
  };
  vt_inputs *inputs;
  int *flow, *elementary;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_changed_foreground(cases[i].old, cases[i].new);
    must_fail(build_foreground("fg.json", &inputs, &flow, &elementary), cases[i].first,
              cases[i].second);
    assert_null(inputs);
  }
}

// -------------------------------------------------------------------------------------------------
// Alternative backgrounds.

// 2019 to 2050 with the backgrounds given; their snapshots are by number of database.
static vt_error build_alternatives(const vt_snapshot_variant *background, int backgrounds,
                                   vt_inputs **inputs) {
  write_text("fg.json", foreground_text);
  vt_database_set *set = read_one("fg.json");
  vt_foreground from = {.first_year = 2019,
                        .last_year = 2050,
                        .demands = 1,
                        .demand = foreground_demand,
                        .backgrounds = backgrounds,
                        .background = background};
  int *flow, *elementary;
  must(vt_database_find(set, "fg", &from.database));
  const vt_error error = vt_foreground_build(set, &from, inputs, &flow, &elementary);
  vt_database_set_free(set);
  if (error != VT_OK) return error;
  free(flow);
  free(elementary);
  return VT_OK;
}

// Databases of the document by place: bio, old, new, fg.
static const int place[] = {0, 1, 2}, swapped[] = {2, 1};
static const vt_snapshot new_then_old[] = {{"new", 1, &place[2], 2020},
                                           {"old", 1, &place[1], 2040}},
                         old_alone[] = {{"old", 1, &place[1], 2030}},
                         bio_then_old[] = {{"bio", 1, &place[0], 2049},
                                           {"old", 1, &place[1], 2051}},
                         twice[] = {{"old", 1, &place[1], 2030}, {"new", 1, &place[2], 2030}},
                         both[] = {{"old+new", 2, &place[1], 2020}, {"old", 1, &place[1], 2040}},
                         another_label[] = {{"old+new", 2, swapped, 2020}};
static const vt_snapshot_variant three[] = {
    {"down", 2, new_then_old}, {"flat", 1, old_alone}, {"up", 2, bio_then_old}};

static double weight_of(const vt_tensor *mapping, int snapshot, int year) {
  bool found;
  const ptrdiff_t at = vt_tensor_find(mapping, 2, (const int32_t[]){snapshot, year - 2019}, &found);
  return found ? mapping->value[at] : 0.0;
}

static void check_alternatives(const vt_inputs *inputs) {
  const char *const snapshots[] = {"new", "old", "bio"};
  assert_int_equal(vt_labels_count(inputs->background), 3);
  assert_int_equal(vt_labels_count(inputs->variant), 3);
  for (int k = 0; k < 3; k++) {
    assert_string_equal(vt_labels_get(inputs->background, k), snapshots[k]);
    assert_string_equal(vt_labels_get(inputs->variant, k), three[k].name);
  }
  const vt_tensor *first = &inputs->tensor[VT_TENSOR_MAPPING], *mapping = inputs->variant_mapping;
  assert_int_equal(first->count, mapping[0].count);
  assert_memory_equal(first->index, mapping[0].index, 2 * (size_t)first->count * sizeof(int32_t));
  assert_memory_equal(first->value, mapping[0].value, (size_t)first->count * sizeof(double));
  assert_ptr_not_equal(first->value, mapping[0].value);
  assert_near(weight_of(&mapping[0], 0, 2025), 0.75, 0.0);
  assert_near(weight_of(&mapping[0], 1, 2025), 0.25, 0.0);
  assert_int_equal(mapping[1].count, inputs->system_times);
  assert_near(weight_of(&mapping[1], 1, 2019), 1.0, 0.0);
  assert_near(weight_of(&mapping[2], 2, 2019), 1.0, 0.0);
  assert_near(weight_of(&mapping[2], 2, 2050), 0.5, 0.0);
  assert_near(weight_of(&mapping[2], 1, 2050), 0.5, 0.0);
}

static void every_alternative_background_has_a_mapping(void **state) {
  (void)state;
  vt_inputs *inputs, *copy;
  must(build_alternatives(three, 3, &inputs));
  check_alternatives(inputs);
  vt_text bytes = {0}, again = {0};
  must(vt_inputs_pack(inputs, &bytes));
  must(vt_inputs_unpack(bytes.bytes, bytes.length, &copy));
  check_alternatives(copy);
  must(vt_inputs_pack(copy, &again));
  assert_int_equal(bytes.length, again.length);
  assert_memory_equal(bytes.bytes, again.bytes, (size_t)bytes.length);
  vt_inputs_free(copy);
  for (ptrdiff_t length = 0; length < bytes.length; length += 1 + length / 200)
    assert_int_equal(vt_inputs_unpack(bytes.bytes, length, &copy), VT_ERR_BUG);
  vt_text_free(&bytes);
  vt_text_free(&again);
  must(vt_inputs_extend(inputs, 2));
  check_alternatives(inputs);
  assert_near(weight_of(&inputs->variant_mapping[2], 1, 2052), 0.5, 0.0);
  assert_near(weight_of(&inputs->variant_mapping[1], 1, 2051), 1.0, 0.0);
  vt_inputs_free(inputs);
}

static void one_background_needs_no_name(void **state) {
  (void)state;
  vt_inputs *inputs;
  must(build_alternatives(&(vt_snapshot_variant){NULL, 2, new_then_old}, 1, &inputs));
  assert_null(inputs->variant);
  assert_string_equal(vt_labels_get(inputs->background, 0), "new");
  assert_near(weight_of(&inputs->tensor[VT_TENSOR_MAPPING], 0, 2025), 0.75, 0.0);
  vt_inputs_free(inputs);
}

static void several_databases_of_a_date_are_one_snapshot(void **state) {
  (void)state;
  vt_inputs *inputs;
  must(build_alternatives(&(vt_snapshot_variant){NULL, 2, both}, 1, &inputs));
  assert_int_equal(vt_labels_count(inputs->background), 2);
  assert_string_equal(vt_labels_get(inputs->background, 0), "old+new");
  assert_string_equal(vt_labels_get(inputs->background, 1), "old");
  assert_near(weight_of(&inputs->tensor[VT_TENSOR_MAPPING], 0, 2025), 0.75, 0.0);
  vt_inputs_free(inputs);
}

static void broken_alternatives_are_refused(void **state) {
  (void)state;
  const vt_snapshot_variant broken[][2] = {{three[0], {"bad", 2, twice}},
                                           {three[0], three[0]},
                                           {three[0], {"none", 0, old_alone}},
                                           {{NULL, 1, old_alone}, three[0]},
                                           {{"a", 2, both}, {"b", 1, another_label}}};
  const char *const words[][2] = {{"'old' and 'new'", "pathway 'bad' for the same year 2030"},
                                  {"'down' twice", "background pathway"},
                                  {"pathway 'none'", "no database"},
                                  {"without a name", "background pathway"},
                                  {"'old+new' as the label of two snapshots", "expected"}};
  vt_inputs *inputs;
  for (int i = 0; i < 5; i++) {
    must_fail(build_alternatives(broken[i], 2, &inputs), words[i][0], words[i][1]);
    assert_null(inputs);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_follow_brightways_rules),
      cmocka_unit_test(broken_documents_are_refused),
      cmocka_unit_test(exchanges_to_nowhere_are_refused),
      cmocka_unit_test(twins_of_a_snapshot_are_named),
      cmocka_unit_test(factors_keep_their_uncertainty),
      cmocka_unit_test(factors_without_uncertainty_have_none),
      cmocka_unit_test(broken_uncertainty_of_factors_is_refused),
      cmocka_unit_test(a_negative_amount_makes_its_distribution_negative),
      cmocka_unit_test(a_foreground_becomes_tensors),
      cmocka_unit_test(seconds_fold_into_years_as_months_do),
      cmocka_unit_test(a_substitution_is_consumption_with_a_negative_sign),
      cmocka_unit_test(broken_foregrounds_are_refused),
      cmocka_unit_test(every_alternative_background_has_a_mapping),
      cmocka_unit_test(one_background_needs_no_name),
      cmocka_unit_test(several_databases_of_a_date_are_one_snapshot),
      cmocka_unit_test(broken_alternatives_are_refused),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
