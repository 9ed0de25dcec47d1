// results.h - the results file: HDF5 that is netCDF-4, created whole, filled row by row.
#ifndef VT_RESULTS_H
#define VT_RESULTS_H

#include "vintner/layout.h"

#include <mpi.h>

/// A text attribute of the root group.
typedef struct vt_attribute {
  const char *name, *text;
} vt_attribute;

/// Whether a results file of this name can be made, as far as one can tell beforehand: VT_ERR_INPUT
/// if PATH exists and not `force`.
vt_error vt_results_check_target(const char *path, bool force);

/// The right to write a results file, which one run has at a time.
typedef struct vt_writer vt_writer;

/// Take it for a file that is there, waiting for who has it up to `wait_s`. A file that may only be
/// read can be replaced, and no other run writes it meanwhile.
/// @return VT_ERR_INPUT if another run has it
vt_error vt_writer_take(const char *path, double wait_s, vt_writer **writer);
void vt_writer_release(vt_writer *writer); ///< accepts NULL
/// VT_ERR_SYSTEM if the file may only be read.
vt_error vt_writer_may_write(const vt_writer *writer);
/// VT_ERR_SYSTEM if the file has been removed, moved or replaced meanwhile. Accepts NULL.
vt_error vt_writer_check(const vt_writer *writer);
/// Every few seconds: say that the writer lives, where the file system has no locks.
void vt_writer_beat(vt_writer *writer);

/// Create the whole file - every group, dataset, dimension scale and attribute, values NaN, status
/// not done - as PATH.partial, and rename it to PATH.
///
/// Call on one rank. Leaves nothing behind on failure.
///
/// @param writer  the right to write PATH: that of the file which is replaced, or NULL; then that
///                of the new one
/// @return VT_ERR_INPUT if PATH exists and not `force`, or another run writes it; VT_ERR_SYSTEM for
///         a folder that is missing, not writable, or a full disk
vt_error vt_results_create(const char *path, const vt_layout *layout, const vt_attribute *attribute,
                           int attributes, bool force, double wait_s, vt_writer **writer);

/// A results file without rows to come: it has its name when it is whole.
typedef struct vt_draft vt_draft;

/// Create its contents as PATH.partial. One rank. The caller ends it with vt_draft_close.
/// @return as vt_results_create
vt_error vt_draft_create(const char *path, const vt_layout *layout, const vt_attribute *attribute,
                         int attributes, bool force, double wait_s, vt_draft **draft);
/// Give it its name, when nobody has it open any more.
vt_error vt_draft_publish(vt_draft *draft);
/// What was not published is removed. Accepts NULL.
void vt_draft_close(vt_draft *draft);

typedef struct vt_results vt_results;

/// Open a created file to write rows.
///
/// Collective if `parallel` (MPI-IO on a duplicate of `comm`), else a plain serial open for a run
/// on one rank. Only raw data of existing datasets are ever written. The layout is borrowed until
/// the close.
/// @return VT_ERR_INPUT if the file's shape is not that of the layout
vt_error vt_results_open(const char *path, const vt_layout *layout, bool parallel, MPI_Comm comm,
                         vt_results **results);

/// Open a file to read its rows, and nothing else. Not collective.
vt_error vt_results_open_rows(const char *path, const vt_layout *layout, vt_results **results);

/// Collective if opened parallel. Flushes; a failed close is an error.
vt_error vt_results_close(vt_results *results); ///< accepts NULL

/// Write a block of rows, data first, status last. Independent: any rank, any time.
vt_error vt_results_write(vt_results *results, const vt_block *block);

/// Write the reference scenario (a block of one). One rank.
vt_error vt_results_write_reference(vt_results *results, const vt_block *block);

/// Status of rows [first, first + count), counted from 0 in the file.
vt_error vt_results_read_status(vt_results *results, int64_t first, int64_t count, int8_t *status);

/// For a layout with regret, when all rows are in the file: choose whose plans are told, of the
/// scenarios with an optimum, and put that in the file. Pairs of a plan that is another one than
/// before are marked as not done. One rank.
///
/// @param plan  shape [places]: ids, ascending; -1: no plan, at the end
vt_error vt_results_choose_plans(vt_results *results, int64_t *plan);

/// Optimum of each scenario, NaN without. Not collective, as the next.
///
/// @param objective  shape [scenarios]
vt_error vt_results_read_optima(vt_results *results, double *objective);

/// What a scenario decided.
///
/// @param value  shape [cells of vt_regret.decision]
vt_error vt_results_read_decision(vt_results *results, int64_t scenario, double *value);

/// Write a block of pairs, status last. Independent: any rank, any time.
vt_error vt_results_write_pairs(vt_results *results, const vt_block *block);

/// Status of all scenarios with one plan.
///
/// @param status  shape [scenarios]
vt_error vt_results_read_pairs(vt_results *results, int64_t place, int8_t *status);

/// Mark what was made of rows as not done, and of plans that are theirs. One rank.
vt_error vt_results_forget_pairs(vt_results *results, const int64_t *row, int64_t rows);

/// Collective, when all pairs are in the file: sum up each plan, and say which is the best.
///
/// @param plan  as chosen, the same on all ranks
vt_error vt_results_judge_plans(vt_results *results, const int64_t *plan);

/// Fill in the groups that are made from rows, such as /statistics: this rank's share (rank of
/// size), from all scenarios in `rows`, into `target`, which may be the same file. Not collective,
/// but every rank must have written its rows (and a barrier passed) before.
///
/// Each cell is summarised by one rank alone, in scenario order, over scenarios whose status is
/// optimal, so the numbers do not depend on `size`.
vt_error vt_results_derive(vt_results *rows, vt_results *target, int rank, int size);

/// Then, on one rank, when all have done so: how many scenarios there are by outcome, which tells
/// that the groups are whole, and of which rows.
vt_error vt_results_seal(vt_results *rows, vt_results *target);

/// Fill in which points of a Pareto front are dominated, from the rows in the file; nothing to do
/// for other layouts. One rank, after all rows are written.
vt_error vt_results_mark_dominated(vt_results *results);

/// Fill the variables that are the worst of what all rows have, once these are there. Not
/// collective.
vt_error vt_results_take_worst(vt_results *results);

/// Mark rows as not done, and the file as not finished, before they are solved again. One rank.
///
/// @param row  shape [rows], counted from 0 in the file
vt_error vt_results_forget(vt_results *results, const int64_t *row, int64_t rows);

/// Mark the file finished (all rows and statistics are in). One rank, after all others are done.
vt_error vt_results_finish(vt_results *results);

// ---------------------------------------------------------------------------------------------
// Reading, serial.

typedef struct vt_reader vt_reader;

/// Do what reading a file does to HDF5, but for the numbers, within limits of time and memory that
/// stay: for a process of its own, which a damaged file may kill.
void vt_results_look_into(const char *path);

/// Open a results file to read. VT_ERR_INPUT for a missing file, a folder, or another kind of file.
vt_error vt_reader_open(const char *path, vt_reader **reader);
void vt_reader_close(vt_reader *reader); ///< accepts NULL
/// Close the file, which is to be opened by another; what was read of it stays.
void vt_reader_shut(vt_reader *reader);

/// Whether vt_results_finish was reached; of an extract, whether all rows had been done.
bool vt_reader_finished(const vt_reader *reader);

/// Whether it holds statistics without the rows that they are of.
bool vt_reader_is_extract(const vt_reader *reader);

/// The layout of the file: all axes with their labels, variables, constants; without a front and
/// without quantiles. Its texts are the reader's; the caller frees it with vt_layout_free.
vt_error vt_reader_layout(vt_reader *reader, vt_layout **layout);
/// Copy what an extract keeps of the rows, and the reference scenario, into its file. One rank.
vt_error vt_reader_copy(vt_reader *reader, vt_results *target);

/// VT_ERR_INPUT naming the first of the rows [first, first + count) that are done which does not
/// have its checksum. Memory does not grow with `count`.
vt_error vt_reader_check_rows(vt_reader *reader, int64_t first, int64_t count);

/// A text attribute of the root; the reader owns it. NULL if absent.
const char *vt_reader_attribute(vt_reader *reader, const char *name);

/// A text attribute of a dataset ("units" of "objective"); the reader owns it. NULL if absent.
const char *vt_reader_text_of(vt_reader *reader, const char *path, const char *name);

/// A number that is an attribute of a group; NaN if absent.
double vt_reader_number_of(vt_reader *reader, const char *path, const char *name);

/// Length of a dimension, 0 if the file has none of that name.
int64_t vt_reader_dimension(vt_reader *reader, const char *name);

/// Labels of a coordinate or text variable as text (numbers are printed); the reader owns them.
/// NULL if absent.
const char *const *vt_reader_labels(vt_reader *reader, const char *name);

/// Whether a dataset is there ("objective", "statistics/objective_mean").
bool vt_reader_has(vt_reader *reader, const char *path);

/// Shape of a dataset: number of axes, their lengths and names (the reader owns the names).
vt_error vt_reader_shape(vt_reader *reader, const char *path, int *axes,
                         int64_t size[VT_MAX_DIMENSIONS + 1],
                         const char *name[VT_MAX_DIMENSIONS + 1]);

/// Read a whole numeric dataset, or, if scenario >= 0, one scenario's part of it. The caller frees
/// *value.
vt_error vt_reader_read(vt_reader *reader, const char *path, int64_t scenario, double **value,
                        int64_t *count);

/// Read rows [first, first + count) of a numeric dataset whose first axis is the scenario, into
/// memory of the caller's.
vt_error vt_reader_read_rows(vt_reader *reader, const char *path, int64_t first, int64_t count,
                             double *value);

/// Names of the root's variables whose first axis is the scenario (not the axis itself), in the
/// order of the file, NULL-terminated; the reader owns them. NULL if there is no memory.
const char *const *vt_reader_variables(vt_reader *reader);

/// Whether damage to the rows can be noticed: files of old versions have no checksums.
bool vt_reader_has_checksums(vt_reader *reader);
/// Check rows [first, first + count) that are done against their checksums. VT_ERR_INPUT if the
/// file has none.
///
/// @param bad  shape [count]: whether a row is not what was written
vt_error vt_reader_verify(vt_reader *reader, int64_t first, int64_t count, bool *bad);
/// VT_ERR_INPUT unless the reference scenario in the file is the one that was solved again.
vt_error vt_reader_check_reference(vt_reader *reader, const vt_layout *layout,
                                   const vt_block *reference);

/// Whether a dataset holds numbers of single precision.
bool vt_reader_is_single(vt_reader *reader, const char *path);

#endif
