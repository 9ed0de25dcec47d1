// show_databases.c - what a store, or another source of databases, holds.
#include "print.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool vt_is_source_path(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  if (S_ISDIR(info.st_mode)) return true;
  unsigned char head[8] = {0};
  int file;
  if (vt_input_open(path, &file) != VT_OK) return false;
  const ptrdiff_t got = vt_input_read(file, 0, head, sizeof head);
  (void)close(file);
  if (got >= 2 && memcmp(head, "PK", 2) == 0) return true;
  if (got >= 2 && head[0] == 0x1f && head[1] == 0x8b) return true;
  if (got == 8 && memcmp(head, "\x89HDF", 4) == 0) return vt_is_store(path);
  ptrdiff_t i = memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  while (i < got && strchr(" \n\r\t", head[i])) i++;
  return i < got && head[i] == '{';
}

static const char *show_kind(const vt_database *database) {
  if (database->kind == VT_DATABASE_JSON) return "document";
  return database->kind == VT_DATABASE_PROJECT ? "project" : "datapackage";
}

// -------------------------------------------------------------------------------------------------
// What is known without loading, and what is loaded for it.

typedef struct overview {
  const char *path;
  vt_database_set *set;
  vt_database_summary *database; // shape [databases]
  vt_method_summary *method;     // shape [methods]
  ptrdiff_t parameters;
  int *loose; // nodes of each loose datapackage; shape [databases]
} overview;

// Sources that are no stores tell their sizes once they are loaded; what cannot be loaded (stale
// databases) is listed without.
static vt_error gather(overview *v) {
  vt_database_set *set = v->set;
  vt_parameter_table parameters;
  for (int d = 0; d < set->databases; d++) {
    VT_TRY(vt_database_summarise(set, d, &v->database[d]));
    if (v->database[d].sha256 || vt_database_require(set, d) != VT_OK) continue;
    VT_TRY(vt_database_summarise(set, d, &v->database[d]));
  }
  for (int m = 0; m < set->methods; m++) VT_TRY(vt_method_summarise(set, m, &v->method[m]));
  for (int n = 0; n < set->nodes; n++) v->loose[set->node[n].database]++;
  VT_TRY(vt_parameters_read(set, &parameters));
  v->parameters = parameters.parameters;
  return vt_watch_check(v->path);
}

// Loose datapackages: the nodes that are at home in it.
static int count_nodes(const overview *v, int database) {
  const vt_database *d = &v->set->database[database];
  return d->kind == VT_DATABASE_PACKAGE ? v->loose[database] : d->nodes;
}

static bool is_known(const overview *v, int database) {
  return v->database[database].sha256 || v->set->database[database].loaded;
}

// -------------------------------------------------------------------------------------------------
// Text.

static void print_database(const overview *v, int database, FILE *out) {
  const vt_database *d = &v->set->database[database];
  const vt_database_summary *s = &v->database[database];
  (void)fputs("\ndatabase    ", out);
  show_plain(out, d->name);
  (void)fprintf(out, "\n  kind      %s%s\n", show_kind(d), d->stale ? ", stale" : "");
  if (is_known(v, database)) {
    const bool json = d->kind == VT_DATABASE_JSON;
    (void)fprintf(out, "  holds     %d nodes, %td %s\n", count_nodes(v, database),
                  json ? s->exchanges : s->records, json ? "exchanges" : "records");
  }
  if (d->has_time) (void)fprintf(out, "  time      %04d-%02d-%02d\n", d->year, d->month, d->day);
  for (int k = 0; k < d->depend_count; k++) {
    (void)fputs(k == 0 ? "  links to  " : "            ", out);
    show_plain(out, v->set->database[d->depends[k]].name);
    (void)fputc('\n', out);
  }
  if (s->sha256) (void)fprintf(out, "  sha256    %s\n", s->sha256);
}

static const char *kind_of_method(const vt_method *method) {
  if (method->kind == VT_MATRIX_NORMALIZATION) return "normalisation";
  return method->kind == VT_MATRIX_WEIGHTING ? "weighting" : "method";
}

static void print_method(const overview *v, int index, FILE *out) {
  const vt_method *method = &v->set->method[index];
  (void)fprintf(out, "  %-13s ", kind_of_method(method));
  show_plain(out, method->label);
  if (v->method[index].factors >= 0) (void)fprintf(out, ": %td factors", v->method[index].factors);
  if (method->unit) {
    (void)fputs(v->method[index].factors >= 0 ? ", " : ": ", out);
    show_plain(out, method->unit);
  }
  (void)fputc('\n', out);
}

static void print_text(const overview *v, FILE *out) {
  const vt_database_set *set = v->set;
  (void)fputs("file        ", out);
  show_plain(out, v->path);
  (void)fprintf(out, "\nholds       %d database%s, %d method%s, %td parameter%s\n", set->databases,
                set->databases == 1 ? "" : "s", set->methods, set->methods == 1 ? "" : "s",
                v->parameters, v->parameters == 1 ? "" : "s");
  for (int d = 0; d < set->databases; d++) print_database(v, d, out);
  if (set->methods > 0) (void)fputs("\nmethods\n", out);
  for (int m = 0; m < set->methods; m++) print_method(v, m, out);
}

// -------------------------------------------------------------------------------------------------
// JSON.

static void json_database(json_out *j, const overview *v, int database) {
  const vt_database *d = &v->set->database[database];
  const vt_database_summary *s = &v->database[database];
  json_map(j, NULL);
  json_members(j, "name: %s, kind: %s, stale: %i", d->name, show_kind(d), d->stale);
  if (is_known(v, database))
    json_members(j, "nodes: %d, exchanges: %td, records: %td", count_nodes(v, database),
                 s->exchanges, s->records);
  if (d->has_time)
    json_raw(j, "representative_time", "\"%04d-%02d-%02d\"", d->year, d->month, d->day);
  else
    json_text(j, "representative_time", NULL);
  json_list(j, "links", JSON_ROW);
  for (int k = 0; k < d->depend_count; k++)
    json_text(j, NULL, v->set->database[d->depends[k]].name);
  json_close(j);
  json_text(j, "sha256", s->sha256);
  json_close(j);
}

static void json_method(json_out *j, const overview *v, int index) {
  const vt_method *method = &v->set->method[index];
  const vt_method_summary *s = &v->method[index];
  json_map(j, NULL);
  json_texts(j, "name", method->part, method->parts);
  json_members(j, "kind: %s, unit: %s", kind_of_method(method), method->unit);
  if (s->factors >= 0) json_raw(j, "factors", "%td", s->factors);
  json_text(j, "sha256", s->sha256);
  json_close(j);
}

static void print_json(const overview *v, FILE *out) {
  json_out j = json_begin(out, JSON_BLOCK);
  json_text(&j, "file", v->path);
  json_list(&j, "databases", JSON_LINES);
  for (int d = 0; d < v->set->databases; d++) json_database(&j, v, d);
  json_close(&j);
  json_list(&j, "methods", JSON_LINES);
  for (int m = 0; m < v->set->methods; m++) json_method(&j, v, m);
  json_close(&j);
  json_raw(&j, "parameters", "%td", v->parameters);
  json_end(&j);
}

static vt_error show_all(vt_database_set *set, const char *path, bool json, FILE *out) {
  overview v = {.path = path, .set = set};
  v.database = vt_calloc(set->databases, sizeof *v.database);
  v.method = vt_calloc(set->methods, sizeof *v.method);
  v.loose = vt_calloc(set->databases, sizeof *v.loose);
  vt_error error =
      v.database && v.method && v.loose
          ? gather(&v)
          : vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  FILE *lines = out;
  if (error == VT_OK && !json) error = print_open(out, &lines);
  if (error == VT_OK) (json ? print_json : print_text)(&v, lines);
  if (lines != out) (void)fclose(lines);
  free(v.database);
  free(v.method);
  free(v.loose);
  return error;
}

vt_error command_show_databases(const options *o, FILE *out) {
  VT_CHECK(o->scenario < 0, VT_ERR_INPUT, "%s: found --scenario, which a results file has",
           o->file);
  vt_database_set *set;
  VT_TRY(vt_database_set_read(1, &o->file, &set));
  const vt_error shown = o->activity ? show_activity(set, o->file, o->activity, o->json, out)
                                     : show_all(set, o->file, o->json, out);
  vt_database_set_free(set);
  VT_TRY(shown);
  vt_log_release();
  return print_flush(out);
}
