// reader.h - the YAML tree under a study file, and typed reading from it with a line in each
// message.
#ifndef VT_STUDY_READER_H
#define VT_STUDY_READER_H

#include <yaml.h>

#include "vintner/study.h"

/// What every reading function needs.
typedef struct vt_study_reader {
  const char *path; ///< of the study file, for messages and for relative paths
  vt_arena *arena;  ///< owns all that the study refers to
  vt_study *study;
  yaml_document_t *document;
  vt_labels *parameters; ///< names that formulas may read
  ptrdiff_t budget;      ///< what may still be read: aliases must not multiply a small file
} vt_study_reader;

/// One value and where it is. Nodes live on the stack; a child points to its parent.
typedef struct vt_yaml {
  const yaml_node_t *yaml; ///< NULL: the key is absent
  int line;
  const struct vt_yaml *parent;
  const char *key; ///< its key in the parent's map; NULL in a list
  ptrdiff_t index; ///< its place in the parent's list
} vt_yaml;

/// Types of the YAML 1.2 core schema, with decimal numbers only.
typedef enum vt_type {
  VT_TYPE_NULL,
  VT_TYPE_BOOL,
  VT_TYPE_INTEGER,
  VT_TYPE_FLOAT,
  VT_TYPE_TEXT,
  VT_TYPE_LIST,
  VT_TYPE_MAP,
} vt_type;

typedef enum vt_presence {
  VT_OPTIONAL,
  VT_REQUIRED,    ///< beside `with` only, if the row has one
  VT_ONE_OF,      ///< exactly one of all such rows of a table
  VT_UNAVAILABLE, ///< one of those of VT_ONE_OF: a known name that this version refuses
} vt_presence;

typedef vt_error vt_read_key(vt_study_reader *reader, const vt_yaml *node, void *target);

/// One known key of a map. A table of them ends with a row without a name.
typedef struct vt_key {
  const char *name;
  vt_presence presence;
  vt_read_key *read; ///< may be NULL where the table's user reads the value itself
  size_t at;         ///< where in the target the value is, from which `read` gets its own
  const char *with;  ///< the row of VT_ONE_OF that this one goes with; NULL: with each
  const char *after; ///< the row whose value must be read before this one's; or NULL
  int value;         ///< what the row stands for, to the table's user
} vt_key;

enum { VT_MAX_KEYS = 24 };

// --- tree.c -----------------------------------------------------------------------------------

/// Parse text into a document (the caller deletes it, if this succeeds). Refuses what a study
/// never needs and what would make libyaml slow: tags, many aliases, deep nesting.
vt_error vt_tree_load(const char *path, const char *text, ptrdiff_t length,
                      yaml_document_t *document);

// --- type.c -----------------------------------------------------------------------------------

vt_type vt_type_of(const vt_yaml *node);

// --- node.c -----------------------------------------------------------------------------------

/// "the number 5", "a list"; valid until this thread's next call.
const char *vt_found(const vt_yaml *node);

/// "model.pathway.unit"; valid until this thread's next call.
const char *vt_place(const vt_yaml *node);

/// Raise "FILE:LINE: text". Use VT_FAULT.
vt_error vt_fault(const vt_study_reader *reader, int line, const char *file, int source_line,
                  const char *function, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/// Raise "FILE:LINE: 'place': text". Use VT_REFUSE.
vt_error vt_refuse(const vt_study_reader *reader, const vt_yaml *node, const char *file,
                   int source_line, const char *function, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#define VT_FAULT(reader, line, ...)                                                                \
  return vt_fault((reader), (line), __FILE__, __LINE__, __func__, __VA_ARGS__)
#define VT_REFUSE(reader, node, ...)                                                               \
  return vt_refuse((reader), (node), __FILE__, __LINE__, __func__, __VA_ARGS__)

/// Take `amount` (bytes or nodes) from the budget.
vt_error vt_charge(vt_study_reader *reader, const vt_yaml *node, ptrdiff_t amount);

/// Refuse a node that is not of `type`; `expected` describes what belongs here.
vt_error vt_expect(const vt_study_reader *reader, const vt_yaml *node, vt_type type,
                   const char *expected);

/// Number of pairs or items of a map or list.
ptrdiff_t vt_yaml_count(const vt_yaml *node);

/// The i-th pair of a map: its value, with the key in child->key.
vt_error vt_map_pair(vt_study_reader *reader, const vt_yaml *map, ptrdiff_t i, vt_yaml *child);

/// The i-th item of a list.
vt_error vt_list_item(vt_study_reader *reader, const vt_yaml *list, ptrdiff_t i, vt_yaml *child);

/// Sort the values of a map by the rows of `keys`; absent ones have yaml == NULL. Refuses unknown
/// and duplicate keys, nothing else.
vt_error vt_map_match(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                      vt_yaml child[VT_MAX_KEYS]);

/// Match, check that each key is there if and only if it should be, read the values.
vt_error vt_map_read(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys, void *target);

/// The same for values that are matched already, but for what rows of VT_ONE_OF ask.
vt_error vt_map_read_matched(vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                             const vt_yaml child[VT_MAX_KEYS], void *target);

/// The row of VT_ONE_OF that is present; refuses none and several.
vt_error vt_map_one_of(const vt_study_reader *reader, const vt_yaml *map, const vt_key *keys,
                       const vt_yaml child[VT_MAX_KEYS], int *only);

// --- scalar.c ---------------------------------------------------------------------------------

/// A number, or .inf / -.inf: what `set` may put on a limit to lift it.
vt_error vt_read_limit(const vt_study_reader *reader, const vt_yaml *node, double *number);
vt_error vt_read_number(const vt_study_reader *reader, const vt_yaml *node,
                        double *number); ///< finite
/// A whole number in [least, greatest]; also written as 1e4.
vt_error vt_read_integer(const vt_study_reader *reader, const vt_yaml *node, int64_t least,
                         int64_t greatest, int64_t *number);
vt_error vt_read_uint64(const vt_study_reader *reader, const vt_yaml *node, uint64_t *number);
vt_error vt_read_bool(const vt_study_reader *reader, const vt_yaml *node, bool *truth);
/// Text that is not empty; belongs to the arena.
vt_error vt_read_text(vt_study_reader *reader, const vt_yaml *node, const char **text);
/// A file name, resolved against the study file; belongs to the arena.
vt_error vt_read_path(vt_study_reader *reader, const vt_yaml *node, const char **path);
/// One of names (NULL-terminated).
vt_error vt_read_one_of(vt_study_reader *reader, const vt_yaml *node, const char *const *names,
                        int *choice);
/// A list of numbers, of `arity` of them if that is not 0; belongs to the arena.
vt_error vt_read_numbers(vt_study_reader *reader, const vt_yaml *node, int arity, double **number,
                         int *count);
/// A list of texts; belongs to the arena.
vt_error vt_read_texts(vt_study_reader *reader, const vt_yaml *node, const char ***text,
                       int *count);
/// The first index whose name occurred before, or -1.
vt_error vt_first_duplicate(int count, const char *const *name, int *duplicate);

/// The same as rows of a table, which say where the value goes.
vt_read_key vt_text_at, vt_number_at, vt_bool_at;

/// The keys of a map, each once; belong to the arena. Shape [count of the map].
vt_error vt_read_keys(vt_study_reader *reader, const vt_yaml *map, const char ***key);

// --- sources.c --------------------------------------------------------------------------------

/// A code or part of a method: texts, of which a whole number without quotes is its digits.
vt_error vt_read_label(vt_study_reader *reader, const vt_yaml *node, const char **text);

/// [database, code], and the id of a node in datapackages; `target` is a vt_lca_demand. inventory.c
vt_read_key vt_read_activity, vt_read_package_id;

vt_read_key vt_read_horizon; ///< years; `target` is a vt_category_plan. databases.c

/// The databases of the model: a list of files and folders, at least one.
vt_error vt_read_sources(vt_study_reader *reader, const vt_yaml *node);

vt_read_key vt_read_allocation; ///< the databases that are allocated, by what

/// The parts of a method: a list, or one text; shape [*count].
vt_error vt_read_parts(vt_study_reader *reader, const vt_yaml *node, int *count,
                       const char *const **method);

// --- the parts of a study ---------------------------------------------------------------------

/// A kind of model, as the rest of a study depends on it.
typedef struct vt_kind_row {
  const char *name;
  vt_model_kind kind;
  vt_read_key *read; ///< NULL: a known name that this version refuses
  /// What needs the whole study; or NULL.
  vt_error (*check)(const vt_study_reader *reader);
  bool ensemble; ///< has factors; else all its values are fixed
  bool own_keep; ///< says in its own part what it keeps
} vt_kind_row;

const vt_kind_row *vt_kind_row_of(vt_model_kind kind); ///< model.c

vt_read_key vt_read_model;       ///< model.c; `target` is the study
vt_read_key vt_read_pathway;     ///< pathway.c; `target` is the study
vt_read_key vt_read_inventory;   ///< inventory.c; `target` is the study
vt_read_key vt_read_choice;      ///< choice.c; `target` is the study
vt_read_key vt_read_timeline;    ///< timeline.c; `target` is the study
vt_read_key vt_read_ensemble;    ///< plan.c; `target` is the study
vt_read_key vt_read_uncertainty; ///< uncertainty.c; `target` is the study

/// What a timeline and its ensemble must fit in. timeline.c
vt_error vt_check_timeline(const vt_study_reader *reader);

/// Fill study->design.input, when all else is read. plan.c
vt_error vt_plan_design(vt_study *study);

/// The keys of a pathway model from databases; `target` of each is the study. databases.c
vt_read_key vt_read_pathway_databases, vt_read_foreground, vt_read_background, vt_read_demand,
    vt_read_years, vt_read_methods, vt_read_flows, vt_read_missing, vt_read_offsets;

/// Whether objective and alternatives of a pathway model from databases are among those that it
/// names: known before anything is read or solved. databases.c
vt_error vt_check_database_plan(const vt_study_reader *reader);

/// Fixed changes of a model; *fixed: those before the first with a formula. factor.c
vt_error vt_read_overrides(vt_study_reader *reader, const vt_yaml *node, const vt_factor **override,
                           int *overrides, int *fixed);

/// A map from categories to methods, or a list of methods. inventory.c
vt_error vt_read_method_plans(vt_study_reader *reader, const vt_yaml *node,
                              const vt_method_plan **method, int *methods);

/// A number for every step, or a map from steps and ranges of them to numbers; ~ and what is
/// infinite the way of `none` (-1: lower limits, 1: upper ones, 0: never) is nothing. stepped.c
vt_error vt_read_stepped(vt_study_reader *reader, const vt_yaml *node, int none,
                         vt_stepped *stepped);
/// A map from names to such, or with `steps` false to plain numbers. stepped.c
vt_error vt_read_stepped_map(vt_study_reader *reader, const vt_yaml *node, int none, bool steps,
                             const vt_stepped **list, int *count);

/// What a choice model needs of the whole study. choice.c
vt_error vt_check_choice(const vt_study_reader *reader);

/// Names of outputs that the study's model has, each once; `expected` describes the list. keep.c
vt_error vt_read_keep(vt_study_reader *reader, const vt_yaml *node, const char *expected,
                      const char *const **keep, int *keeps);
vt_error vt_keep_implied(vt_study *study); ///< what is kept unless told otherwise. keep.c

/// Number of entries of a list or map of factors; refuses absurd ones.
vt_error vt_factor_count(const vt_study_reader *reader, const vt_yaml *node,
                         int *count); ///< factor.c

/// target, operation and value of one factor; *operation is the node of the value.
vt_error vt_read_factor(vt_study_reader *reader, const vt_yaml *node, vt_factor *factor,
                        vt_yaml *operation); ///< factor.c

/// A number, levels, a formula or a distribution; `infinite`: numbers may be that. factor.c
vt_error vt_read_value(vt_study_reader *reader, const vt_yaml *node, bool infinite,
                       vt_value *value);

vt_read_key vt_read_parameters; ///< parameters.c; `target` is the study

/// Whether the design of the study knows what to do with each parameter. parameters.c
vt_error vt_check_parameters(const vt_study_reader *reader);

/// Whether the numbers of a factor may be infinite. factor.c
bool vt_takes_infinite(const vt_factor *factor);

vt_read_key vt_read_objective; ///< aims.c; `target` is the study

/// An ensemble whose scenarios differ in what they aim at.
typedef struct vt_exploration_row {
  const char *name, *usage;
  vt_exploration explores;
  vt_read_key *read; ///< its argument; `target` is the study's vt_aims
} vt_exploration_row;

extern const vt_exploration_row vt_exploration_rows[]; ///< ends with a row without a name. aims.c

vt_read_key vt_read_statistics; ///< statistics.c; `target` is the study

/// Whether results.statistics fits the rest, when all else is read. statistics.c
vt_error vt_check_statistics(const vt_study_reader *reader);

vt_read_key vt_read_sensitivity; ///< sensitivity.c; `target` is the study

void vt_sensitivity_implied(vt_study *study); ///< what holds unless told otherwise. sensitivity.c

/// Whether results.sensitivity fits the rest, when all else is read. sensitivity.c
vt_error vt_check_sensitivity(const vt_study_reader *reader);

vt_read_key vt_read_regret; ///< regret.c; `target` is the study

/// Whether results.regret fits the rest, when all else is read. regret.c
vt_error vt_check_regret(const vt_study_reader *reader);

vt_read_key vt_read_distribution; ///< distribution.c; `target` is a vt_distribution

#endif
