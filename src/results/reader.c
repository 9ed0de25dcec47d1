// reader.c - reading a results file, serial, also while a run writes it.
#include "reader.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char read_done[] = "read";

// ---------------------------------------------------------------------------------------------
// Opening.

static vt_error open_file(vt_reader *reader) {
  const char *path = reader->path;
  hid_t access;
  VT_H5(path, read_done, access = vt_h5_keep(&reader->pool, vt_h5_file_access()));
  // A small window over the data makes reading column by column bearable.
  VT_H5(path, read_done, H5Pset_sieve_buf_size(access, 1 << 16));
  VT_H5(path, read_done, reader->text_type = vt_h5_keep(&reader->pool, vt_h5_text_type()));
  VT_CHECK(H5Fis_hdf5(path) > 0, VT_ERR_INPUT, "%s: is not a results file (not HDF5)", path);
  reader->file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (reader->file < 0) {
    return vt_h5_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, path, "opened");
  }
  return VT_OK;
}

static vt_error open_reader(vt_reader *reader, const char *path) {
  VT_TRY(vt_input_check(path));
  VT_TRY(vt_arena_create(&reader->arena));
  VT_TRY(vt_arena_text(reader->arena, path, (ptrdiff_t)strlen(path), &reader->path));
  VT_TRY(open_file(reader));
  const char *counts = "statistics/outcome_count", *flag = "performance/finished";
  reader->extract = !vt_reader_has(reader, "performance") && vt_reader_has(reader, counts);
  const bool ours = reader->extract || vt_reader_has(reader, flag);
  VT_CHECK(ours && vt_reader_has(reader, "status"), VT_ERR_INPUT,
           "%s: is HDF5 but not a results file of vintner", path);
  double *value;
  int64_t count;
  VT_TRY(vt_reader_read(reader, reader->extract ? counts : flag, -1, &value, &count));
  reader->finished = reader->extract ? count == VT_H5_OUTCOMES && value[VT_OUTCOME_COUNT] == 0
                                     : count == 1 && value[0] == 1;
  free(value);
  return VT_OK;
}

vt_error vt_reader_open(const char *path, vt_reader **reader) {
  vt_h5_quiet();
  *reader = NULL;
  vt_reader *r;
  VT_NEW(r, 1);
  r->file = -1;
  const vt_error done = open_reader(r, path);
  if (done != VT_OK) {
    vt_reader_close(r);
    VT_TRY(done);
  }
  *reader = r;
  return VT_OK;
}

void vt_reader_shut(vt_reader *reader) {
  vt_h5_release(&reader->pool);
  if (reader->file >= 0) (void)H5Fclose(reader->file);
  reader->file = -1;
}

void vt_reader_close(vt_reader *reader) {
  if (!reader) return;
  vt_reader_shut(reader);
  vt_arena_free(reader->arena);
  free(reader);
}

bool vt_reader_finished(const vt_reader *reader) {
  return reader->finished;
}

bool vt_reader_is_extract(const vt_reader *reader) {
  return reader->extract;
}

// ---------------------------------------------------------------------------------------------
// Texts.

static const char *keep_text(vt_reader *reader, const char *text, size_t length) {
  const char *copy = NULL;
  if (vt_arena_text(reader->arena, text, (ptrdiff_t)length, &copy) != VT_OK) return NULL;
  return copy;
}

// Of variable or of fixed length: other programs may have changed the file.
static const char *read_text_attribute(vt_reader *reader, hid_t attribute, hid_t type) {
  if (H5Tget_class(type) != H5T_STRING) return NULL;
  if (H5Tis_variable_str(type) > 0) {
    char *text = NULL;
    if (H5Aread(attribute, reader->text_type, &text) < 0) return NULL;
    const char *copy = keep_text(reader, text ? text : "", text ? strlen(text) : 0);
    (void)H5free_memory(text);
    return copy;
  }
  char *fixed = vt_arena_calloc(reader->arena, (ptrdiff_t)H5Tget_size(type) + 1, 1);
  if (!fixed || H5Aread(attribute, type, fixed) < 0) return NULL;
  return fixed;
}

const char *vt_reader_text_of(vt_reader *reader, const char *path, const char *name) {
  vt_h5_pool pool = {0};
  const char *text = NULL;
  if (H5Aexists_by_name(reader->file, path, name, H5P_DEFAULT) > 0) {
    const hid_t attribute =
        vt_h5_keep(&pool, H5Aopen_by_name(reader->file, path, name, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t type = attribute < 0 ? -1 : vt_h5_keep(&pool, H5Aget_type(attribute));
    const hid_t space = attribute < 0 ? -1 : vt_h5_keep(&pool, H5Aget_space(attribute));
    const bool one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (type >= 0 && one) text = read_text_attribute(reader, attribute, type);
  }
  vt_h5_release(&pool);
  return text;
}

double vt_reader_number_of(vt_reader *reader, const char *path, const char *name) {
  vt_h5_pool pool = {0};
  double number = (double)NAN;
  if (H5Aexists_by_name(reader->file, path, name, H5P_DEFAULT) > 0) {
    const hid_t attribute =
        vt_h5_keep(&pool, H5Aopen_by_name(reader->file, path, name, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t type = attribute < 0 ? -1 : vt_h5_keep(&pool, H5Aget_type(attribute));
    const hid_t space = attribute < 0 ? -1 : vt_h5_keep(&pool, H5Aget_space(attribute));
    const bool one = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_INTEGER &&
                     H5Sget_simple_extent_npoints(space) == 1;
    if (one && H5Aread(attribute, H5T_NATIVE_DOUBLE, &number) < 0) number = (double)NAN;
  }
  vt_h5_release(&pool);
  return number;
}

const char *vt_reader_attribute(vt_reader *reader, const char *name) {
  return vt_reader_text_of(reader, ".", name);
}

// ---------------------------------------------------------------------------------------------
// Datasets.

bool vt_reader_has(vt_reader *reader, const char *path) {
  return H5Lexists(reader->file, path, H5P_DEFAULT) > 0 &&
         H5Oexists_by_name(reader->file, path, H5P_DEFAULT) > 0;
}

// Refuses what only a damaged or forged file has, before any memory is asked for.
vt_error vt_reader_open_dataset(vt_reader *reader, const char *name, vt_h5_pool *pool,
                                vt_opened *o) {
  const char *path = reader->path;
  VT_CHECK(vt_reader_has(reader, name), VT_ERR_INPUT, "%s: has no '%s'", path, name);
  VT_H5(path, read_done, o->dataset = vt_h5_keep(pool, vt_h5_open_dataset(reader->file, name)));
  VT_H5(path, read_done, o->space = vt_h5_keep(pool, H5Dget_space(o->dataset)));
  VT_H5(path, read_done, o->type = vt_h5_keep(pool, H5Dget_type(o->dataset)));
  o->axes = H5Sget_simple_extent_ndims(o->space);
  VT_CHECK(o->axes >= 0 && o->axes <= VT_MAX_DIMENSIONS + 1, VT_ERR_INPUT,
           "%s: '%s' has %d axes, expected at most %d", path, name, o->axes, VT_MAX_DIMENSIONS + 1);
  VT_H5(path, read_done, H5Sget_simple_extent_dims(o->space, o->extent, NULL));
  o->items = 1;
  bool fits = true;
  for (int a = 0; a < o->axes; a++) {
    fits = fits && !__builtin_mul_overflow(o->items, o->extent[a], &o->items);
  }
  hsize_t bytes;
  fits = fits && !__builtin_mul_overflow(o->items, (hsize_t)H5Tget_size(o->type), &bytes);
  VT_CHECK(fits && bytes <= H5Dget_storage_size(o->dataset), VT_ERR_INPUT,
           "%s: '%s' is not in the file whole", path, name);
  return VT_OK;
}

// HDF5 reads these attributes into memory for what they ought to be, whatever they are.
static bool is_list_of_scales(hid_t attribute, int axes) {
  vt_h5_pool pool = {0};
  const hid_t type = vt_h5_keep(&pool, H5Aget_type(attribute));
  const hid_t space = vt_h5_keep(&pool, H5Aget_space(attribute));
  bool sound = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_VLEN &&
               H5Sget_simple_extent_ndims(space) == 1 &&
               H5Sget_simple_extent_npoints(space) == axes;
  const hid_t item = sound ? vt_h5_keep(&pool, H5Tget_super(type)) : -1;
  sound = item >= 0 && H5Tequal(item, H5T_STD_REF_OBJ) > 0;
  vt_h5_release(&pool);
  return sound;
}

static bool is_class_of_scale(hid_t attribute, int axes) {
  (void)axes;
  vt_h5_pool pool = {0};
  const hid_t type = vt_h5_keep(&pool, H5Aget_type(attribute));
  const hid_t space = vt_h5_keep(&pool, H5Aget_space(attribute));
  const bool sound = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING &&
                     H5Tis_variable_str(type) == 0 &&
                     H5Tget_size(type) == sizeof "DIMENSION_SCALE" &&
                     H5Sget_simple_extent_npoints(space) == 1;
  vt_h5_release(&pool);
  return sound;
}

static bool has_attribute(hid_t dataset, const char *name, int axes,
                          bool (*is_sound)(hid_t attribute, int axes)) {
  if (H5Aexists(dataset, name) <= 0) return false;
  const hid_t attribute = H5Aopen(dataset, name, H5P_DEFAULT);
  const bool sound = attribute >= 0 && is_sound(attribute, axes);
  if (attribute >= 0) (void)H5Aclose(attribute);
  return sound;
}

int64_t vt_reader_dimension(vt_reader *reader, const char *name) {
  if (!vt_reader_has(reader, name)) return 0;
  vt_h5_pool pool = {0};
  hsize_t extent = 0;
  const hid_t dataset = vt_h5_keep(&pool, vt_h5_open_dataset(reader->file, name));
  const hid_t space = dataset < 0 ? -1 : vt_h5_keep(&pool, H5Dget_space(dataset));
  const bool scale = space >= 0 && has_attribute(dataset, "CLASS", 1, is_class_of_scale) &&
                     H5DSis_scale(dataset) > 0 && H5Sget_simple_extent_ndims(space) == 1;
  if (scale) (void)H5Sget_simple_extent_dims(space, &extent, NULL);
  vt_h5_release(&pool);
  return (int64_t)extent;
}

static bool text_labels(vt_reader *reader, const vt_opened *o, const char **label) {
  if (H5Tis_variable_str(o->type) <= 0) return false;
  char **text = vt_calloc((ptrdiff_t)o->items, sizeof *text);
  if (!text) return false;
  bool done = H5Dread(o->dataset, reader->text_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0;
  for (hsize_t i = 0; done && i < o->items; i++) {
    label[i] = keep_text(reader, text[i] ? text[i] : "", text[i] ? strlen(text[i]) : 0);
    done = label[i] != NULL;
  }
  for (hsize_t i = 0; i < o->items; i++) (void)H5free_memory(text[i]);
  free(text);
  return done;
}

static bool number_labels(vt_reader *reader, const vt_opened *o, const char **label) {
  double *value = vt_calloc((ptrdiff_t)o->items, sizeof *value);
  if (!value) return false;
  bool done = H5Dread(o->dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
  for (hsize_t i = 0; done && i < o->items; i++) {
    char text[40];
    const int length = snprintf(text, sizeof text, "%.15g", value[i]);
    label[i] = keep_text(reader, text, (size_t)length);
    done = label[i] != NULL;
  }
  free(value);
  return done;
}

const char *const *vt_reader_labels(vt_reader *reader, const char *name) {
  vt_h5_pool pool = {0};
  vt_opened o;
  const char **label = NULL;
  if (vt_reader_open_dataset(reader, name, &pool, &o) == VT_OK && o.axes == 1) {
    label = vt_arena_calloc(reader->arena, (ptrdiff_t)o.items, sizeof *label);
    const bool text = H5Tget_class(o.type) == H5T_STRING;
    const bool done = label && (text ? text_labels : number_labels)(reader, &o, label);
    if (!done) label = NULL;
  }
  vt_h5_release(&pool);
  return (const char *const *)label;
}

// The last part of the name under which a scale is in the file, the arena's.
static const char *name_of_scale(vt_reader *reader, hid_t scale) {
  H5O_info_t info;
  char path[512] = "";
  if (H5Oget_info2(scale, &info, H5O_INFO_BASIC) < 0) return NULL;
  for (int i = 0; i < reader->scales; i++) {
    if (reader->scale_address[i] == info.addr) return reader->scale_name[i];
  }
  if (H5Iget_name(scale, path, sizeof path) <= 0) return NULL;
  const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
  const char *name = keep_text(reader, last, strlen(last));
  if (name && reader->scales < MOST_SCALES) {
    reader->scale_address[reader->scales] = info.addr;
    reader->scale_name[reader->scales++] = name;
  }
  return name;
}

typedef struct axis_naming {
  vt_reader *reader;
  const char *name;
} axis_naming;

static herr_t take_scale_name(hid_t dataset, unsigned axis, hid_t scale, void *context) {
  (void)dataset;
  (void)axis;
  axis_naming *naming = context;
  naming->name = name_of_scale(naming->reader, scale);
  return naming->name ? 1 : -1;
}

// "" where there is none.
static const char *axis_name(vt_reader *reader, const vt_opened *o, int axis) {
  axis_naming naming = {.reader = reader, .name = NULL};
  if (has_attribute(o->dataset, "DIMENSION_LIST", o->axes, is_list_of_scales) &&
      H5DSget_num_scales(o->dataset, (unsigned)axis) > 0) {
    (void)H5DSiterate_scales(o->dataset, (unsigned)axis, NULL, take_scale_name, &naming);
  }
  return naming.name ? naming.name : "";
}

vt_error vt_reader_shape(vt_reader *reader, const char *path, int *axes,
                         int64_t size[VT_MAX_DIMENSIONS + 1],
                         const char *name[VT_MAX_DIMENSIONS + 1]) {
  vt_h5_pool pool = {0};
  vt_opened o;
  const vt_error done = vt_reader_open_dataset(reader, path, &pool, &o);
  for (int a = 0; done == VT_OK && a < o.axes; a++) {
    size[a] = (int64_t)o.extent[a];
    name[a] = axis_name(reader, &o, a);
  }
  if (done == VT_OK) *axes = o.axes;
  vt_h5_release(&pool);
  return done;
}

static vt_error read_numbers(vt_reader *reader, const char *name, int64_t scenario,
                             vt_h5_pool *pool, double **value, int64_t *count) {
  vt_opened o;
  VT_TRY(vt_reader_open_dataset(reader, name, pool, &o));
  VT_CHECK(H5Tget_class(o.type) != H5T_STRING, VT_ERR_INPUT,
           "%s: '%s' holds text, expected numbers", reader->path, name);
  hsize_t start[VT_MAX_DIMENSIONS + 1] = {0}, items = o.items;
  if (scenario >= 0) {
    const int64_t scenarios = o.axes > 0 ? (int64_t)o.extent[0] : 0;
    VT_CHECK(scenario < scenarios, VT_ERR_INPUT, "%s: has no scenario %lld, expected 0 to %lld",
             reader->path, (long long)scenario, (long long)scenarios - 1);
    items /= o.extent[0];
    start[0] = (hsize_t)scenario;
    o.extent[0] = 1;
    VT_H5(reader->path, read_done,
          H5Sselect_hyperslab(o.space, H5S_SELECT_SET, start, NULL, o.extent, NULL));
  }
  hid_t memory;
  VT_H5(reader->path, read_done, memory = vt_h5_keep(pool, H5Screate_simple(1, &items, NULL)));
  double *numbers;
  VT_NEW(numbers, items);
  const herr_t got = H5Dread(o.dataset, H5T_NATIVE_DOUBLE, memory, o.space, H5P_DEFAULT, numbers);
  if (got < 0) {
    free(numbers);
    return vt_h5_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, reader->path, read_done);
  }
  *value = numbers;
  *count = (int64_t)items;
  return VT_OK;
}

vt_error vt_reader_read(vt_reader *reader, const char *path, int64_t scenario, double **value,
                        int64_t *count) {
  vt_h5_pool pool = {0};
  const vt_error done = read_numbers(reader, path, scenario, &pool, value, count);
  vt_h5_release(&pool);
  return done;
}
