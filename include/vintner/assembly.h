// assembly.h - from databases to the inputs of a pathway model: foreground tensors, background
// inventories, characterisation (specs/database-model.md).
#ifndef VT_ASSEMBLY_H
#define VT_ASSEMBLY_H

#include "vintner/background.h"
#include "vintner/database.h"
#include "vintner/study.h"

/// Read the databases of study->pathway.from and build the inputs of its pathway model.
///
/// On rank 0; the other ranks of the background's communicator are in vt_background_help. The
/// caller frees *inputs with vt_inputs_free.
/// @return VT_ERR_INPUT with one line that names the culprit: a stale or unknown database, an
///         activity that a snapshot lacks, an unknown method, a singular system
vt_error vt_assembly_build(const vt_study *study, vt_background *background, vt_inputs **inputs);

/// The error of a solve with the names of the processes and products that are to blame. The text
/// starts with `path`.
vt_error vt_name_culprits(const vt_database_set *set, const vt_system *system, const char *path,
                          const vt_culprits *culprits, vt_error error);

/// The error raised last with "path:line: " before its text; VT_OK stays.
vt_error vt_error_at_line(const char *path, int line, vt_error error);

#endif
