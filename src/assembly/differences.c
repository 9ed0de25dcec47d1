// differences.c - scenario difference tables, as users of Activity Browser keep them: a row is an
// exchange, a column a scenario, a number what replaces its amount there.
#include "assembly.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FROM_DATABASE, FROM_KEY, TO_DATABASE, TO_KEY, FLOW_TYPE, KNOWN };

static const char *const known_names[KNOWN] = {"from database", "from key", "to database", "to key",
                                               "flow type"};

static const char *const type_names[] = {[VT_EXCHANGE_PRODUCTION] = "production",
                                         [VT_EXCHANGE_TECHNOSPHERE] = "technosphere",
                                         [VT_EXCHANGE_BIOSPHERE] = "biosphere"};

// Places of scenarios follow those of the known columns.
enum { SKIPPED = -1 };

// One file being read.
typedef struct difference_table {
  vt_csv csv;
  vt_differences *to;
  vt_arena *arena;
  int file;
  int columns, *role; // what stands where: known, skipped, or KNOWN + scenario
  ptrdiff_t room;
  vt_labels *scenario;
  vt_text field, known[KNOWN];
  double *amount; // of the row; shape [scenarios]
} difference_table;

// What all files share.
typedef struct difference_files {
  vt_labels *exchange; // ends and type of each
  ptrdiff_t room;
} difference_files;

#define BAD_ROW(table, ...) VT_BAD_ROW(&(table)->csv, __VA_ARGS__)

// -------------------------------------------------------------------------------------------------
// The header.

static bool is_description(const char *name) {
  return strncmp(name, "from ", 5) == 0 || strncmp(name, "to ", 3) == 0;
}

static vt_error add_column(difference_table *t, const char *name, bool *seen) {
  int role = 0, scenario;
  bool added;
  while (role < KNOWN && strcmp(name, known_names[role]) != 0) role++;
  if (role < KNOWN) {
    if (seen[role]) BAD_ROW(t, "column %d: found '%s' a second time", t->columns + 1, name);
    seen[role] = true;
  } else if (is_description(name)) {
    role = SKIPPED;
  } else {
    if (!name[0])
      BAD_ROW(t, "column %d: found no name, expected one for its scenario", t->columns + 1);
    VT_TRY(vt_labels_add(t->scenario, name, (ptrdiff_t)strlen(name), &scenario, &added));
    if (!added) BAD_ROW(t, "column %d: found '%s' a second time", t->columns + 1, name);
    role = KNOWN + scenario;
  }
  VT_TRY(vt_grow(&t->role, &t->room, t->columns + 1, sizeof *t->role));
  t->role[t->columns++] = role;
  return VT_OK;
}

static vt_error read_header(difference_table *t) {
  bool seen[KNOWN] = {false}, last = false;
  while (!last) {
    VT_TRY(vt_csv_field(&t->csv, &t->field, &last));
    VT_TRY(add_column(t, t->field.bytes, seen));
  }
  for (int c = 0; c < KNOWN; c++) {
    vt_nearest nearest = {.name = known_names[c]};
    vt_nearest_try_labels(&nearest, t->scenario);
    if (!seen[c]) BAD_ROW(t, "found no column '%s'%s", known_names[c], vt_nearest_hint(&nearest));
  }
  const int scenarios = vt_labels_count(t->scenario);
  if (scenarios == 0) BAD_ROW(t, "found no scenario, expected a column for each");
  t->to->columns[t->file] = scenarios;
  VT_ARENA_NEW(t->arena, t->to->column[t->file], scenarios);
  for (int i = 0; i < scenarios; i++) {
    const char *label = vt_labels_get(t->scenario, i);
    VT_TRY(vt_arena_text(t->arena, label, (ptrdiff_t)strlen(label), &t->to->column[t->file][i]));
  }
  VT_NEW(t->amount, scenarios);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Rows.

static const char *skip_blanks(const char *at) {
  while (*at == ' ') at++;
  return at;
}

// A text in quotes as Python writes it, copied without them; NULL: it is none.
static const char *read_quoted(const char *at, char *to) {
  at = skip_blanks(at);
  const char quote = *at;
  if (quote != '\'' && quote != '"') return NULL;
  for (at++; *at && *at != quote; at++) {
    if (*at == '\\' && at[1]) at++;
    *to++ = *at;
  }
  *to = '\0';
  return *at ? at + 1 : NULL;
}

// ('database', 'code'); false: it is another text.
static bool read_pair(const char *text, char *database, char *code) {
  const char *at = skip_blanks(text);
  if (*at != '(') return false;
  at = read_quoted(at + 1, database);
  if (at) at = skip_blanks(at);
  if (!at || *at != ',') return false;
  at = read_quoted(at + 1, code);
  return at && strcmp(skip_blanks(at), ")") == 0;
}

// The database and code of an end, 0: from, 1: to.
static vt_error read_end(const difference_table *t, int end, vt_difference *to) {
  const vt_text *database = &t->known[2 * end], *key = &t->known[2 * end + 1];
  if (database->length == 0 || key->length == 0)
    BAD_ROW(t, "found no '%s', expected one", known_names[2 * end + (database->length > 0)]);
  VT_TRY(vt_arena_text(t->arena, database->bytes, database->length, &to->database[end]));
  VT_TRY(vt_arena_text(t->arena, key->bytes, key->length, &to->code[end]));
  char *parts;
  VT_ARENA_NEW(t->arena, parts, 2 * (key->length + 1));
  char *code = parts + key->length + 1;
  if (!read_pair(key->bytes, parts, code)) return VT_OK;
  to->code[end] = code;
  if (strcmp(parts, database->bytes) != 0)
    BAD_ROW(t, "'%s': found database '%s', but '%s' in column '%s'", known_names[2 * end + 1],
            parts, database->bytes, known_names[2 * end]);
  return VT_OK;
}

static vt_error read_type(const difference_table *t, vt_exchange_type *type) {
  const char *text = t->known[FLOW_TYPE].bytes;
  vt_nearest nearest = {.name = text};
  for (int i = 0; i < (int)(sizeof type_names / sizeof *type_names); i++) {
    if (!type_names[i]) continue;
    *type = (vt_exchange_type)i;
    if (strcmp(text, type_names[i]) == 0) return VT_OK;
    vt_nearest_try(&nearest, type_names[i]);
  }
  BAD_ROW(t, "flow type: found '%s', expected technosphere, production or biosphere%s", text,
          vt_nearest_hint(&nearest));
}

static vt_error read_amount(const difference_table *t, int scenario) {
  const char *text = t->field.bytes;
  t->amount[scenario] = (double)NAN;
  if (t->field.length > 0 && !vt_decimal(text, &t->amount[scenario]))
    BAD_ROW(t, "scenario '%s': found '%s', expected a finite number, or nothing",
            t->to->column[t->file][scenario], text);
  return VT_OK;
}

static vt_error read_fields(difference_table *t) {
  bool last = false;
  for (int i = 0; i < t->columns; i++) {
    if (last) BAD_ROW(t, "found %d fields, expected %d", i, t->columns);
    VT_TRY(vt_csv_field(&t->csv, &t->field, &last));
    const int role = t->role[i];
    if (role >= KNOWN) VT_TRY(read_amount(t, role - KNOWN));
    if (role < 0 || role >= KNOWN) continue;
    t->known[role].length = 0;
    VT_TRY(vt_text_add(&t->known[role], "%s", t->field.bytes));
  }
  if (!last) BAD_ROW(t, "found more than the expected %d fields", t->columns);
  return VT_OK;
}

// Ends and type as one text.
static vt_error add_exchange(difference_table *t, difference_files *files, const vt_difference *row,
                             int *exchange) {
  vt_text key = {0};
  bool added;
  vt_error done = vt_text_add(&key, "%s\x1f%s\x1f%s\x1f%s\x1f%d", row->database[0], row->code[0],
                              row->database[1], row->code[1], (int)row->type);
  if (done == VT_OK) done = vt_labels_add(files->exchange, key.bytes, key.length, exchange, &added);
  vt_text_free(&key);
  VT_TRY(done);
  vt_differences *to = t->to;
  if (!added) return VT_OK;
  VT_TRY(vt_grow(&to->difference, &files->room, *exchange + 1, sizeof *to->difference));
  vt_difference *fresh = &to->difference[*exchange];
  *fresh = *row;
  VT_ARENA_NEW(t->arena, fresh->amount, to->files);
  VT_ARENA_NEW(t->arena, fresh->row, to->files);
  to->count = *exchange + 1;
  return VT_OK;
}

static vt_error read_row(difference_table *t, difference_files *files) {
  const int line = t->csv.line;
  vt_difference row = {.path = t->csv.path, .line = line};
  int at = 0;
  VT_TRY(read_fields(t));
  for (int end = 0; end < 2; end++) VT_TRY(read_end(t, end, &row));
  VT_TRY(read_type(t, &row.type));
  VT_TRY(add_exchange(t, files, &row, &at));
  vt_difference *exchange = &t->to->difference[at];
  if (exchange->row[t->file] > 0)
    BAD_ROW(t, "found the %s exchange from '%s' to '%s' a second time, first in line %d",
            type_names[row.type], row.code[0], row.code[1], exchange->row[t->file]);
  exchange->row[t->file] = line;
  const int scenarios = t->to->columns[t->file];
  VT_ARENA_NEW(t->arena, exchange->amount[t->file], scenarios);
  memcpy(exchange->amount[t->file], t->amount, (size_t)scenarios * sizeof *t->amount);
  return VT_OK;
}

static vt_error read_table(difference_table *t, difference_files *files) {
  VT_TRY(vt_labels_create(&t->scenario));
  VT_CHECK(vt_csv_row(&t->csv), VT_ERR_INPUT, "%s:1: found an empty table, expected a header",
           t->csv.path);
  VT_TRY(read_header(t));
  while (vt_csv_row(&t->csv)) VT_TRY(read_row(t, files));
  return VT_OK;
}

static vt_error read_file(vt_differences *to, vt_arena *arena, difference_files *files,
                          const char *path, int file) {
  difference_table t = {.to = to, .arena = arena, .file = file};
  vt_text text = {0};
  vt_error done = vt_watch(path);
  if (done == VT_OK) done = vt_text_read_file(path, &text);
  if (done == VT_OK) done = vt_csv_start(path, &text, &t.csv);
  if (done == VT_OK) done = read_table(&t, files);
  for (int c = 0; c < KNOWN; c++) vt_text_free(&t.known[c]);
  vt_text_free(&t.field);
  vt_text_free(&text);
  vt_labels_free(t.scenario);
  free(t.role);
  free(t.amount);
  return done;
}

// -------------------------------------------------------------------------------------------------
// All files: combinations of their columns, the last the fastest.

static int column_of(const vt_differences *d, int file, int64_t k) {
  for (int f = d->files - 1; f > file; f--) k /= d->columns[f];
  return (int)(k % d->columns[file]);
}

static vt_error name_scenarios(vt_differences *d, vt_arena *arena) {
  vt_text text = {0};
  VT_ARENA_NEW(arena, d->label, d->scenarios);
  vt_error named = VT_OK;
  for (int64_t k = 0; k < d->scenarios && named == VT_OK; k++) {
    text.length = 0;
    for (int f = 0; f < d->files && named == VT_OK; f++)
      named = vt_text_add(&text, "%s%s", f > 0 ? ", " : "", d->column[f][column_of(d, f, k)]);
    if (named == VT_OK) named = vt_arena_text(arena, text.bytes, text.length, &d->label[k]);
  }
  vt_text_free(&text);
  return named;
}

static vt_error count_scenarios(const vt_design_plan *plan, vt_differences *d) {
  enum { MOST = 1 << 24 };
  d->scenarios = 1;
  for (int f = 0; f < d->files; f++) {
    d->scenarios *= d->columns[f];
    VT_CHECK(d->scenarios <= MOST, VT_ERR_INPUT,
             "%s:%d: found more than %d combinations of scenarios, expected fewer", plan->path,
             plan->line, (int)MOST);
  }
  return VT_OK;
}

static vt_error read_all(const vt_design_plan *plan, vt_arena *arena, difference_files *files,
                         vt_differences *d) {
  VT_TRY(vt_labels_create(&files->exchange));
  VT_ARENA_NEW(arena, d->columns, d->files);
  VT_ARENA_NEW(arena, d->column, d->files);
  for (int f = 0; f < d->files; f++) VT_TRY(read_file(d, arena, files, plan->exchanges[f], f));
  VT_TRY(count_scenarios(plan, d));
  return name_scenarios(d, arena);
}

vt_error vt_differences_read(const vt_design_plan *plan, vt_arena *arena, vt_differences *d) {
  difference_files files = {0};
  *d = (vt_differences){.files = plan->exchange_files};
  const vt_error read = read_all(plan, arena, &files, d);
  vt_labels_free(files.exchange);
  return read;
}

void vt_differences_free(vt_differences *d) {
  free(d->difference);
  *d = (vt_differences){0};
}

double vt_difference_amount(const vt_differences *d, int difference, int64_t k) {
  const vt_difference *x = &d->difference[difference];
  double amount = (double)NAN;
  for (int f = 0; f < d->files; f++) {
    const double given = x->amount[f] ? x->amount[f][column_of(d, f, k)] : (double)NAN;
    if (!isnan(given)) amount = given;
  }
  return amount;
}

// -------------------------------------------------------------------------------------------------
// Which exchanges they mean.

static vt_error at_row(const vt_difference *x, vt_error error) {
  return vt_error_at_line(x->path, x->line, error);
}

static vt_error find_node(vt_database_set *set, const vt_difference *x, int end, int *node) {
  int database;
  vt_error found = vt_database_find(set, x->database[end], &database);
  if (found == VT_OK) found = vt_database_load_nodes(set, database);
  if (found == VT_OK) found = vt_node_find(set, database, x->code[end], node);
  return at_row(x, found);
}

vt_error vt_differences_find(const vt_differences *d, vt_database_set *set,
                             vt_wanted_exchange *wanted) {
  for (int i = 0; i < d->count; i++) {
    const vt_difference *x = &d->difference[i];
    wanted[i] = (vt_wanted_exchange){.type = x->type};
    VT_TRY(find_node(set, x, 0, &wanted[i].from));
    VT_TRY(find_node(set, x, 1, &wanted[i].to));
  }
  return VT_OK;
}

vt_error vt_difference_check(const vt_differences *d, const vt_database_set *set, int difference,
                             const vt_wanted_exchange *wanted, int found) {
  const vt_difference *x = &d->difference[difference];
  VT_CHECK(found > 0, VT_ERR_INPUT,
           "%s:%d: found no %s exchange from %s to %s in the model, expected one that is there",
           x->path, x->line, type_names[x->type], vt_node_text(set, wanted->from),
           vt_node_text(set, wanted->to));
  VT_CHECK(found < 2, VT_ERR_INPUT,
           "%s:%d: found %d stored %s exchanges from %s to %s, expected one", x->path, x->line,
           found, type_names[x->type], vt_node_text(set, wanted->from),
           vt_node_text(set, wanted->to));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Their places in samples.

static vt_error find_moves(const vt_differences *d, const vt_variation *variation, int snapshot,
                           const vt_wanted_exchange *wanted, int *count, vt_exchange_place *place,
                           int *found, vt_moves *moves) {
  VT_TRY(vt_variation_find(variation, snapshot, d->count, wanted, count, place));
  for (int i = 0; i < d->count; i++) {
    if (count[i] > found[i]) found[i] = count[i];
    if (count[i] != 1) continue;
    VT_TRY(vt_grow(&moves->move, &moves->room, moves->count + 1, sizeof *moves->move));
    moves->move[moves->count++] = (vt_move){i, place[i]};
  }
  return VT_OK;
}

vt_error vt_moves_find(const vt_differences *d, const vt_variation *variation, int snapshots,
                       const vt_wanted_exchange *wanted, int *found, vt_moves *moves) {
  int *count;
  vt_exchange_place *place;
  VT_NEW(count, d->count);
  place = vt_calloc(d->count, sizeof *place);
  vt_error done = VT_OK;
  if (!place) done = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  for (int s = 0; s < snapshots && done == VT_OK; s++)
    done = find_moves(d, variation, s, wanted, count, place, found, moves);
  free(count);
  free(place);
  return done;
}

bool vt_moves_reach(const vt_moves *moves, int snapshot) {
  for (ptrdiff_t m = 0; m < moves->count; m++)
    if (moves->move[m].place.snapshot == snapshot) return true;
  return false;
}

void vt_moves_apply(const vt_moves *moves, const vt_differences *d, const vt_variation *variation,
                    int64_t k, vt_sample *sample) {
  for (ptrdiff_t m = 0; m < moves->count; m++) {
    const double amount = vt_difference_amount(d, moves->move[m].difference, k);
    if (!isnan(amount)) vt_variation_move(variation, &moves->move[m].place, amount, sample);
  }
}

void vt_moves_free(vt_moves *moves) {
  free(moves->move);
  *moves = (vt_moves){0};
}
