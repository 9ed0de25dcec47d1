// rows.c - rows into a file that is there: raw data of existing datasets, nothing else.
//
// A write is one system call, made before the function returns: there is no sieve buffer and
// nothing is cached, so a kill afterwards loses nothing. A block of rows is contiguous in every
// dataset.
#include "checksum.h"
#include "vintner/team.h"

#include <linux/magic.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

static const char opened[] = "opened", read_done[] = "read", written[] = "written";

// ---------------------------------------------------------------------------------------------
// Slots.

static vt_error storage_of(const vt_results *results, hid_t type, const char *name,
                           vt_storage *storage) {
  const bool real = H5Tget_class(type) == H5T_FLOAT;
  for (int s = VT_STORE_DOUBLE; s <= VT_STORE_INT32; s++) {
    const vt_h5_number number = vt_h5_number_of((vt_storage)s);
    *storage = (vt_storage)s;
    if (number.real == real && number.bytes == H5Tget_size(type)) return VT_OK;
  }
  VT_FAIL(VT_ERR_INPUT, "%s: '%s' has a type that no run writes", results->path, name);
}

vt_error vt_slot_open(const vt_results *results, vt_h5_pool *pool, const char *name,
                      vt_slot *slot) {
  const char *path = results->path;
  hid_t type;
  VT_H5(path, opened, slot->dataset = vt_h5_keep(pool, vt_h5_open_dataset(results->file, name)));
  VT_H5(path, opened, slot->space = vt_h5_keep(pool, H5Dget_space(slot->dataset)));
  VT_H5(path, opened, type = vt_h5_keep(pool, H5Dget_type(slot->dataset)));
  VT_TRY(storage_of(results, type, name, &slot->storage));
  slot->type = vt_h5_number_of(slot->storage).memory;
  slot->item_bytes = vt_h5_number_of(slot->storage).bytes;
  slot->axes = H5Sget_simple_extent_ndims(slot->space);
  VT_CHECK(slot->axes >= 0 && slot->axes <= VT_SLOT_AXES, VT_ERR_INPUT,
           "%s: '%s' has too many axes", path, name);
  VT_H5(path, opened, H5Sget_simple_extent_dims(slot->space, slot->extent, NULL));
  return VT_OK;
}

static vt_error select_box(const vt_results *results, const vt_slot *slot, const hsize_t *start,
                           const hsize_t *count, const char *done) {
  hsize_t items = 1;
  for (int a = 0; a < slot->axes; a++) items *= count[a];
  VT_H5(results->path, done, H5Sset_extent_simple(results->memory, 1, &items, NULL));
  if (slot->axes == 0) return VT_OK;
  VT_H5(results->path, done,
        H5Sselect_hyperslab(slot->space, H5S_SELECT_SET, start, NULL, count, NULL));
  return VT_OK;
}

vt_error vt_slot_read(const vt_results *results, const vt_slot *slot, const hsize_t *start,
                      const hsize_t *count, void *item) {
  VT_TRY(select_box(results, slot, start, count, read_done));
  VT_H5(results->path, read_done,
        H5Dread(slot->dataset, slot->type, results->memory, slot->space, H5P_DEFAULT, item));
  return VT_OK;
}

vt_error vt_slot_write(const vt_results *results, const vt_slot *slot, const hsize_t *start,
                       const hsize_t *count, const void *item) {
  VT_TRY(select_box(results, slot, start, count, written));
  VT_H5(results->path, written,
        H5Dwrite(slot->dataset, slot->type, results->memory, slot->space, H5P_DEFAULT, item));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Opening and closing.

// Open MPI locks all of a file for each write where it finds NFS, or is told to (algorithm 2), and
// would wait for ever for the writer's own lock at 2^62, see writer.c. Rows never overlap: ranges
// are enough (3). Read when its first file is opened.
static void lock_ranges_only(const char *path) {
  static const char variable[] = "OMPI_MCA_fs_ufs_lock_algorithm";
  const char *told = getenv(variable);
  struct statfs info;
  const bool whole =
      told ? strcmp(told, "2") == 0 : statfs(path, &info) == 0 && info.f_type == NFS_SUPER_MAGIC;
  if (whole) (void)setenv(variable, "3", 1);
}

static vt_error open_file(vt_results *results, MPI_Comm comm) {
  hid_t access;
  if (results->parallel) {
    VT_CHECK(MPI_Comm_dup(comm, &results->comm) == MPI_SUCCESS, VT_ERR_SYSTEM,
             "%s: cannot be opened: MPI gives no communicator", results->path);
  }
  VT_H5(results->path, opened, access = vt_h5_keep(&results->pool, vt_h5_file_access()));
  if (results->parallel) {
    lock_ranges_only(results->path);
    VT_H5(results->path, opened, H5Pset_fapl_mpio(access, results->comm, MPI_INFO_NULL));
  }
  const unsigned how = results->read_only ? H5F_ACC_RDONLY : H5F_ACC_RDWR;
  VT_H5(results->path, opened, results->file = H5Fopen(results->path, how, access));
  const hsize_t one = 1;
  VT_H5(results->path, opened,
        results->memory = vt_h5_keep(&results->pool, H5Screate_simple(1, &one, NULL)));
  return VT_OK;
}

// The file may be an old one that is resumed: it must have the shape that the study gives.
static vt_error check_shape(const vt_results *results, const vt_variable *v, const vt_slot *slot) {
  const int first = v->once ? 0 : 1;
  hsize_t cells = 1;
  for (int a = first; a < slot->axes; a++) cells *= slot->extent[a];
  const bool same = slot->axes == v->dimensions + first && cells == (hsize_t)v->cells &&
                    (v->once || slot->extent[0] == (hsize_t)results->layout->scenarios) &&
                    slot->storage == v->storage;
  VT_CHECK(same, VT_ERR_INPUT, "%s: '%s' has another shape or type than the study gives",
           results->path, v->name);
  return VT_OK;
}

static vt_error open_slots(vt_results *results) {
  const vt_layout *layout = results->layout;
  VT_NEW(results->slot, layout->variables);
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (v->group == VT_GROUP_NOWHERE) continue;
    vt_text name = {0};
    vt_error done =
        vt_text_add(&name, "%s%s", v->group == VT_GROUP_PERFORMANCE ? "performance/" : "", v->name);
    if (done == VT_OK) {
      done = vt_slot_open(results, &results->pool, name.bytes, &results->slot[i]);
    }
    vt_text_free(&name);
    VT_TRY(done);
    VT_TRY(check_shape(results, v, &results->slot[i]));
  }
  return VT_OK;
}

static vt_error open_sums(vt_results *results) {
  const char *path = results->path;
  results->sums = -1;
  if (H5Lexists(results->file, VT_CHECKSUM_PATH, H5P_DEFAULT) <= 0) return VT_OK;
  VT_H5(path, opened,
        results->sums =
            vt_h5_keep(&results->pool, vt_h5_open_dataset(results->file, VT_CHECKSUM_PATH)));
  VT_H5(path, opened,
        results->sums_space = vt_h5_keep(&results->pool, H5Dget_space(results->sums)));
  const bool fits =
      H5Sget_simple_extent_npoints(results->sums_space) == (hssize_t)results->layout->scenarios;
  VT_CHECK(fits && H5Sget_simple_extent_ndims(results->sums_space) == 1, VT_ERR_INPUT,
           "%s: '%s' has another shape than the study gives", path, VT_CHECKSUM_PATH);
  return VT_OK;
}

static vt_error name_results(vt_results *results, const char *path) {
  VT_NEW(results->path, (ptrdiff_t)strlen(path) + 1);
  memcpy(results->path, path, strlen(path));
  return VT_OK;
}

// Plans by scenarios.
static vt_error open_pairs(vt_results *results) {
  static const char *const name[] = {[VT_PAIR_STATUS] = "regret/status",
                                     [VT_PAIR_OBJECTIVE] = "regret/objective",
                                     [VT_PAIR_REGRET] = "regret/regret"};
  const vt_layout *layout = results->layout;
  for (int v = 0; layout->regret && v < VT_PAIR_VARIABLES; v++) {
    vt_slot *slot = &results->pair[v];
    VT_TRY(vt_slot_open(results, &results->pool, name[v], slot));
    const bool fits = slot->axes == 2 && slot->extent[0] == (hsize_t)layout->regret->places &&
                      slot->extent[1] == (hsize_t)layout->scenarios &&
                      slot->storage == (v == VT_PAIR_STATUS ? VT_STORE_INT8 : VT_STORE_DOUBLE);
    VT_CHECK(fits, VT_ERR_INPUT, "%s: '%s' has another shape or type than the study gives",
             results->path, name[v]);
  }
  return VT_OK;
}

static vt_error open_datasets(vt_results *results) {
  VT_TRY(open_slots(results));
  VT_TRY(open_pairs(results));
  return open_sums(results);
}

// All ranks come to one mind before the first call that one which failed would miss: closing is
// such a call too.
static vt_error open_together(vt_results *results, const char *path, MPI_Comm comm) {
  vt_team team;
  VT_TRY(vt_team_of(results->parallel ? comm : MPI_COMM_NULL, &team));
  VT_TRY(vt_team_settle(&team, name_results(results, path)));
  VT_TRY(open_file(results, comm));
  return vt_team_settle(&team, open_datasets(results));
}

static vt_error open_how(const char *path, const vt_layout *layout, bool parallel, bool read_only,
                         MPI_Comm comm, vt_results **results) {
  vt_h5_quiet();
  *results = NULL;
  vt_results *r;
  VT_NEW(r, 1);
  r->layout = layout;
  r->parallel = parallel;
  r->read_only = read_only;
  r->comm = MPI_COMM_NULL;
  r->file = -1;
  const vt_error done = open_together(r, path, comm);
  if (done != VT_OK) {
    (void)vt_results_close(r);
    VT_TRY(done);
  }
  *results = r;
  return VT_OK;
}

vt_error vt_results_open(const char *path, const vt_layout *layout, bool parallel, MPI_Comm comm,
                         vt_results **results) {
  return open_how(path, layout, parallel, false, comm, results);
}

vt_error vt_results_open_rows(const char *path, const vt_layout *layout, vt_results **results) {
  return open_how(path, layout, false, true, MPI_COMM_NULL, results);
}

static vt_error close_file(vt_results *results) {
  vt_h5_release(&results->pool);
  if (results->file < 0) return VT_OK;
  VT_H5(results->path, written, H5Fclose(results->file));
  return VT_OK;
}

vt_error vt_results_close(vt_results *results) {
  if (!results) return VT_OK;
  const vt_error closed = close_file(results);
  if (results->comm != MPI_COMM_NULL) (void)MPI_Comm_free(&results->comm);
  free(results->slot);
  free(results->scratch);
  vt_checksums_free(results->checksums);
  free(results->sum);
  // The message of a failure has its own copy of the path.
  free(results->path);
  free(results);
  return closed;
}

// ---------------------------------------------------------------------------------------------
// Rows.

static int64_t rounded(double value, int64_t least, int64_t greatest) {
  if (isnan(value)) return VT_NOT_DONE;
  if (value <= (double)least) return least;
  if (value >= (double)greatest) return greatest;
  return llround(value);
}

// The numbers as the file has them: themselves, or a copy in the scratch memory.
static vt_error convert(vt_results *results, vt_storage storage, const double *value,
                        ptrdiff_t count, const void **item) {
  *item = value;
  if (storage == VT_STORE_DOUBLE) return VT_OK;
  VT_TRY(vt_grow(&results->scratch, &results->scratch_bytes, count * 4, 1));
  *item = results->scratch;
  if (storage == VT_STORE_SINGLE) {
    float *out = results->scratch;
    for (ptrdiff_t i = 0; i < count; i++) out[i] = (float)value[i];
  } else if (storage == VT_STORE_INT8) {
    int8_t *out = results->scratch;
    for (ptrdiff_t i = 0; i < count; i++) out[i] = (int8_t)rounded(value[i], INT8_MIN, INT8_MAX);
  } else if (storage == VT_STORE_INT16) {
    int16_t *out = results->scratch;
    for (ptrdiff_t i = 0; i < count; i++) out[i] = (int16_t)rounded(value[i], INT16_MIN, INT16_MAX);
  } else {
    int32_t *out = results->scratch;
    for (ptrdiff_t i = 0; i < count; i++) {
      out[i] = (int32_t)rounded(value[i], INT32_MIN, INT32_MAX);
    }
  }
  return VT_OK;
}

static vt_error write_variable(vt_results *results, int variable, const vt_block *block) {
  const vt_slot *slot = &results->slot[variable];
  hsize_t start[VT_SLOT_AXES] = {(hsize_t)(block->first - results->layout->first)};
  hsize_t count[VT_SLOT_AXES] = {(hsize_t)block->count};
  const vt_variable *v = &results->layout->variable[variable];
  if (v->once) start[0] = 0;
  for (int a = v->once ? 0 : 1; a < slot->axes; a++) count[a] = slot->extent[a];
  const ptrdiff_t items = (v->once ? 1 : (ptrdiff_t)block->count) * v->cells;
  const void *item;
  VT_TRY(convert(results, slot->storage, block->data[variable], items, &item));
  if (results->sums >= 0 && vt_checksum_covers(results->layout, variable))
    vt_checksums_add(results->checksums, item, (ptrdiff_t)block->count,
                     v->cells * (ptrdiff_t)slot->item_bytes);
  return vt_slot_write(results, slot, start, count, item);
}

static vt_error start_sums(vt_results *results, const vt_block *block) {
  if (results->sums < 0) return VT_OK;
  VT_TRY(vt_grow(&results->sum, &results->sum_room, (ptrdiff_t)block->count, sizeof *results->sum));
  VT_TRY(vt_checksums_grow(&results->checksums, (ptrdiff_t)block->count));
  vt_checksums_start(results->checksums, (ptrdiff_t)block->count);
  for (int64_t i = 0; i < block->count; i++) results->sum[i] = (uint64_t)(block->first + i);
  vt_checksums_add(results->checksums, results->sum, (ptrdiff_t)block->count,
                   (ptrdiff_t)sizeof *results->sum);
  return VT_OK;
}

// Sums of rows that lie one after another.
static vt_error write_sums(vt_results *results, hsize_t first, hsize_t count, const uint64_t *sum) {
  if (results->sums < 0) return VT_OK;
  const char *path = results->path;
  VT_H5(path, written, H5Sset_extent_simple(results->memory, 1, &count, NULL));
  VT_H5(path, written,
        H5Sselect_hyperslab(results->sums_space, H5S_SELECT_SET, &first, NULL, &count, NULL));
  VT_H5(path, written,
        H5Dwrite(results->sums, H5T_NATIVE_UINT64, results->memory, results->sums_space,
                 H5P_DEFAULT, sum));
  return VT_OK;
}

vt_error vt_results_write(vt_results *results, const vt_block *block) {
  const vt_layout *layout = results->layout;
  VT_CHECK(block->first >= layout->first && block->count >= 0 &&
               block->first - layout->first <= layout->scenarios - block->count,
           VT_ERR_BUG, "rows %lld to %lld are not among the scenarios", (long long)block->first,
           (long long)(block->first + block->count - 1));
  if (block->count == 0) return VT_OK;
  VT_TRY(start_sums(results, block));
  for (int i = 0; i < layout->variables; i++) {
    if (i != layout->status && layout->variable[i].group != VT_GROUP_NOWHERE)
      VT_TRY(write_variable(results, i, block));
  }
  if (results->sums >= 0)
    vt_checksums_end(results->checksums, (ptrdiff_t)block->count, results->sum);
  VT_TRY(write_sums(results, (hsize_t)(block->first - layout->first), (hsize_t)block->count,
                    results->sum));
  // Last: a scenario that is marked done is in the file whole.
  return write_variable(results, layout->status, block);
}

static vt_error write_once(vt_results *results, const char *name, const double *value,
                           ptrdiff_t count) {
  vt_h5_pool pool = {0};
  vt_slot slot;
  const void *item = NULL;
  const hsize_t start[VT_SLOT_AXES] = {0};
  vt_error done = vt_slot_open(results, &pool, name, &slot);
  if (done == VT_OK) {
    hsize_t items = 1;
    for (int a = 0; a < slot.axes; a++) items *= slot.extent[a];
    done = items == (hsize_t)count ? convert(results, slot.storage, value, count, &item)
                                   : vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                                                    "%s: '%s' has another shape than the study "
                                                    "gives",
                                                    results->path, name);
  }
  if (done == VT_OK) done = vt_slot_write(results, &slot, start, slot.extent, item);
  vt_h5_release(&pool);
  return done;
}

vt_error vt_results_write_reference(vt_results *results, const vt_block *block) {
  const vt_layout *layout = results->layout;
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (!v->reference) continue;
    vt_text name = {0};
    vt_error done = vt_text_add(&name, "reference/%s", v->name);
    if (done == VT_OK) done = write_once(results, name.bytes, block->data[i], v->cells);
    vt_text_free(&name);
    VT_TRY(done);
  }
  return VT_OK;
}

vt_error vt_results_read_status(vt_results *results, int64_t first, int64_t count, int8_t *status) {
  if (count == 0) return VT_OK;
  const hsize_t start = (hsize_t)first, rows = (hsize_t)count;
  return vt_slot_read(results, &results->slot[results->layout->status], &start, &rows, status);
}

static vt_error set_finished(vt_results *results, bool finished) {
  const double value = finished;
  return write_once(results, "performance/finished", &value, 1);
}

// The scenarios' numbers, which are part of a row, may be what was damaged.
static vt_error write_number(vt_results *results, int64_t row) {
  const int64_t number = results->layout->first + row;
  const hsize_t at = (hsize_t)row, one = 1;
  hid_t dataset, space;
  vt_h5_pool pool = {0};
  const char *path = results->path;
  VT_H5(path, opened, dataset = vt_h5_keep(&pool, vt_h5_open_dataset(results->file, "scenario")));
  space = vt_h5_keep(&pool, H5Dget_space(dataset));
  const bool put =
      space >= 0 && H5Sset_extent_simple(results->memory, 1, &one, NULL) >= 0 &&
      H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &one, NULL) >= 0 &&
      H5Dwrite(dataset, H5T_NATIVE_INT64, results->memory, space, H5P_DEFAULT, &number) >= 0;
  vt_h5_release(&pool);
  return put ? VT_OK : vt_h5_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, path, written);
}

vt_error vt_results_forget(vt_results *results, const int64_t *row, int64_t rows) {
  const vt_slot *status = &results->slot[results->layout->status];
  const int8_t undone = VT_NOT_DONE;
  const uint64_t none = 0;
  const hsize_t one = 1;
  VT_TRY(set_finished(results, false));
  for (int64_t i = 0; i < rows; i++) {
    const hsize_t at = (hsize_t)row[i];
    VT_TRY(vt_slot_write(results, status, &at, &one, &undone));
    VT_TRY(write_sums(results, at, one, &none));
    VT_TRY(write_number(results, row[i]));
  }
  return VT_OK;
}

vt_error vt_results_finish(vt_results *results) {
  return set_finished(results, true);
}
