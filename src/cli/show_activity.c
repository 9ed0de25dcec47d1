// show_activity.c - one activity of a source of databases: what it is, and its exchanges.
#include "print.h"
#include "show.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LISTED = 100, MOST_VINTAGES = 24 };

// -------------------------------------------------------------------------------------------------
// Finding.

// How well a node fits what is asked for; the best kind of fit counts.
typedef enum fit { NO_FIT, FITS_PATTERN, FITS_NAME, FITS_CODE, FITS_CODE_OF_DATABASE } fit;

static fit fit_text(const vt_node *node, const char *wanted) {
  const char *name = node->name ? node->name : "";
  if (strcmp(node->code, wanted) == 0) return FITS_CODE;
  if (strcmp(name, wanted) == 0) return FITS_NAME;
  return fnmatch(wanted, name, 0) == 0 || fnmatch(wanted, node->code, 0) == 0 ? FITS_PATTERN
                                                                              : NO_FIT;
}

static fit fit_node(const vt_database_set *set, const vt_node *node, const char *wanted) {
  const char *database = set->database[node->database].name;
  const size_t length = strlen(database);
  const bool named = strncmp(wanted, database, length) == 0 && wanted[length] == ':';
  const fit whole = fit_text(node, wanted), rest = named ? fit_text(node, wanted + length + 1) : 0;
  if (rest == FITS_CODE) return FITS_CODE_OF_DATABASE;
  return whole > rest ? whole : rest;
}

// Nodes that fit best.
typedef struct matches {
  int *node; // shape [count]
  ptrdiff_t count, room;
  fit best;
} matches;

static vt_error find_matches(const vt_database_set *set, const char *wanted, matches *found) {
  for (int n = 0; n < set->nodes; n++) {
    const fit fits = fit_node(set, &set->node[n], wanted);
    if (fits == NO_FIT || fits < found->best) continue;
    if (fits > found->best) found->count = 0;
    found->best = fits;
    VT_TRY(vt_grow(&found->node, &found->room, found->count + 1, sizeof *found->node));
    found->node[found->count++] = n;
  }
  return VT_OK;
}

static vt_error fail_unknown(const vt_database_set *set, const char *path, const char *wanted) {
  vt_nearest nearest = {.name = wanted};
  for (int n = 0; n < set->nodes; n++) {
    vt_nearest_try(&nearest, set->node[n].code);
    if (set->node[n].name) vt_nearest_try(&nearest, set->node[n].name);
  }
  VT_FAIL(VT_ERR_INPUT, "%s: holds no activity of the code or name '%s'%s", path, wanted,
          vt_nearest_hint(&nearest));
}

// -------------------------------------------------------------------------------------------------
// Nodes.

// The members that tell which node it is.
static void json_node(json_out *j, const vt_database_set *set, int node) {
  const vt_node *n = &set->node[node];
  json_members(j, "database: %s, code: %s, name: %s, reference product: %s, location: %s",
               set->database[n->database].name, n->code, n->name, n->product, n->location);
}

static void print_pair(FILE *out, const char *name, const char *text) {
  if (!text) return;
  (void)fprintf(out, "%-11s ", name);
  show_plain(out, text);
  (void)fputc('\n', out);
}

static void list_matches(const vt_database_set *set, const matches *found, const char *wanted,
                         FILE *out) {
  (void)fprintf(out, "%td activities fit '", found->count);
  show_plain(out, wanted);
  (void)fputs("'; ask for one by its code or database:code\n", out);
  for (ptrdiff_t i = 0; i < found->count && i < MOST_LISTED; i++) {
    const vt_node *n = &set->node[found->node[i]];
    (void)fputs("  ", out);
    show_plain(out, set->database[n->database].name);
    (void)fputc(':', out);
    show_plain(out, n->code);
    (void)fputs("  ", out);
    show_plain(out, vt_node_name(n));
    if (n->location) {
      (void)fputs("  ", out);
      show_plain(out, n->location);
    }
    (void)fputc('\n', out);
  }
  if (found->count > MOST_LISTED)
    (void)fprintf(out, "  and %td more, see --json\n", found->count - MOST_LISTED);
}

static void json_matches(const vt_database_set *set, const matches *found, FILE *out) {
  json_out j = json_begin(out, JSON_ROW);
  json_list(&j, "matches", JSON_LINES);
  for (ptrdiff_t i = 0; i < found->count; i++) {
    json_map(&j, NULL);
    json_node(&j, set, found->node[i]);
    json_close(&j);
  }
  json_close(&j);
  json_end(&j);
}

// -------------------------------------------------------------------------------------------------
// Exchanges.

static const char *const type_names[] = {[VT_EXCHANGE_PRODUCTION] = "production",
                                         [VT_EXCHANGE_SUBSTITUTION] = "substitution",
                                         [VT_EXCHANGE_TECHNOSPHERE] = "technosphere",
                                         [VT_EXCHANGE_BIOSPHERE] = "biosphere"};

static void print_input(const vt_database_set *set, const char *type, double amount, int input,
                        FILE *out) {
  char text[32];
  const vt_node *n = &set->node[input];
  (void)fprintf(out, "  %-12s %14s ", type, report_exact(amount, text));
  if (n->unit) {
    show_plain(out, n->unit);
    (void)fputc(' ', out);
  }
  show_plain(out, vt_node_name(n));
  (void)fputs(" (", out);
  show_plain(out, set->database[n->database].name);
  (void)fputc(':', out);
  show_plain(out, n->code);
  (void)fputc(')', out);
}

static void print_vintages(const char *name, int count, const vt_vintage *vintage, FILE *out) {
  if (count > 0) (void)fprintf(out, "\n      %s", name);
  for (int i = 0; i < count && i < MOST_VINTAGES; i++) {
    char text[32];
    (void)fprintf(out, "%s%d", i > 0 ? ", " : " ", vintage[i].year);
    if (vintage[i].tau != VT_WHOLE_LIFE) (void)fprintf(out, " at %d", vintage[i].tau);
    (void)fprintf(out, ": %s", report_exact(vintage[i].value, text));
  }
  if (count > MOST_VINTAGES) (void)fputs(", ...", out);
}

static void print_exchange(const vt_database_set *set, const vt_exchange *x, FILE *out) {
  char text[32];
  print_input(set, type_names[x->type], x->amount, x->input, out);
  if (x->operation) (void)fputs(", operation", out);
  if (x->functional) (void)fputs(", functional", out);
  if (x->uncertainty) (void)fprintf(out, ", uncertainty type %d", x->uncertainty->type);
  if (x->temporal) {
    (void)fputs("\n      over time", out);
    for (int i = 0; i < x->temporal->count && i < MOST_VINTAGES; i++)
      (void)fprintf(out, "%s%" PRId64 " %c: %s", i > 0 ? ", " : " ", x->temporal->date[i],
                    x->temporal->unit, report_exact(x->temporal->amount[i], text));
    if (x->temporal->count > MOST_VINTAGES) (void)fputs(", ...", out);
  }
  print_vintages("vintage improvements", x->improvements, x->improvement, out);
  print_vintages("vintage amounts", x->vintages, x->vintage, out);
  if (x->extra) {
    (void)fputs("\n      ", out);
    show_plain(out, x->extra);
  }
  (void)fputc('\n', out);
}

static void json_vintages(json_out *j, const char *name, int count, const vt_vintage *vintage) {
  if (count == 0) return;
  json_map(j, name);
  for (int i = 0; i < count; i++) {
    char key[40];
    if (vintage[i].tau == VT_WHOLE_LIFE)
      (void)snprintf(key, sizeof key, "%d", vintage[i].year);
    else
      (void)snprintf(key, sizeof key, "[%d, %d]", vintage[i].tau, vintage[i].year);
    json_number(j, key, vintage[i].value);
  }
  json_close(j);
}

static void json_temporal(json_out *j, const vt_temporal *temporal) {
  if (!temporal) return;
  json_map(j, "temporal_distribution");
  json_raw(j, "unit", "\"%c\"", temporal->unit);
  json_list(j, "date", JSON_ROW);
  for (int i = 0; i < temporal->count; i++) json_raw(j, NULL, "%" PRId64, temporal->date[i]);
  json_close(j);
  json_numbers(j, "amount", temporal->amount, temporal->count);
  json_close(j);
}

static void json_uncertainty(json_out *j, const vt_uncertainty *u) {
  if (!u) return;
  json_members(j,
               "uncertainty type: %d, negative: %i, loc: %g, scale: %g, shape: %g, minimum: %g, "
               "maximum: %g",
               u->type, u->negative, u->loc, u->scale, u->shape, u->minimum, u->maximum);
}

static void json_input(json_out *j, const vt_database_set *set, int input, const char *type,
                       double amount) {
  json_map(j, "input");
  json_node(j, set, input);
  json_close(j);
  json_members(j, "type: %s, amount: %g", type, amount);
}

static void json_exchange(json_out *j, const vt_database_set *set, const vt_exchange *x) {
  json_map(j, NULL);
  json_input(j, set, x->input, type_names[x->type], x->amount);
  json_members(j, "operation: %i, functional: %i", x->operation, x->functional);
  json_temporal(j, x->temporal);
  json_vintages(j, "vintage_improvements", x->improvements, x->improvement);
  json_vintages(j, "vintage_amounts", x->vintages, x->vintage);
  json_uncertainty(j, x->uncertainty);
  if (x->extra) json_json(j, "extra", x->extra);
  json_close(j);
}

// -------------------------------------------------------------------------------------------------
// Records of datapackages in the column of a node.

typedef struct record {
  const vt_package *package;
  const vt_record_group *group;
  ptrdiff_t k;
} record;

static const char *record_type(const record *r) {
  if (r->group->matrix == VT_MATRIX_BIOSPHERE) return "biosphere";
  return r->group->flip && r->group->flip[r->k] ? "technosphere" : "production";
}

// Of an array the first column.
static double record_amount(const record *r) {
  const double amount = r->group->data[r->k * r->group->columns];
  return r->group->rescale ? amount * r->group->rescale[r->k] : amount;
}

static const vt_uncertainty *uncertainty_of(const record *r) {
  return r->group->uncertainty ? &r->group->uncertainty[r->k] : NULL;
}

static void print_record(const vt_database_set *set, const record *r, FILE *out) {
  print_input(set, record_type(r), record_amount(r), r->group->row[r->k], out);
  if (r->group->reference && r->group->reference[r->k]) (void)fputs(", reference product", out);
  if (r->group->array) (void)fprintf(out, ", first of %td columns", r->group->columns);
  const vt_uncertainty *u = uncertainty_of(r);
  if (u && u->type > 1) (void)fprintf(out, ", uncertainty type %d", u->type);
  (void)fputc('\n', out);
}

static void json_record(json_out *j, const vt_database_set *set, const record *r) {
  json_map(j, NULL);
  json_input(j, set, r->group->row[r->k], record_type(r), record_amount(r));
  json_members(j, "columns: %td, package: %s, group: %s", r->group->columns, r->package->name,
               r->group->name);
  json_uncertainty(j, uncertainty_of(r));
  json_close(j);
}

// Where to tell of a node and its exchanges: a text, or JSON.
typedef struct telling {
  const vt_database_set *set;
  int node;
  FILE *text; // or NULL
  json_out *json;
  ptrdiff_t told;
} telling;

static void tell_package(telling *t, int package) {
  const vt_package *p = &t->set->package[package];
  for (int g = 0; g < p->groups; g++) {
    const vt_record_group *group = &p->group[g];
    if (group->matrix != VT_MATRIX_TECHNOSPHERE && group->matrix != VT_MATRIX_BIOSPHERE) continue;
    for (ptrdiff_t k = 0; k < group->count; k++) {
      if (group->column[k] != t->node) continue;
      const record r = {p, group, k};
      if (t->text)
        print_record(t->set, &r, t->text);
      else
        json_record(t->json, t->set, &r);
      t->told++;
    }
  }
}

// Those of the node, the records of its database, then what loose datapackages say.
static void tell_exchanges(telling *t) {
  const vt_node *n = &t->set->node[t->node];
  const vt_database *home = &t->set->database[n->database];
  t->told = n->exchanges;
  for (ptrdiff_t x = n->first_exchange; x < n->first_exchange + n->exchanges; x++) {
    if (t->text)
      print_exchange(t->set, &t->set->exchange[x], t->text);
    else
      json_exchange(t->json, t->set, &t->set->exchange[x]);
  }
  if (home->kind == VT_DATABASE_PROJECT) tell_package(t, home->package);
  for (int d = 0; d < t->set->databases; d++) {
    if (t->set->database[d].kind == VT_DATABASE_PACKAGE)
      tell_package(t, t->set->database[d].package);
  }
}

// -------------------------------------------------------------------------------------------------
// One activity.

static void print_activity(const vt_database_set *set, int node, FILE *out) {
  const vt_node *n = &set->node[node];
  char id[24];
  (void)snprintf(id, sizeof id, "%" PRId64, n->id);
  print_pair(out, "database", set->database[n->database].name);
  print_pair(out, "code", n->code);
  print_pair(out, "name", n->name);
  print_pair(out, "product", n->product);
  print_pair(out, "location", n->location);
  print_pair(out, "unit", n->unit);
  print_pair(out, "type", n->type_name);
  print_pair(out, "categories", n->categories);
  print_pair(out, "CAS number", n->cas);
  if (n->id != VT_NO_ID) print_pair(out, "id", id);
  if (n->has_window)
    (void)fprintf(out, "operation   years %d to %d after installation\n", n->window_first,
                  n->window_last);
  print_pair(out, "more", n->extra);
  (void)fputs("\nexchanges\n", out);
  telling t = {.set = set, .node = node, .text = out};
  tell_exchanges(&t);
  if (t.told == 0) (void)fputs("  none\n", out);
}

static void json_activity(const vt_database_set *set, int node, FILE *out) {
  const vt_node *n = &set->node[node];
  json_out j = json_begin(out, JSON_ROW);
  json_node(&j, set, node);
  json_members(&j, "unit: %s, type: %s, categories: %s, CAS number: %s", n->unit, n->type_name,
               n->categories, n->cas);
  if (n->id != VT_NO_ID) json_raw(&j, "id", "%" PRId64, n->id);
  if (n->has_window)
    json_raw(&j, "operation_time_limits", "[%d, %d]", n->window_first, n->window_last);
  if (n->extra) json_json(&j, "extra", n->extra);
  json_style_on(&j, JSON_LINES);
  json_list(&j, "exchanges", JSON_LINES);
  tell_exchanges(&(telling){.set = set, .node = node, .json = &j});
  json_close(&j);
  json_end(&j);
}

static vt_error tell(vt_database_set *set, const char *path, const char *wanted, bool json,
                     matches *found, FILE *out) {
  for (int d = 0; d < set->databases; d++) VT_TRY(vt_database_load_nodes(set, d));
  VT_TRY(find_matches(set, wanted, found));
  if (found->count == 0) return fail_unknown(set, path, wanted);
  if (found->count > 1 && json)
    json_matches(set, found, out);
  else if (found->count > 1)
    list_matches(set, found, wanted, out);
  if (found->count > 1) return VT_OK;
  VT_TRY(vt_database_require(set, set->node[found->node[0]].database));
  (json ? json_activity : print_activity)(set, found->node[0], out);
  return VT_OK;
}

vt_error show_activity(vt_database_set *set, const char *path, const char *wanted, bool json,
                       FILE *out) {
  matches found = {0};
  FILE *lines = out;
  if (!json) VT_TRY(print_open(out, &lines));
  const vt_error error = tell(set, path, wanted, json, &found, lines);
  if (!json) (void)fclose(lines);
  free(found.node);
  return error;
}
