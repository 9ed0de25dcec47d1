// inputs.h - the inputs of a pathway model (optimex JSON).
#ifndef VT_INPUTS_H
#define VT_INPUTS_H

#include "vintner/base.h"

/// What an axis of an input tensor runs over.
typedef enum vt_axis {
  VT_AXIS_PROCESS,
  VT_AXIS_PRODUCT,
  VT_AXIS_INTERMEDIATE_FLOW,
  VT_AXIS_ELEMENTARY_FLOW,
  VT_AXIS_BACKGROUND, ///< snapshots of the background
  VT_AXIS_CATEGORY,
  VT_AXIS_PROCESS_TIME, ///< index into process_time
  VT_AXIS_SYSTEM_TIME,  ///< index into system_time
  /// Products, then intermediate, then elementary flows, in one numbering. A code that lies in
  /// several of the sets means the first; operation_flow and vintage_improvements, which hold for
  /// the code as such, have an entry for each.
  VT_AXIS_FLOW,
  VT_AXIS_YEAR, ///< the index is the calendar year itself (any year)
} vt_axis;

// The numeric tensors: id, optimex name, number of axes, axes, required in JSON, stock of the
// value that a missing entry has.  (operation_flow is here as 0/1; a _default has no axes.)
#define VT_TENSORS(X)                                                                              \
  X(DEMAND, "demand", 2, PRODUCT, SYSTEM_TIME, 0, 0, true, 0.0)                                    \
  X(PRODUCTION, "foreground_production", 3, PROCESS, PRODUCT, PROCESS_TIME, 0, true, 0.0)          \
  X(TECHNOSPHERE, "foreground_technosphere", 3, PROCESS, INTERMEDIATE_FLOW, PROCESS_TIME, 0, true, \
    0.0)                                                                                           \
  X(BIOSPHERE, "foreground_biosphere", 3, PROCESS, ELEMENTARY_FLOW, PROCESS_TIME, 0, true, 0.0)    \
  X(INTERNAL_DEMAND, "internal_demand_technosphere", 3, PROCESS, PRODUCT, PROCESS_TIME, 0, true,   \
    0.0)                                                                                           \
  X(PRODUCTION_VINTAGES, "foreground_production_vintages", 4, PROCESS, PRODUCT, PROCESS_TIME,      \
    YEAR, false, 0.0)                                                                              \
  X(TECHNOSPHERE_VINTAGES, "foreground_technosphere_vintages", 4, PROCESS, INTERMEDIATE_FLOW,      \
    PROCESS_TIME, YEAR, false, 0.0)                                                                \
  X(BIOSPHERE_VINTAGES, "foreground_biosphere_vintages", 4, PROCESS, ELEMENTARY_FLOW,              \
    PROCESS_TIME, YEAR, false, 0.0)                                                                \
  X(IMPROVEMENTS, "vintage_improvements", 3, PROCESS, FLOW, YEAR, 0, false, 1.0)                   \
  X(OPERATION_FLOW, "operation_flow", 2, PROCESS, FLOW, 0, 0, true, 0.0)                           \
  X(BACKGROUND, "background_inventory", 3, BACKGROUND, INTERMEDIATE_FLOW, ELEMENTARY_FLOW, 0,      \
    true, 0.0)                                                                                     \
  X(MAPPING, "mapping", 2, BACKGROUND, SYSTEM_TIME, 0, 0, true, 0.0)                               \
  X(CHARACTERIZATION, "characterization", 3, CATEGORY, ELEMENTARY_FLOW, SYSTEM_TIME, 0, true, 0.0) \
  X(IMPACT_LIMITS, "category_impact_limits", 2, CATEGORY, SYSTEM_TIME, 0, 0, false, INFINITY)      \
  X(TOTAL_IMPACT_LIMITS, "cumulative_category_impact_limits", 1, CATEGORY, 0, 0, 0, false,         \
    INFINITY)                                                                                      \
  X(DEPLOYMENT_MAX, "process_deployment_limits_max", 2, PROCESS, SYSTEM_TIME, 0, 0, false,         \
    INFINITY)                                                                                      \
  X(DEPLOYMENT_MIN, "process_deployment_limits_min", 2, PROCESS, SYSTEM_TIME, 0, 0, false, 0.0)    \
  X(OPERATION_MAX, "process_operation_limits_max", 2, PROCESS, SYSTEM_TIME, 0, 0, false, INFINITY) \
  X(OPERATION_MIN, "process_operation_limits_min", 2, PROCESS, SYSTEM_TIME, 0, 0, false, 0.0)      \
  X(TOTAL_DEPLOYMENT_MAX, "cumulative_process_limits_max", 1, PROCESS, 0, 0, 0, false, INFINITY)   \
  X(TOTAL_DEPLOYMENT_MIN, "cumulative_process_limits_min", 1, PROCESS, 0, 0, 0, false, 0.0)        \
  X(COUPLING, "process_coupling", 2, PROCESS, PROCESS, 0, 0, false, 0.0)                           \
  X(EXISTING_CAPACITY, "existing_capacity", 2, PROCESS, YEAR, 0, 0, false, 0.0)                    \
  X(FLOW_MAX, "flow_limits_max", 2, FLOW, SYSTEM_TIME, 0, 0, false, INFINITY)                      \
  X(FLOW_MIN, "flow_limits_min", 2, FLOW, SYSTEM_TIME, 0, 0, false, -INFINITY)                     \
  X(TOTAL_FLOW_MAX, "cumulative_flow_limits_max", 1, FLOW, 0, 0, 0, false, INFINITY)               \
  X(TOTAL_FLOW_MIN, "cumulative_flow_limits_min", 1, FLOW, 0, 0, 0, false, -INFINITY)              \
  X(DEPLOYMENT_MAX_DEFAULT, "process_deployment_limits_max_default", 0, 0, 0, 0, 0, false,         \
    INFINITY)                                                                                      \
  X(DEPLOYMENT_MIN_DEFAULT, "process_deployment_limits_min_default", 0, 0, 0, 0, 0, false, 0.0)    \
  X(OPERATION_MAX_DEFAULT, "process_operation_limits_max_default", 0, 0, 0, 0, 0, false, INFINITY) \
  X(OPERATION_MIN_DEFAULT, "process_operation_limits_min_default", 0, 0, 0, 0, 0, false, 0.0)      \
  X(TOTAL_DEPLOYMENT_MAX_DEFAULT, "cumulative_process_limits_max_default", 0, 0, 0, 0, 0, false,   \
    INFINITY)                                                                                      \
  X(TOTAL_DEPLOYMENT_MIN_DEFAULT, "cumulative_process_limits_min_default", 0, 0, 0, 0, 0, false,   \
    0.0)

#define VT_TENSOR_ENUM(id, ...) VT_TENSOR_##id,
typedef enum vt_tensor_id { VT_TENSORS(VT_TENSOR_ENUM) VT_TENSOR_COUNT } vt_tensor_id;

enum { VT_MAX_AXES = 4 };

/// What is fixed about a tensor.
typedef struct vt_tensor_kind {
  const char *name; ///< optimex's
  int axes;
  vt_axis axis[VT_MAX_AXES];
  bool required;  ///< in optimex JSON
  double missing; ///< value of an entry that is not stored
} vt_tensor_kind;

extern const vt_tensor_kind vt_tensor_kinds[VT_TENSOR_COUNT];

/// Stored entries of one tensor, ascending by index (first axis slowest), each key once.
typedef struct vt_tensor {
  ptrdiff_t count;
  int32_t *index; ///< shape [count, axes]
  double *value;  ///< shape [count]; a _default has count 1
} vt_tensor;

/// A formula in Brightway's grammar, and what its names mean: parameters of vt_following. Names
/// that are constants of the grammar are not listed.
typedef struct vt_meaning {
  const char *formula; ///< NULL: there is none
  int names;
  const char **name; ///< shape [names]
  int *parameter;    ///< shape [names]
} vt_meaning;

/// A parameter of Brightway: `parameter[scope, name]` in a study.
typedef struct vt_followed_parameter {
  const char *scope, *name;
  double value; ///< where it has no formula
  vt_meaning meaning;
  int drawn; ///< in place of `value`: place among the parameters of vt_drawing, or -1
} vt_followed_parameter;

/// An amount of an exchange that a formula gives, or a table for each scenario.
typedef struct vt_followed_amount {
  const char *exchange; ///< what messages call it
  vt_meaning meaning;
  int given; ///< of a table: place among the amounts of vt_drawing; -1: a formula gives it
} vt_followed_amount;

/// A part of an entry: scale * amount * weight.
typedef struct vt_followed_term {
  vt_tensor_id tensor;
  int32_t index[VT_MAX_AXES]; ///< key of the entry, unused ones 0
  int amount;                 ///< of vt_following, -1: `stored` in all scenarios
  double scale, stored, weight;
} vt_followed_term;

/// Entries that follow parameters which a study changes; all of it is the arena's of the inputs.
typedef struct vt_following {
  int parameters, amounts;
  ptrdiff_t terms;
  vt_followed_parameter *parameter; ///< shape [parameters], each after those that it reads
  vt_followed_amount *amount;       ///< shape [amounts]
  vt_followed_term *term;           ///< shape [terms], ascending by tensor and key, entries whole
} vt_following;

/// Numbers that are others in each scenario because databases vary. First those of the background:
/// entries of BACKGROUND, or the impacts of one unit. Then, where methods vary, their factors,
/// which are the same in all years. Then amounts of exchanges of the foreground that tables give.
/// Then parameters of Brightway that are drawn.
typedef struct vt_drawing {
  ptrdiff_t background, factors, amounts, parameters, numbers; ///< how many of each, and together
  /// Keys of the entries, ascending; shape [background, 3]. NULL: the numbers are impacts, of shape
  /// [snapshots, intermediate flows, categories], and no entry of BACKGROUND is looked at.
  const int32_t *entry;
  const double *reference; ///< shape [numbers]; factors: [categories, elementary flows]
  const bool *varies;      ///< false: the number is its reference in all scenarios; shape [numbers]
} vt_drawing;

/// Numbers of vt_inputs.forcing: of a gas as impact.h has it.
enum {
  VT_FORCING_KIND, ///< 0: none, 1: that of CO2, 2: decays with one lifetime
  VT_FORCING_SCALE,
  VT_FORCING_EFFICIENCY,
  VT_FORCING_LIFETIME,
  VT_FORCING_NUMBERS
};

/// Inputs of a pathway model (specs: the optimex input file). Everything belongs to `arena` and
/// the label sets; drop it with vt_inputs_free.
typedef struct vt_inputs {
  vt_arena *arena;
  const char *path; ///< file that messages name
  char sha256[65];  ///< of the file
  vt_labels *process, *product, *intermediate_flow, *elementary_flow, *background, *category;
  int process_times, system_times;
  int *process_time; ///< shape [process_times], ascending
  int *system_time;  ///< shape [system_times], calendar years, ascending
  int *window_first,
      *window_last;           ///< operation window in process time, shape [process]; missing = 0
  const char **process_name;  ///< shape [process]; NULL where the file gives none
  const char **category_unit; ///< shape [category], NULL where none is known; NULL: of none
  vt_tensor tensor[VT_TENSOR_COUNT];
  /// Names of alternative backgrounds that a `choose` factor picks from, NULL if there is one only.
  /// tensor[VT_TENSOR_MAPPING] is then that of the first; BACKGROUND has the snapshots of all.
  vt_labels *variant;
  vt_tensor *variant_mapping; ///< as VT_TENSOR_MAPPING; shape [variant]
  /// Backward errors of the solves that gave the background, NaN where there was nothing to solve;
  /// shape [background, intermediate flow]. NULL if it was read, or sent by another rank.
  double *background_residual;
  /// What a unit of each elementary flow does to the radiation balance, where a study keeps the
  /// forcing of its plans; shape [elementary flow][VT_FORCING_NUMBERS]. Else NULL.
  double *forcing;
  vt_following following;
  const vt_drawing *drawing; ///< borrowed; NULL: nothing is drawn
} vt_inputs;

/// Read and check optimex inputs (specs/pathway.md §1, §4: structure, types, names, windows,
/// min <= max, mapping weights, constancy of operation flows).
///
/// Not collective. The caller frees *inputs with vt_inputs_free.
/// @return VT_ERR_INPUT with one line "FILE: what ..., field, key, found, expected"
vt_error vt_inputs_read(const char *path, vt_inputs **inputs);

/// The same from memory; `path` is what messages call it.
vt_error vt_inputs_parse(const char *path, const void *bytes, ptrdiff_t length, vt_inputs **inputs);

/// Write inputs as optimex 0.7 saves them: its fields in its order, limits that are not there as
/// null, an operation window for every process. What is read from the file again equals `inputs`
/// entry by entry; of several background pathways (`pathway`) it has the mapping of the first.
///
/// Not collective. A file of the same name with ".partial" after it is renamed when it is whole.
/// @param force  replace an existing file
/// @return VT_ERR_INPUT if `path` exists and `force` is false, or if a code that lies in several
///         sets of flows has another operation flow or improvement in each; VT_ERR_SYSTEM if the
///         file cannot be written
vt_error vt_inputs_write(const vt_inputs *inputs, const char *path, bool force);

/// The same text appended to `json`, which the caller frees.
vt_error vt_inputs_format(const vt_inputs *inputs, vt_text *json);

/// Whether vt_inputs_write may create `path`: known before the model is built.
vt_error vt_inputs_check_target(const char *path, bool force);

/// Check what must hold of the numbers after overrides too: limits that cross, negative existing
/// capacity, non-positive coupling, NaN.
vt_error vt_inputs_check_numbers(const vt_inputs *inputs);

/// Whether a process can make a product at all, by its stored numbers.
typedef enum vt_production_fault {
  VT_PRODUCTION_SOUND,
  VT_PRODUCTION_ZERO,    ///< all amounts are 0
  VT_PRODUCTION_OUTSIDE, ///< no amount lies in the operation window
} vt_production_fault;
vt_production_fault vt_inputs_production_fault(const vt_inputs *inputs, int process, int product);

/// Take demands that are mere rounding (1e-12 of the product's largest) as 0.
vt_error vt_inputs_settle(vt_inputs *inputs);

/// Warn of what is sound and hardly meant: gaps between years, a horizon past the last demand,
/// demand below zero that nobody takes up, processes that make nothing.
void vt_inputs_note(const vt_inputs *inputs);

/// Add years after the last one, each with its demand, mapping and characterisation. Limits by year
/// are not repeated, those without years hold in all of them.
/// @return VT_ERR_INPUT if the years leave the range of an int
vt_error vt_inputs_extend(vt_inputs *inputs, int years);

void vt_inputs_free(vt_inputs *inputs); ///< accepts NULL

/// Labels of an axis that has names (not times, not FLOW), else NULL.
const vt_labels *vt_inputs_labels(const vt_inputs *inputs, vt_axis axis);

/// Number of labels of an axis; -1 for VT_AXIS_YEAR, which has no end.
int vt_inputs_axis_size(const vt_inputs *inputs, vt_axis axis);

/// Text of one label: code, or a number; FLOW resolves to the set it lies in. Valid until this
/// thread's next call when the axis is numeric, else as long as inputs.
const char *vt_inputs_label(const vt_inputs *inputs, vt_axis axis, int index);

/// First entry whose index is not below `key` (shape [axes]); `*found` says whether it is equal.
ptrdiff_t vt_tensor_find(const vt_tensor *tensor, int axes, const int32_t *key, bool *found);

/// Flat copy for sending to another rank; the caller frees with vt_text_free.
vt_error vt_inputs_pack(const vt_inputs *inputs, vt_text *bytes);
/// The inverse; the caller frees *inputs with vt_inputs_free.
vt_error vt_inputs_unpack(const void *bytes, ptrdiff_t length, vt_inputs **inputs);

// ---------------------------------------------------------------------------------------------
// Building inputs by other means than a file.

/// Empty inputs with their label sets; on failure *inputs is half-built, to be freed.
vt_error vt_inputs_create(const char *path, vt_inputs **inputs);

/// One entry of a tensor on its way.
typedef struct vt_entry {
  int32_t index[VT_MAX_AXES]; ///< unused ones are 0
  double value;
} vt_entry;

/// Order of entries by index, for qsort.
int vt_compare_entries(const void *a, const void *b);

/// Index of `year` in an ascending list, or -1.
int vt_find_time(const int *times, int count, int64_t year);

/// What must hold of inputs as a whole: constancy of operation flows, sums of mapping weights.
vt_error vt_check_structure(const vt_inputs *inputs);

/// The key of an entry as the file would have it. Valid until this thread's next call.
const char *vt_entry_key(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry);

#endif
