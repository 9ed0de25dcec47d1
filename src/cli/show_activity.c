// show_activity.c - one activity of a source of databases: what it is, and its exchanges.
#include "report.h"
#include "show_databases.h"

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

static void json_pair(FILE *out, const char *name, const char *text) {
  (void)fprintf(out, ", \"%s\": ", name);
  json_text(out, text);
}

// The members that tell which node it is, without braces.
static void json_node(const vt_database_set *set, int node, FILE *out) {
  const vt_node *n = &set->node[node];
  (void)fputs("\"database\": ", out);
  json_text(out, set->database[n->database].name);
  json_pair(out, "code", n->code);
  json_pair(out, "name", n->name);
  json_pair(out, "reference product", n->product);
  json_pair(out, "location", n->location);
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
  (void)fputs("{\"matches\": [", out);
  for (ptrdiff_t i = 0; i < found->count; i++) {
    (void)fputs(i > 0 ? ",\n  {" : "\n  {", out);
    json_node(set, found->node[i], out);
    (void)fputc('}', out);
  }
  (void)fputs("]}\n", out);
}

// -------------------------------------------------------------------------------------------------
// Exchanges.

static const char *const type_names[] = {[VT_EXCHANGE_PRODUCTION] = "production",
                                         [VT_EXCHANGE_SUBSTITUTION] = "substitution",
                                         [VT_EXCHANGE_TECHNOSPHERE] = "technosphere",
                                         [VT_EXCHANGE_BIOSPHERE] = "biosphere"};

static void print_line(const vt_database_set *set, const char *type, double amount, int input,
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
  print_line(set, type_names[x->type], x->amount, x->input, out);
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

static void json_vintages(const char *name, int count, const vt_vintage *vintage, FILE *out) {
  if (count > 0) (void)fprintf(out, ", \"%s\": {", name);
  for (int i = 0; i < count; i++) {
    const char *comma = i > 0 ? ", " : "";
    if (vintage[i].tau == VT_WHOLE_LIFE)
      (void)fprintf(out, "%s\"%d\": ", comma, vintage[i].year);
    else
      (void)fprintf(out, "%s\"[%d, %d]\": ", comma, vintage[i].tau, vintage[i].year);
    json_number(out, vintage[i].value);
  }
  if (count > 0) (void)fputc('}', out);
}

static void json_temporal(const vt_temporal *temporal, FILE *out) {
  (void)fprintf(out, ", \"temporal_distribution\": {\"unit\": \"%c\", \"date\": [", temporal->unit);
  for (int i = 0; i < temporal->count; i++)
    (void)fprintf(out, "%s%" PRId64, i > 0 ? ", " : "", temporal->date[i]);
  (void)fputs("], \"amount\": [", out);
  for (int i = 0; i < temporal->count; i++) {
    if (i > 0) (void)fputs(", ", out);
    json_number(out, temporal->amount[i]);
  }
  (void)fputs("]}", out);
}

static void json_uncertainty(const vt_uncertainty *u, FILE *out) {
  const struct {
    const char *name;
    double value;
  } field[] = {{"loc", u->loc},
               {"scale", u->scale},
               {"shape", u->shape},
               {"minimum", u->minimum},
               {"maximum", u->maximum}};
  (void)fprintf(out, ", \"uncertainty type\": %d, \"negative\": %s", u->type,
                u->negative ? "true" : "false");
  for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
    (void)fprintf(out, ", \"%s\": ", field[i].name);
    json_number(out, field[i].value);
  }
}

static void json_exchange(const vt_database_set *set, const vt_exchange *x, FILE *out) {
  (void)fputs("{\"input\": {", out);
  json_node(set, x->input, out);
  (void)fprintf(out, "}, \"type\": \"%s\", \"amount\": ", type_names[x->type]);
  json_number(out, x->amount);
  (void)fprintf(out, ", \"operation\": %s, \"functional\": %s", x->operation ? "true" : "false",
                x->functional ? "true" : "false");
  if (x->temporal) json_temporal(x->temporal, out);
  json_vintages("vintage_improvements", x->improvements, x->improvement, out);
  json_vintages("vintage_amounts", x->vintages, x->vintage, out);
  if (x->uncertainty) json_uncertainty(x->uncertainty, out);
  if (x->extra) (void)fprintf(out, ", \"extra\": %s", x->extra);
  (void)fputc('}', out);
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

static void print_record(const vt_database_set *set, const record *r, FILE *out) {
  print_line(set, record_type(r), record_amount(r), r->group->row[r->k], out);
  if (r->group->reference && r->group->reference[r->k]) (void)fputs(", reference product", out);
  if (r->group->array) (void)fprintf(out, ", first of %td columns", r->group->columns);
  const vt_uncertainty *u = r->group->uncertainty ? &r->group->uncertainty[r->k] : NULL;
  if (u && u->type > 1) (void)fprintf(out, ", uncertainty type %d", u->type);
  (void)fputc('\n', out);
}

static void json_record(const vt_database_set *set, const record *r, FILE *out) {
  (void)fputs("{\"input\": {", out);
  json_node(set, r->group->row[r->k], out);
  (void)fprintf(out, "}, \"type\": \"%s\", \"amount\": ", record_type(r));
  json_number(out, record_amount(r));
  (void)fprintf(out, ", \"columns\": %td", r->group->columns);
  json_pair(out, "package", r->package->name);
  json_pair(out, "group", r->group->name);
  if (r->group->uncertainty) json_uncertainty(&r->group->uncertainty[r->k], out);
  (void)fputc('}', out);
}

typedef void (*record_teller)(const vt_database_set *set, const record *r, FILE *out);

static ptrdiff_t tell_package(const vt_database_set *set, int package, int node, bool json,
                              ptrdiff_t told, FILE *out) {
  const vt_package *p = &set->package[package];
  const record_teller tell = json ? json_record : print_record;
  for (int g = 0; g < p->groups; g++) {
    const vt_record_group *group = &p->group[g];
    if (group->matrix != VT_MATRIX_TECHNOSPHERE && group->matrix != VT_MATRIX_BIOSPHERE) continue;
    for (ptrdiff_t k = 0; k < group->count; k++) {
      if (group->column[k] != node) continue;
      if (json) (void)fputs(told > 0 ? ",\n    " : "\n    ", out);
      tell(set, &(record){p, group, k}, out);
      told++;
    }
  }
  return told;
}

// The database's own records, then what loose datapackages say.
static ptrdiff_t tell_records(const vt_database_set *set, int node, bool json, ptrdiff_t told,
                              FILE *out) {
  const int database = set->node[node].database;
  if (set->database[database].kind == VT_DATABASE_PROJECT)
    told = tell_package(set, set->database[database].package, node, json, told, out);
  for (int d = 0; d < set->databases; d++) {
    if (set->database[d].kind == VT_DATABASE_PACKAGE)
      told = tell_package(set, set->database[d].package, node, json, told, out);
  }
  return told;
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
  for (ptrdiff_t x = n->first_exchange; x < n->first_exchange + n->exchanges; x++)
    print_exchange(set, &set->exchange[x], out);
  if (tell_records(set, node, false, n->exchanges, out) == 0) (void)fputs("  none\n", out);
}

static void json_activity(const vt_database_set *set, int node, FILE *out) {
  const vt_node *n = &set->node[node];
  (void)fputs("{", out);
  json_node(set, node, out);
  json_pair(out, "unit", n->unit);
  json_pair(out, "type", n->type_name);
  json_pair(out, "categories", n->categories);
  json_pair(out, "CAS number", n->cas);
  if (n->id != VT_NO_ID) (void)fprintf(out, ", \"id\": %" PRId64, n->id);
  if (n->has_window)
    (void)fprintf(out, ", \"operation_time_limits\": [%d, %d]", n->window_first, n->window_last);
  if (n->extra) (void)fprintf(out, ", \"extra\": %s", n->extra);
  (void)fputs(",\n  \"exchanges\": [", out);
  for (ptrdiff_t i = 0; i < n->exchanges; i++) {
    (void)fputs(i > 0 ? ",\n    " : "\n    ", out);
    json_exchange(set, &set->exchange[n->first_exchange + i], out);
  }
  (void)tell_records(set, node, true, n->exchanges, out);
  (void)fputs("]}\n", out);
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
  const vt_error error = tell(set, path, wanted, json, &found, out);
  free(found.node);
  return error;
}
