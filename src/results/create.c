// create.c - a new results file: under another name until it is whole.
#include "h5.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static vt_target target_of(const char *path, bool force) {
  return (vt_target){.path = path,
                     .what = "the results file",
                     .hint = ", 'vintner resume' goes on with it",
                     .force = force};
}

vt_error vt_results_check_target(const char *path, bool force) {
  const vt_target target = target_of(path, force);
  return vt_target_check(&target);
}

// Bytes of all numbers; what else is in the file is small.
static vt_error data_bytes(const char *path, const vt_layout *layout, int64_t *bytes) {
  int64_t total = 0, row = 24; // two copies of the scenario's number, a checksum
  // Plans times scenarios are few enough: status, two numbers; another copy of the numbers.
  if (layout->regret) row += 17 * layout->regret->places + 8;
  bool fits = true;
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    int64_t cells = (int64_t)v->cells, wide;
    fits =
        fits && !__builtin_mul_overflow(cells, (int64_t)vt_h5_number_of(v->storage).bytes, &wide);
    if (v->group == VT_GROUP_NOWHERE) wide = 0;
    fits = fits && !__builtin_add_overflow(row, wide, &row);
    const int64_t groups = 1 + (layout->summary ? layout->summary->groups : 0);
    const int64_t statistics = v->statistics ? groups * (VT_H5_MOMENTS + layout->quantiles) : 0;
    fits = fits && !__builtin_mul_overflow(cells, (statistics + v->reference) * 8, &wide);
    fits = fits && !__builtin_add_overflow(total, wide, &total);
  }
  for (int i = 0; i < layout->constants; i++) {
    const int64_t cells = (int64_t)vt_constant_cells(layout, &layout->constant[i]);
    int64_t bytes_of;
    fits = fits && !__builtin_mul_overflow(cells, (int64_t)sizeof(double), &bytes_of);
    fits = fits && !__builtin_add_overflow(total, bytes_of, &total);
  }
  const int64_t plans = layout->regret ? 5 * layout->regret->places : 0;
  const int64_t told = 8 * (vt_sensitivity_numbers(layout->sensitivity) + plans);
  fits = fits && !__builtin_add_overflow(total, told, &total);
  fits = fits && !__builtin_mul_overflow(row, layout->scenarios, &row);
  fits = fits && !__builtin_add_overflow(total, row, bytes);
  VT_CHECK(fits && *bytes < INT64_MAX / 4, VT_ERR_SYSTEM,
           "%s: cannot be created: %lld scenarios need more bytes than a file can have", path,
           (long long)layout->scenarios);
  return VT_OK;
}

// Ask the file system for the room before HDF5 starts: it would take a full disk badly. File
// systems that cannot reserve are believed to have room.
static vt_error check_room(const char *path, int file, const vt_layout *layout) {
  int64_t bytes = 0;
  VT_TRY(data_bytes(path, layout, &bytes));
  const int64_t metadata = 1 << 18;
  const int failed = fallocate(file, 0, 0, bytes + metadata) == 0 ? 0 : errno;
  const bool full = failed == ENOSPC || failed == EDQUOT || failed == EFBIG;
  VT_CHECK(!full, VT_ERR_SYSTEM, "%s: cannot be created: %s (%.1f MB are needed)", path,
           strerror(failed), (double)(bytes + metadata) / 1e6);
  return VT_OK;
}

// What is made under the other name, then takes the place of whatever has the name now.
static vt_error fill_and_move(const vt_target *target, const char *partial, int file,
                              const vt_layout *layout, const vt_attribute *attribute,
                              int attributes, double wait_s, vt_writer **old) {
  VT_TRY(check_room(target->path, file, layout));
  VT_TRY(vt_h5_create_contents(target->path, partial, layout, attribute, attributes));
  if (target->force) VT_TRY(vt_writer_replace(target->path, wait_s, old));
  return vt_target_move(target, partial);
}

static vt_error create_as(const vt_target *target, const char *partial, const vt_layout *layout,
                          const vt_attribute *attribute, int attributes, double wait_s,
                          vt_writer **writer) {
  vt_writer *mine = NULL;
  int file = -1;
  vt_error done = vt_target_open(target, partial, &file);
  if (done != VT_OK && file >= 0) (void)close(file);
  VT_TRY(done);
  done = vt_writer_of_new(target->path, file, &mine);
  if (done != VT_OK) (void)close(file);
  if (done == VT_OK)
    done = fill_and_move(target, partial, file, layout, attribute, attributes, wait_s, writer);
  if (done != VT_OK) {
    vt_target_abandon(partial);
    vt_writer_release(mine);
    return done;
  }
  vt_writer_succeed(mine, *writer);
  *writer = mine;
  return VT_OK;
}

vt_error vt_results_create(const char *path, const vt_layout *layout, const vt_attribute *attribute,
                           int attributes, bool force, double wait_s, vt_writer **writer) {
  const vt_target target = target_of(path, force);
  vt_text partial = {0};
  vt_h5_quiet();
  VT_CHECK(layout->scenarios > 0, VT_ERR_BUG, "a results file needs at least one scenario");
  VT_TRY(vt_results_check_target(path, force));
  vt_error done = vt_text_add(&partial, "%s.partial", path);
  if (done == VT_OK)
    done = create_as(&target, partial.bytes, layout, attribute, attributes, wait_s, writer);
  vt_text_free(&partial);
  return done;
}

// ---------------------------------------------------------------------------------------------
// A file that has its name when all is in it.

struct vt_draft {
  vt_target target;
  char *path, *partial;
  int file;       // the partial one; -1: it is not ours, or has its name
  vt_writer *old; // the right to replace what has the name
};

static vt_error open_partial(vt_draft *d) {
  const vt_error opened = vt_target_open(&d->target, d->partial, &d->file);
  if (opened != VT_OK && d->file >= 0) (void)close(d->file);
  if (opened != VT_OK) d->file = -1;
  return opened;
}

static vt_error fill_draft(vt_draft *d, const vt_layout *layout, const vt_attribute *attribute,
                           int attributes, double wait_s) {
  vt_text partial = {0};
  VT_TRY(vt_target_check(&d->target));
  VT_TRY(vt_text_add(&partial, "%s.partial", d->path));
  d->partial = partial.bytes;
  if (access(d->path, F_OK) == 0) VT_TRY(vt_writer_take(d->path, wait_s, &d->old));
  VT_TRY(open_partial(d));
  VT_TRY(check_room(d->path, d->file, layout));
  return vt_h5_create_contents(d->path, d->partial, layout, attribute, attributes);
}

vt_error vt_draft_create(const char *path, const vt_layout *layout, const vt_attribute *attribute,
                         int attributes, bool force, double wait_s, vt_draft **draft) {
  vt_draft *d;
  *draft = NULL;
  vt_h5_quiet();
  VT_NEW(d, 1);
  d->file = -1;
  d->path = strdup(path);
  d->target = (vt_target){.path = d->path, .what = "the results file", .force = force};
  const vt_error filled =
      d->path ? fill_draft(d, layout, attribute, attributes, wait_s)
              : vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  if (filled != VT_OK) vt_draft_close(d);
  VT_TRY(filled);
  *draft = d;
  return VT_OK;
}

vt_error vt_draft_publish(vt_draft *d) {
  VT_TRY(vt_target_move(&d->target, d->partial));
  (void)close(d->file);
  d->file = -1;
  return VT_OK;
}

void vt_draft_close(vt_draft *d) {
  if (!d) return;
  if (d->file >= 0) {
    vt_target_abandon(d->partial);
    (void)close(d->file);
  }
  vt_writer_release(d->old);
  free(d->path);
  free(d->partial);
  free(d);
}
