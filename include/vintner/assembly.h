// assembly.h - from databases to the inputs of a pathway model: foreground tensors, background
// inventories, characterisation (specs/database-model.md).
#ifndef VT_ASSEMBLY_H
#define VT_ASSEMBLY_H

#include "vintner/background.h"
#include "vintner/inputs.h"
#include "vintner/study.h"
#include "vintner/system.h"

/// Read the databases of study->pathway.from and build the inputs of its pathway model.
///
/// On rank 0; the other ranks of the background's communicator are in vt_background_help. The
/// caller frees *inputs with vt_inputs_free.
/// @return VT_ERR_INPUT with one line that names the culprit: a stale or unknown database, an
///         activity that a snapshot lacks, an unknown method, a singular system
vt_error vt_assembly_build(const vt_study *study, vt_background *background, vt_inputs **inputs);

/// Read the databases of a study's model, allocated as it says.
///
/// Not collective. The caller frees *set with vt_database_set_free.
vt_error vt_assembly_read(const vt_study *study, vt_database_set **set);

/// The error of a solve with the names of the processes and products that are to blame. The text
/// starts with `path`.
vt_error vt_name_culprits(const vt_database_set *set, const vt_system *system, const char *path,
                          const vt_culprits *culprits, vt_error error);

/// The error raised last with "path:line: " before its text; VT_OK stays.
vt_error vt_error_at_line(const char *path, int line, vt_error error);

// ---------------------------------------------------------------------------------------------
// The foreground of a pathway model.

/// Databases of one date.
typedef struct vt_snapshot {
  const char *name; ///< label on the axis BACKGROUND
  int databases;
  const int *database; ///< shape [databases], at least one
  int year;
} vt_snapshot;

/// Read demand from a CSV file with the columns product, year and amount in any order; `year` is a
/// year or a range such as 2030:2040, 2030: or :2040, whose open end is that of the horizon
/// first_year to last_year.
///
/// Not collective. Entries and texts belong to `arena`; shape [*count], in the order of the file.
/// @return VT_ERR_INPUT "FILE:LINE: ..." for what is malformed, years outside the horizon, and a
///         product that has a year twice
vt_error vt_demand_read(vt_arena *arena, const char *path, int first_year, int last_year,
                        vt_yearly_demand **entry, int *count);

/// Snapshots that belong together. Several of these are variants.
typedef struct vt_snapshot_variant {
  const char *name; ///< NULL if it is the only one
  int snapshots;
  const vt_snapshot *snapshot; ///< shape [snapshots]
} vt_snapshot_variant;

typedef struct vt_foreground {
  int database;    ///< whose processes are the decisions
  int backgrounds; ///< 0: all databases with representative_time are the snapshots
  const vt_snapshot_variant *background; ///< shape [backgrounds]
  int first_year, last_year;             ///< horizon, both ends included
  const char *path; ///< of the file with demand that has none of its own, or NULL
  int demands;
  const vt_yearly_demand *demand; ///< shape [demands]
  const char *background_place;   ///< "study.yaml:8: ", where they are given, or NULL
  const vt_study *study;          ///< whose factors may change parameters, or NULL
} vt_foreground;

/// Inputs of a pathway model from a foreground database: everything but background_inventory,
/// characterization, CATEGORY and the elementary flows that only the background emits. Labels are
/// codes.
///
/// `*flow_node` (shape [intermediate flows]) gives the node behind each INTERMEDIATE_FLOW,
/// `*elementary_node` (shape [elementary flows]) behind each ELEMENTARY_FLOW; the caller frees
/// both with free() and *inputs with vt_inputs_free.
vt_error vt_foreground_build(vt_database_set *set, const vt_foreground *foreground,
                             vt_inputs **inputs, int **flow_node, int **elementary_node);

#endif
