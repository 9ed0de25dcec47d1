// study.c - the study file as a whole: version, name, results, solver; the other parts have files
// of their own.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "reader.h"

static const double default_quantile[] = {0.05, 0.5, 0.95};

enum {
  FORMAT_VERSION = 1,
  DEFAULT_QUANTILES = sizeof default_quantile / sizeof default_quantile[0],
  BUDGET_PER_BYTE = 8,
};

// ---------------------------------------------------------------------------------------------
// results

static vt_error read_keep(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  const vt_kind_row *kind = vt_kind_row_of(study->model.kind);
  if (kind->own_keep)
    VT_REFUSE(reader, node, "belongs to pathway models, expected 'model.%s.keep'", kind->name);
  return vt_read_keep(reader, node, "a list of tensors", &study->keep, &study->keeps);
}

static int compare_numbers(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static vt_error read_quantiles(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  double *quantile;
  int count;
  VT_TRY(vt_read_numbers(reader, node, 0, &quantile, &count));
  for (int i = 0; i < count; i++) {
    if (quantile[i] < 0 || quantile[i] > 1)
      VT_REFUSE(reader, node, "found %g, expected numbers from 0 to 1", quantile[i]);
    quantile[i] += 0.0; // -0 becomes 0
  }
  qsort(quantile, (size_t)count, sizeof *quantile, compare_numbers);
  for (int i = 1; i < count; i++) {
    if (!(quantile[i - 1] < quantile[i]))
      VT_REFUSE(reader, node, "found %g twice, expected distinct numbers", quantile[i]);
  }
  study->quantile = quantile;
  study->quantiles = count;
  return VT_OK;
}

static vt_error read_precision(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {"double", "single", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  ((vt_study *)target)->single = choice == 1;
  return VT_OK;
}

static vt_error read_results(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{.name = "keep", .read = read_keep},
                                {.name = "quantiles", .read = read_quantiles},
                                {.name = "precision", .read = read_precision},
                                {.name = "statistics", .read = vt_read_statistics},
                                {.name = "sensitivity", .read = vt_read_sensitivity},
                                {.name = "regret", .read = vt_read_regret},
                                {.name = NULL}};
  return vt_map_read(reader, node, keys, study);
}

// ---------------------------------------------------------------------------------------------
// solver

static vt_error read_iteration_limit(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 1, INT64_MAX, &((vt_study *)target)->solver.iteration_limit);
}

static vt_error read_time_limit(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  VT_TRY(vt_read_number(reader, node, &study->solver.time_limit_s));
  if (!(study->solver.time_limit_s > 0))
    VT_REFUSE(reader, node, "found %s, expected seconds > 0", vt_found(node));
  return VT_OK;
}

static vt_error read_solver(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "iteration_limit", .read = read_iteration_limit},
      {.name = "time_limit_s", .read = read_time_limit},
      {.name = "tie_break", .read = vt_bool_at, .at = offsetof(vt_study, solver.tie_break)},
      {.name = "warm_start", .read = vt_bool_at, .at = offsetof(vt_study, solver.warm_start)},
      {.name = NULL}};
  return vt_map_read(reader, node, keys, study);
}

// ---------------------------------------------------------------------------------------------
// The whole

static vt_error read_version(vt_study_reader *reader, const vt_yaml *node, void *target) {
  (void)target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_INTEGER, "1, the version of the format"));
  const char *text = (const char *)node->yaml->data.scalar.value;
  if (strcmp(text, "1") != 0)
    VT_REFUSE(reader, node, "format version not known to this program: found %s, expected %d", text,
              (int)FORMAT_VERSION);
  return VT_OK;
}

// Sources are named in a study, they are none.
static vt_error refuse_source(vt_study_reader *reader, const vt_yaml *root) {
  static const struct {
    const char *key, *what;
  } signs[] = {
      {"databases", "a document of databases, expected a study that has it in 'databases:'"},
      {"PROCESS", "the inputs of a model, expected a study with 'inputs: FILE'"}};
  bool study = false, sign[2] = {false};
  for (ptrdiff_t i = 0; i < vt_yaml_count(root); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, root, i, &child));
    study = study || strcmp(child.key, "vintner") == 0 || strcmp(child.key, "model") == 0;
    for (int k = 0; k < 2; k++) sign[k] = sign[k] || strcmp(child.key, signs[k].key) == 0;
  }
  for (int k = 0; k < 2 && !study; k++)
    VT_CHECK(!sign[k], VT_ERR_INPUT, "%s: found %s", reader->path, signs[k].what);
  return VT_OK;
}

static vt_error read_name(vt_study_reader *reader, const vt_yaml *node, void *target) {
  const char **name = &((vt_study *)target)->name;
  VT_TRY(vt_read_text(reader, node, name));
  const size_t good =
      strspn(*name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
  if ((*name)[good] || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0)
    VT_REFUSE(reader, node, "found %s, expected only letters, digits, '_', '.' and '-'",
              vt_found(node));
  return VT_OK;
}

// Another version may have other keys: look at the version before all else.
static vt_error check_version_first(vt_study_reader *reader, const vt_yaml *root) {
  for (ptrdiff_t i = 0; i < vt_yaml_count(root); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, root, i, &child));
    if (strcmp(child.key, "vintner") == 0) return read_version(reader, &child, NULL);
  }
  return VT_OK;
}

static vt_error read_the_ensemble(vt_study_reader *reader, const vt_yaml *node, void *study) {
  const vt_kind_row *kind = vt_kind_row_of(reader->study->model.kind);
  if (!kind->ensemble)
    VT_FAULT(reader, node->line, "'ensemble' with 'model.%s' is not available in this version",
             kind->name);
  return vt_read_ensemble(reader, node, study);
}

static vt_error read_root(vt_study_reader *reader) {
  static const vt_key keys[] = {
      {.name = "vintner", .presence = VT_REQUIRED, .read = read_version},
      {.name = "name", .presence = VT_REQUIRED, .read = read_name},
      {.name = "parameters", .read = vt_read_parameters},
      {.name = "model", .presence = VT_REQUIRED, .read = vt_read_model, .after = "parameters"},
      {.name = "ensemble", .read = read_the_ensemble, .after = "model"},
      {.name = "results", .read = read_results, .after = "ensemble"},
      {.name = "solver", .read = read_solver},
      {.name = NULL}};
  const vt_yaml root = {.yaml = yaml_document_get_root_node(reader->document), .line = 1};
  VT_CHECK(root.yaml, VT_ERR_BUG, "%s: a document without a root", reader->path);
  if (vt_type_of(&root) == VT_TYPE_MAP) VT_TRY(refuse_source(reader, &root));
  if (vt_type_of(&root) == VT_TYPE_MAP) VT_TRY(check_version_first(reader, &root));
  VT_TRY(vt_map_read(reader, &root, keys, reader->study));
  const vt_kind_row *kind = vt_kind_row_of(reader->study->model.kind);
  if (kind->check) VT_TRY(kind->check(reader));
  VT_TRY(vt_check_parameters(reader));
  VT_TRY(vt_plan_design(reader->study));
  VT_TRY(vt_check_statistics(reader));
  VT_TRY(vt_check_sensitivity(reader));
  return vt_check_regret(reader);
}

static vt_error parse_into(const char *path, const char *text, ptrdiff_t length, vt_study *study) {
  VT_TRY(vt_arena_create(&study->arena));
  VT_TRY(vt_arena_text(study->arena, path, (ptrdiff_t)strlen(path), &study->path));
  VT_TRY(vt_keep_implied(study));
  vt_sensitivity_implied(study);
  yaml_document_t document;
  VT_TRY(vt_tree_load(study->path, text, length, &document));
  vt_study_reader reader = {.path = study->path,
                            .arena = study->arena,
                            .study = study,
                            .document = &document,
                            .budget = BUDGET_PER_BYTE * length + 100000};
  vt_error read = vt_labels_create(&reader.parameters);
  if (read == VT_OK) read = read_root(&reader);
  vt_labels_free(reader.parameters);
  yaml_document_delete(&document);
  VT_TRY(read);
  VT_TRY(vt_arena_text(study->arena, text, length, &study->text));
  vt_sha256(text, length, study->sha256);
  return VT_OK;
}

vt_error vt_study_parse(const char *path, const char *text, ptrdiff_t length, vt_study **study) {
  *study = NULL;
  vt_study *fresh;
  VT_NEW(fresh, 1);
  fresh->quantile = default_quantile;
  fresh->quantiles = DEFAULT_QUANTILES;
  fresh->solver.tie_break = true;
  fresh->solver.warm_start = true;
  const vt_error parsed = parse_into(path, text, length, fresh);
  if (parsed == VT_OK)
    *study = fresh;
  else
    vt_study_free(fresh);
  return parsed;
}

static vt_error read_and_parse(const char *path, vt_text *text, vt_study **study) {
  VT_TRY(vt_text_read_file(path, text));
  return vt_study_parse(path, text->bytes ? text->bytes : "", text->length, study);
}

vt_error vt_study_read(const char *path, vt_study **study) {
  *study = NULL;
  vt_text text = {0};
  const vt_error read = read_and_parse(path, &text, study);
  vt_text_free(&text);
  return read;
}

void vt_study_free(vt_study *study) {
  if (!study) return;
  vt_arena_free(study->arena);
  free(study);
}
