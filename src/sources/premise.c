// premise.c - a folder of CSV files with the matrices of one database, as premise writes them.
//
// A_matrix_index.csv and B_matrix_index.csv number the activities and the elementary flows, each
// from 0. A row of A_matrix.csv or B_matrix.csv is an exchange: activity, what it makes, uses or
// emits, amount, uncertainty. So it becomes a database with exchanges, as a JSON document has them.
// Codes are the numbers: "17" is an activity, "B17" an elementary flow.
#include "sources.h"

#include "table.h"
#include "vintner/json.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The exchanges of one matrix.
typedef struct matrix {
  const char *file;
  const char *input_column; // index of what an activity makes, uses or emits
  bool biosphere;
} matrix;

// A folder that is being read.
typedef struct premise_reading {
  vt_database_set *set;
  const char *path;
  int database;
  vt_id_map activity, flow; // index of the files to node
  vt_exchange *exchange;    // in the order of the files; shape [exchanges]
  ptrdiff_t exchanges, room;
  int *reference; // of each node of the database; shape [nodes]
} premise_reading;

// -------------------------------------------------------------------------------------------------
// Nodes.

static vt_error copy_field(premise_reading *from, const char *text, const char **copy) {
  if (!*text) return VT_OK;
  return vt_arena_text(from->set->arena, text, (ptrdiff_t)strlen(text), copy);
}

// The JSON list of compartment and subcompartment.
static vt_error put_categories(premise_reading *from, const char *compartment,
                               const char *subcompartment, const char **categories) {
  if (!*compartment) return VT_OK;
  struct json_object *list = json_object_new_array();
  VT_CHECK(list, VT_ERR_SYSTEM, "out of memory for a JSON list");
  bool good = json_object_array_add(list, json_object_new_string(compartment)) == 0;
  if (*subcompartment)
    good = good && json_object_array_add(list, json_object_new_string(subcompartment)) == 0;
  const char *text = good ? json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN) : NULL;
  vt_error error = VT_OK;
  if (text)
    error = vt_arena_text(from->set->arena, text, (ptrdiff_t)strlen(text), categories);
  else
    error = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__,
                           "out of memory for a JSON list");
  (void)json_object_put(list);
  return error;
}

// One node with the index of its row.
static vt_error add_node(premise_reading *from, const vt_table *table, int index_column,
                         vt_id_map *map, const char *prefix, vt_node node) {
  vt_database_set *set = from->set;
  vt_labels *codes = set->sources->database[from->database].code;
  int64_t number;
  char code[32];
  int label, index;
  VT_TRY(vt_table_integer(table, index_column, INT32_MAX, &number));
  VT_CHECK(vt_id_map_find(map, number) < 0, VT_ERR_INPUT,
           "%s:%d: found the index %" PRId64 " twice", table->path.bytes, table->line, number);
  (void)snprintf(code, sizeof code, "%s%" PRId64, prefix, number);
  VT_TRY(vt_labels_add(codes, code, (ptrdiff_t)strlen(code), &label, NULL));
  node.database = from->database;
  node.id = VT_NO_ID;
  node.code = vt_labels_get(codes, label);
  VT_TRY(vt_set_add_node(set, &node, &index));
  return vt_id_map_put(map, number, index);
}

static vt_error read_activities(premise_reading *from, vt_table *table) {
  int name, product, unit, location, index;
  VT_TRY(vt_table_column(table, "name", &name));
  VT_TRY(vt_table_column(table, "reference product", &product));
  VT_TRY(vt_table_column(table, "unit", &unit));
  VT_TRY(vt_table_column(table, "location", &location));
  VT_TRY(vt_table_column(table, "index", &index));
  for (;;) {
    bool more;
    VT_TRY(vt_table_next(table, &more));
    if (!more) return VT_OK;
    vt_node node = {.type = VT_NODE_PROCESS, .type_name = "process"};
    VT_TRY(copy_field(from, vt_table_text(table, name), &node.name));
    VT_TRY(copy_field(from, vt_table_text(table, product), &node.product));
    VT_TRY(copy_field(from, vt_table_text(table, unit), &node.unit));
    VT_TRY(copy_field(from, vt_table_text(table, location), &node.location));
    VT_TRY(add_node(from, table, index, &from->activity, "", node));
  }
}

static vt_error read_flows(premise_reading *from, vt_table *table) {
  int name, compartment, subcompartment, unit, index;
  VT_TRY(vt_table_column(table, "name", &name));
  VT_TRY(vt_table_column(table, "compartment", &compartment));
  VT_TRY(vt_table_column(table, "subcompartment", &subcompartment));
  VT_TRY(vt_table_column(table, "unit", &unit));
  VT_TRY(vt_table_column(table, "index", &index));
  for (;;) {
    bool more;
    VT_TRY(vt_table_next(table, &more));
    if (!more) return VT_OK;
    vt_node node = {.type = VT_NODE_OTHER, .type_name = "emission"};
    VT_TRY(copy_field(from, vt_table_text(table, name), &node.name));
    VT_TRY(copy_field(from, vt_table_text(table, unit), &node.unit));
    VT_TRY(put_categories(from, vt_table_text(table, compartment),
                          vt_table_text(table, subcompartment), &node.categories));
    VT_TRY(add_node(from, table, index, &from->flow, "B", node));
  }
}

// -------------------------------------------------------------------------------------------------
// Exchanges.

// Columns of A_matrix.csv and B_matrix.csv.
typedef struct columns {
  int activity, input, value, type, negative, flip;
  int number[5]; // loc, scale, shape, minimum, maximum
} columns;

static vt_error find_columns(const vt_table *table, const matrix *of, columns *at) {
  static const char *const names[] = {"loc", "scale", "shape", "minimum", "maximum"};
  VT_TRY(vt_table_column(table, "index of activity", &at->activity));
  VT_TRY(vt_table_column(table, of->input_column, &at->input));
  VT_TRY(vt_table_column(table, "value", &at->value));
  VT_TRY(vt_table_column(table, "uncertainty type", &at->type));
  VT_TRY(vt_table_column(table, "negative", &at->negative));
  VT_TRY(vt_table_column(table, "flip", &at->flip));
  for (int i = 0; i < 5; i++) VT_TRY(vt_table_column(table, names[i], &at->number[i]));
  return VT_OK;
}

// 0 or 1; an empty field is 0.
static vt_error get_flag(const vt_table *table, int column, bool *flag) {
  int64_t number = 0;
  if (*vt_table_text(table, column)) VT_TRY(vt_table_integer(table, column, 1, &number));
  *flag = number == 1;
  return VT_OK;
}

static vt_error get_node(const vt_table *table, int column, const vt_id_map *map, const char *file,
                         int *node) {
  int64_t number;
  VT_TRY(vt_table_integer(table, column, INT32_MAX, &number));
  *node = vt_id_map_find(map, number);
  VT_CHECK(*node >= 0, VT_ERR_INPUT, "%s:%d: '%s': found %" PRId64 ", which %s does not hold",
           table->path.bytes, table->line, table->name[column].bytes, number, file);
  return VT_OK;
}

// Fields of stats_arrays; an exchange of type 0 has no uncertainty.
static vt_error get_uncertainty(const premise_reading *from, const vt_table *table,
                                const columns *at, vt_uncertainty **uncertainty) {
  int64_t type = 0;
  if (*vt_table_text(table, at->type)) VT_TRY(vt_table_integer(table, at->type, 255, &type));
  vt_uncertainty found = {.type = (uint8_t)type};
  double *const number[] = {&found.loc, &found.scale, &found.shape, &found.minimum, &found.maximum};
  for (int i = 0; i < 5; i++) VT_TRY(vt_table_number(table, at->number[i], number[i]));
  VT_TRY(get_flag(table, at->negative, &found.negative));
  if (type == 0) return VT_OK;
  VT_ARENA_NEW(from->set->arena, *uncertainty, 1);
  **uncertainty = found;
  return VT_OK;
}

// One row. In A, flip tells what is used from what is made; in B it says nothing: premise sets it
// everywhere, and emissions are as they are.
static vt_error add_exchange(premise_reading *from, const vt_table *table, const matrix *of,
                             const columns *at) {
  vt_exchange exchange = {.type = VT_EXCHANGE_BIOSPHERE, .share = 1.0};
  bool flip;
  VT_TRY(get_node(table, at->activity, &from->activity, "A_matrix_index.csv", &exchange.output));
  VT_TRY(get_node(table, at->input, of->biosphere ? &from->flow : &from->activity,
                  of->biosphere ? "B_matrix_index.csv" : "A_matrix_index.csv", &exchange.input));
  VT_TRY(vt_table_number(table, at->value, &exchange.amount));
  VT_CHECK(!isnan(exchange.amount), VT_ERR_INPUT, "%s:%d: found no 'value', expected a number",
           table->path.bytes, table->line);
  VT_TRY(get_flag(table, at->flip, &flip));
  VT_TRY(get_uncertainty(from, table, at, &exchange.uncertainty));
  if (!of->biosphere) exchange.type = flip ? VT_EXCHANGE_TECHNOSPHERE : VT_EXCHANGE_PRODUCTION;
  VT_TRY(vt_grow(&from->exchange, &from->room, from->exchanges + 1, sizeof *from->exchange));
  from->exchange[from->exchanges++] = exchange;
  return VT_OK;
}

static vt_error read_exchanges(premise_reading *from, vt_table *table, const matrix *of) {
  columns at;
  VT_TRY(find_columns(table, of, &at));
  for (;;) {
    bool more; // premise leaves an empty line for a flow that it does not know
    VT_TRY(vt_table_next(table, &more));
    if (!more) return VT_OK;
    VT_TRY(add_exchange(from, table, of, &at));
  }
}

// -------------------------------------------------------------------------------------------------
// The folder.

typedef vt_error (*table_reader)(premise_reading *from, vt_table *table);

static vt_error read_technosphere(premise_reading *from, vt_table *table) {
  const matrix a = {"A_matrix.csv", "index of product", false};
  return read_exchanges(from, table, &a);
}

static vt_error read_biosphere(premise_reading *from, vt_table *table) {
  const matrix b = {"B_matrix.csv", "index of biosphere flow", true};
  return read_exchanges(from, table, &b);
}

static vt_error read_tables(premise_reading *from) {
  const struct {
    const char *name;
    table_reader read;
  } tables[] = {{"A_matrix_index.csv", read_activities},
                {"B_matrix_index.csv", read_flows},
                {"A_matrix.csv", read_technosphere},
                {"B_matrix.csv", read_biosphere}};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    vt_table table;
    vt_error error = vt_table_open(from->path, tables[i].name, &table);
    if (error == VT_OK) error = tables[i].read(from, &table);
    vt_table_close(&table);
    VT_TRY(error);
  }
  return VT_OK;
}

static bool is_name(const char *text) {
  const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
  for (ptrdiff_t length = 1; at < end && length > 0; at += length)
    length = *at < ' ' ? 0 : vt_utf8_character(at, end);
  return *text && at == end;
}

// The database is named after its folder.
static vt_error add_database(premise_reading *from) {
  vt_database_set *set = from->set;
  char *real = realpath(from->path, NULL);
  VT_CHECK(real, VT_ERR_INPUT, "%s: cannot be opened", from->path);
  const char *slash = strrchr(real, '/');
  vt_error error = vt_set_add_database(set, VT_DATABASE_JSON, from->path, slash ? slash + 1 : real,
                                       &from->database);
  free(real);
  VT_TRY(error);
  vt_database *database = &set->database[from->database];
  VT_CHECK(is_name(database->name), VT_ERR_INPUT,
           "found a folder of matrices whose name is not text in UTF-8 on one line");
  database->first_node = set->nodes;
  database->metadata = "{\"format\":\"premise matrices\"}";
  set->sources->database[from->database].first_exchange = set->exchanges;
  return vt_labels_create(&set->sources->database[from->database].code);
}

static vt_error refer_to_nodes(premise_reading *from) {
  vt_database_set *set = from->set;
  const vt_database *database = &set->database[from->database];
  VT_NEW(from->reference, database->nodes);
  for (int i = 0; i < database->nodes; i++) {
    const int node = database->first_node + i;
    VT_TRY(vt_reference_add(set, database->name, set->node[node].code, &from->reference[i]));
    set->sources->reference.node[from->reference[i]] = node;
  }
  return VT_OK;
}

// Exchanges to the set, those of one activity together, in the order of the files.
static vt_error place_exchanges(premise_reading *from) {
  vt_database_set *set = from->set;
  struct vt_database_sources *sources = set->sources;
  const vt_database *database = &set->database[from->database];
  const ptrdiff_t before = set->exchanges, needed = before + from->exchanges;
  VT_TRY(vt_grow(&set->exchange, &sources->exchange_room, needed, sizeof *set->exchange));
  VT_TRY(vt_grow(&sources->exchange_reference, &sources->exchange_reference_room, needed,
                 sizeof *sources->exchange_reference));
  for (ptrdiff_t x = 0; x < from->exchanges; x++) set->node[from->exchange[x].output].exchanges++;
  for (int n = database->first_node; n < database->first_node + database->nodes; n++) {
    set->node[n].first_exchange = set->exchanges;
    set->exchanges += set->node[n].exchanges;
    set->node[n].exchanges = 0;
  }
  for (ptrdiff_t x = 0; x < from->exchanges; x++) {
    const vt_exchange *exchange = &from->exchange[x];
    vt_node *node = &set->node[exchange->output];
    const ptrdiff_t at = node->first_exchange + node->exchanges++;
    sources->exchange_reference[at] = from->reference[exchange->input - database->first_node];
    set->exchange[at] = *exchange;
    set->exchange[at].input = -1; // as in every document until the database is required
    // Process and product are one node. One without production stays a process, lest it be taken to
    // make one unit of itself.
    if (exchange->type == VT_EXCHANGE_PRODUCTION) node->type = VT_NODE_CHIMAERA;
  }
  sources->database[from->database].exchanges = from->exchanges;
  return VT_OK;
}

static vt_error read_folder(premise_reading *from) {
  VT_TRY(add_database(from));
  VT_TRY(read_tables(from));
  vt_database *database = &from->set->database[from->database];
  database->nodes = from->set->nodes - database->first_node;
  VT_CHECK(from->activity.count > 0, VT_ERR_INPUT, "%s/A_matrix_index.csv: found no activity",
           from->path);
  VT_TRY(refer_to_nodes(from));
  return place_exchanges(from);
}

static vt_error open_folder(vt_database_set *set, const vt_source_look *look) {
  premise_reading from = {.set = set, .path = look->path};
  const vt_error error = read_folder(&from);
  vt_id_map_free(&from.activity);
  vt_id_map_free(&from.flow);
  free(from.exchange);
  free(from.reference);
  return error;
}

static bool recognises(const vt_source_look *look) {
  return look->folder && vt_folder_holds(look->path, "A_matrix.csv");
}

const vt_source_format vt_format_premise = {.recognises = recognises,
                                            .open = open_folder,
                                            .load_exchanges = vt_exchanges_resolve,
                                            .load_records = vt_exchange_records};
