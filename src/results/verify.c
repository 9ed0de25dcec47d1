// verify.c - the rows of a results file against their checksums, and its reference scenario.
#include "checksum.h"
#include "reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 8 << 20, MOST_VARIABLES = 256, AT_MOST = 4096 };

// A variable of the rows as it is in the file.
typedef struct covered {
  vt_opened opened;
  ptrdiff_t bytes; // of a row
} covered;

typedef struct verification {
  vt_reader *reader;
  vt_h5_pool pool;
  covered part[MOST_VARIABLES]; // under the checksum
  int parts;
  covered status, sum;
  int64_t at_once; // rows
  char *chunk;     // of one variable
  int8_t *done;
  uint64_t *stored, *found;
  vt_checksums *checksums;
} verification;

static vt_error open_part(verification *v, const char *name, covered *p) {
  VT_TRY(vt_reader_open_dataset(v->reader, name, &v->pool, &p->opened));
  const vt_opened *o = &p->opened;
  VT_CHECK(o->axes > 0 && o->extent[0] > 0, VT_ERR_INPUT, "%s: '%s' has no scenarios",
           v->reader->path, name);
  p->bytes = (ptrdiff_t)(o->items / o->extent[0] * H5Tget_size(o->type));
  return VT_OK;
}

static bool is_covered(const vt_opened *o, const char *name) {
  const H5T_class_t class = H5Tget_class(o->type);
  return (class == H5T_FLOAT || class == H5T_INTEGER) && strcmp(name, "status") != 0 &&
         strcmp(name, "dominated") != 0;
}

static vt_error open_parts(verification *v, ptrdiff_t *widest) {
  *widest = (ptrdiff_t)sizeof(int64_t); // of a scenario's number
  const char *const *name = vt_reader_variables(v->reader);
  VT_CHECK(name, VT_ERR_SYSTEM, "%s: its variables cannot be listed", v->reader->path);
  VT_TRY(open_part(v, "status", &v->status));
  VT_TRY(open_part(v, VT_CHECKSUM_PATH, &v->sum));
  VT_TRY(open_part(v, "scenario", &v->part[v->parts++]));
  for (int i = 0; name[i]; i++) {
    VT_CHECK(v->parts < MOST_VARIABLES, VT_ERR_INPUT, "%s: has more than %d variables",
             v->reader->path, MOST_VARIABLES);
    covered *p = &v->part[v->parts];
    VT_TRY(open_part(v, name[i], p));
    if (!is_covered(&p->opened, name[i])) continue;
    VT_CHECK(p->opened.extent[0] == v->status.opened.extent[0], VT_ERR_INPUT,
             "%s: '%s' has another number of scenarios than 'status'", v->reader->path, name[i]);
    if (p->bytes > *widest) *widest = p->bytes;
    v->parts++;
  }
  return VT_OK;
}

static vt_error make_room(verification *v, ptrdiff_t widest) {
  v->at_once = widest > CHUNK_BYTES ? 1 : CHUNK_BYTES / widest;
  if (v->at_once > AT_MOST) v->at_once = AT_MOST;
  VT_NEW(v->chunk, v->at_once * widest);
  VT_NEW(v->done, v->at_once);
  VT_NEW(v->stored, v->at_once);
  VT_NEW(v->found, v->at_once);
  return vt_checksums_grow(&v->checksums, (ptrdiff_t)v->at_once);
}

static vt_error read_rows(const verification *v, const covered *p, int64_t first, int64_t rows,
                          hid_t type, void *item) {
  const char *path = v->reader->path;
  hsize_t start[VT_MAX_DIMENSIONS + 1] = {(hsize_t)first}, count[VT_MAX_DIMENSIONS + 1];
  hsize_t items = p->opened.items / p->opened.extent[0] * (hsize_t)rows;
  memcpy(count, p->opened.extent, sizeof count);
  count[0] = (hsize_t)rows;
  const hid_t memory = H5Screate_simple(1, &items, NULL);
  VT_H5(path, "read", memory);
  const bool read_it =
      H5Sselect_hyperslab(p->opened.space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
      H5Dread(p->opened.dataset, type, memory, p->opened.space, H5P_DEFAULT, item) >= 0;
  (void)H5Sclose(memory);
  return read_it ? VT_OK : vt_h5_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, path, "read");
}

static vt_error verify_rows(verification *v, int64_t first, int64_t rows, bool *bad) {
  vt_checksums_start(v->checksums, (ptrdiff_t)rows);
  for (int i = 0; i < v->parts; i++) {
    const covered *p = &v->part[i];
    VT_TRY(read_rows(v, p, first, rows, p->opened.type, v->chunk));
    vt_checksums_add(v->checksums, v->chunk, (ptrdiff_t)rows, p->bytes);
  }
  vt_checksums_end(v->checksums, (ptrdiff_t)rows, v->found);
  VT_TRY(read_rows(v, &v->status, first, rows, H5T_NATIVE_INT8, v->done));
  VT_TRY(read_rows(v, &v->sum, first, rows, H5T_NATIVE_UINT64, v->stored));
  for (int64_t i = 0; i < rows; i++) {
    const bool undone = v->done[i] == VT_NOT_DONE;
    const bool known = v->done[i] >= 0 && v->done[i] < VT_OUTCOME_COUNT;
    bad[i] = !undone && (!known || v->stored[i] != v->found[i]);
  }
  return VT_OK;
}

static vt_error verify(verification *v, int64_t first, int64_t count, bool *bad) {
  ptrdiff_t widest = 1;
  VT_TRY(open_parts(v, &widest));
  VT_CHECK(first >= 0 && count <= (int64_t)v->status.opened.extent[0] - first, VT_ERR_BUG,
           "rows that are not there");
  VT_TRY(make_room(v, widest));
  for (int64_t at = 0; at < count; at += v->at_once) {
    const int64_t rows = count - at < v->at_once ? count - at : v->at_once;
    VT_TRY(verify_rows(v, first + at, rows, bad + at));
  }
  return VT_OK;
}

bool vt_reader_has_checksums(vt_reader *reader) {
  return vt_reader_has(reader, VT_CHECKSUM_PATH);
}

vt_error vt_reader_verify(vt_reader *reader, int64_t first, int64_t count, bool *bad) {
  verification *v;
  VT_NEW(v, 1);
  v->reader = reader;
  const vt_error done = verify(v, first, count, bad);
  vt_h5_release(&v->pool);
  vt_checksums_free(v->checksums);
  free(v->chunk);
  free(v->done);
  free(v->stored);
  free(v->found);
  free(v);
  return done;
}

vt_error vt_reader_check_rows(vt_reader *reader, int64_t first, int64_t count) {
  enum { ROWS_AT_ONCE = 1 << 16 };
  bool *bad;
  vt_error done = VT_OK;
  VT_NEW(bad, count < ROWS_AT_ONCE ? count : ROWS_AT_ONCE);
  for (int64_t at = 0; at < count && done == VT_OK; at += ROWS_AT_ONCE) {
    const int64_t rows = count - at < ROWS_AT_ONCE ? count - at : ROWS_AT_ONCE;
    done = vt_reader_verify(reader, first + at, rows, bad);
    for (int64_t i = 0; i < rows && done == VT_OK; i++) {
      if (bad[i])
        done = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                              "%s: scenario %lld is damaged: its numbers do not have its checksum; "
                              "'vintner resume --verify' solves it again",
                              reader->path, (long long)(first + at + i));
    }
  }
  free(bad);
  return done;
}

// ---------------------------------------------------------------------------------------------

static bool same_number(vt_storage storage, double stored, double computed) {
  if (storage == VT_STORE_SINGLE) computed = (double)(float)computed;
  return (isnan(stored) && isnan(computed)) ||
         !(stored < computed || stored > computed || isnan(stored) || isnan(computed));
}

static vt_error check_variable(vt_reader *reader, const vt_variable *v, const double *computed) {
  vt_text name = {0};
  double *stored = NULL;
  int64_t count = 0;
  vt_error read_it = vt_text_add(&name, "reference/%s", v->name);
  if (read_it == VT_OK) read_it = vt_reader_read(reader, name.bytes, -1, &stored, &count);
  vt_text_free(&name);
  VT_TRY(read_it);
  bool same = count == v->cells;
  for (int64_t i = 0; same && i < count; i++)
    same = same_number(v->storage, stored[i], computed[i]);
  free(stored);
  VT_CHECK(same, VT_ERR_INPUT,
           "%s: the reference scenario is damaged: 'reference/%s' is not what the study gives",
           reader->path, v->name);
  return VT_OK;
}

vt_error vt_reader_check_reference(vt_reader *reader, const vt_layout *layout,
                                   const vt_block *reference) {
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (v->reference) VT_TRY(check_variable(reader, v, reference->data[i]));
  }
  return VT_OK;
}
