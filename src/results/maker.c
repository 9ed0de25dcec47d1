// maker.c - attributes, axes and variables of a new results file, as netCDF-4 expects them.
#include "maker.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Attributes.

vt_error vt_maker_put_values(const vt_maker *m, hid_t object, const char *name, hid_t type,
                             hid_t space, const void *value) {
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  MADE(m, attribute);
  const herr_t written = H5Awrite(attribute, type, value);
  const herr_t closed = H5Aclose(attribute);
  MADE(m, written);
  MADE(m, closed);
  return VT_OK;
}

// Bytes of the UTF-8 character at `text`, 0 if there is none that readers would accept.
static int utf8_length(const unsigned char *text) {
  static const struct {
    unsigned char mask, lead;
    uint32_t least;
  } form[4] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
  for (int more = 0; more < 4; more++) {
    if ((text[0] & form[more].mask) != form[more].lead) continue;
    uint32_t code = text[0] & (unsigned char)~form[more].mask;
    for (int i = 1; i <= more; i++) {
      if ((text[i] & 0xc0) != 0x80) return 0;
      code = code << 6 | (text[i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < form[more].least || code > 0x10ffff || surrogate ? 0 : more + 1;
  }
  return 0;
}

// A text that every reader can decode: bytes that are not UTF-8 become U+FFFD.
static vt_error clean_text(const vt_maker *m, const char *text, const char **clean) {
  ptrdiff_t bad = 0;
  for (const char *at = text; *at;) {
    const int length = utf8_length((const unsigned char *)at);
    bad += length == 0;
    at += length > 0 ? length : 1;
  }
  *clean = text;
  if (bad == 0) return VT_OK;
  char *out;
  VT_ARENA_NEW(m->arena, out, (ptrdiff_t)strlen(text) + 2 * bad + 1);
  *clean = out;
  for (const char *at = text; *at;) {
    const int length = utf8_length((const unsigned char *)at);
    memcpy(out, length > 0 ? at : "\xef\xbf\xbd", length > 0 ? (size_t)length : 3);
    out += length > 0 ? length : 3;
    at += length > 0 ? length : 1;
  }
  return VT_OK;
}

vt_error vt_maker_put_text(const vt_maker *m, hid_t object, const char *name, const char *text) {
  const char *clean;
  VT_TRY(clean_text(m, text, &clean));
  return vt_maker_put_values(m, object, name, m->text_type, m->scalar, &clean);
}

vt_error vt_maker_put_outcomes(const vt_maker *m, hid_t dataset) {
  int8_t value[VT_H5_OUTCOMES];
  hid_t space;
  const hsize_t count = VT_H5_OUTCOMES;
  vt_text meanings = {0};
  vt_error added = VT_OK;
  for (int o = VT_NOT_DONE; o < VT_OUTCOME_COUNT && added == VT_OK; o++) {
    value[o - VT_NOT_DONE] = (int8_t)o;
    added =
        vt_text_add(&meanings, "%s%s", o > VT_NOT_DONE ? " " : "", vt_outcome_name((vt_outcome)o));
  }
  if (added == VT_OK) added = vt_maker_put_text(m, dataset, "flag_meanings", meanings.bytes);
  vt_text_free(&meanings);
  VT_TRY(added);
  MADE(m, space = H5Screate_simple(1, &count, NULL));
  const vt_error put = vt_maker_put_values(m, dataset, "flag_values", H5T_STD_I8LE, space, value);
  (void)H5Sclose(space);
  return put;
}

static vt_error put_meaning(const vt_maker *m, hid_t object, const char *long_name,
                            const char *units) {
  if (long_name) VT_TRY(vt_maker_put_text(m, object, "long_name", long_name));
  return vt_maker_put_text(m, object, "units", units && units[0] ? units : "1");
}

// ---------------------------------------------------------------------------------------------
// Datasets and axes.

vt_error vt_maker_properties(vt_maker *m, hid_t class, hid_t *properties) {
  const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  MADE(m, *properties = vt_h5_keep(&m->pool, H5Pcreate(class)));
  // Times would make equal runs differ in bytes.
  MADE(m, H5Pset_obj_track_times(*properties, false));
  if (class != H5P_DATASET_CREATE) MADE(m, H5Pset_link_creation_order(*properties, order));
  MADE(m, H5Pset_attr_creation_order(*properties, order));
  return VT_OK;
}

static vt_error dataset_properties(vt_maker *m, hid_t type, hid_t *properties) {
  VT_TRY(vt_maker_properties(m, H5P_DATASET_CREATE, properties));
  MADE(m, H5Pset_layout(*properties, H5D_CONTIGUOUS));
  // Allocated and filled at once: a full disk shows before the first solve, and afterwards no
  // metadata change.
  MADE(m, H5Pset_alloc_time(*properties, H5D_ALLOC_TIME_EARLY));
  MADE(m, H5Pset_fill_time(*properties, H5D_FILL_TIME_ALLOC));
  if (H5Tget_class(type) == H5T_FLOAT) {
    const double nan_value = (double)NAN;
    MADE(m, H5Pset_fill_value(*properties, H5T_NATIVE_DOUBLE, &nan_value));
  } else if (H5Tget_class(type) == H5T_INTEGER) {
    const int not_done = H5Tget_sign(type) == H5T_SGN_NONE ? 0 : VT_NOT_DONE;
    MADE(m, H5Pset_fill_value(*properties, H5T_NATIVE_INT, &not_done));
  }
  return VT_OK;
}

vt_error vt_maker_axis(vt_maker *m, const vt_dimension *axis, int *place) {
  if (m->axes == m->axis_room) {
    vt_dimension *wider;
    m->axis_room = 2 * m->axis_room + 16;
    VT_ARENA_NEW(m->arena, wider, m->axis_room);
    for (int i = 0; i < m->axes; i++) wider[i] = m->axis[i];
    m->axis = wider;
  }
  *place = m->axes;
  m->axis[m->axes++] = *axis;
  return VT_OK;
}

vt_field vt_maker_along(const char *name, const char *long_name, hid_t type, int axis) {
  return (vt_field){
      .name = name, .long_name = long_name, .units = "1", .type = type, .axes = 1, .axis = {axis}};
}

// Tell readers what missing numbers look like. Integers get no `_FillValue`: xarray would turn them
// into floating point for it.
static vt_error put_fill_value(const vt_maker *m, hid_t dataset, hid_t type) {
  if (H5Tget_class(type) != H5T_FLOAT) return VT_OK;
  const double wide = (double)NAN;
  const float narrow = NAN;
  const bool is_double = H5Tget_size(type) == sizeof wide;
  const void *value = is_double ? (const void *)&wide : (const void *)&narrow;
  return vt_maker_put_values(m, dataset, "_FillValue", type, m->scalar, value);
}

// What lies along an axis besides its coordinates.
enum { MOST_ALONG = VT_AXIS_TEXTS + 1 };

typedef struct along {
  const char *name;
  const char *const *text; // NULL: the axis's flag
} along;

static vt_error list_along(const vt_maker *m, int index, along *list, int *count) {
  static const char *const suffix[VT_AXIS_TEXTS] = {"name", "unit", "location", "choice",
                                                    "process"};
  const vt_dimension *axis = &m->axis[index];
  *count = 0;
  for (int k = 0; k < VT_AXIS_TEXTS; k++) {
    if (!axis->text[k]) continue;
    const ptrdiff_t bytes = (ptrdiff_t)strlen(axis->name) + 16;
    char *name;
    VT_ARENA_NEW(m->arena, name, bytes);
    (void)snprintf(name, (size_t)bytes, "%s_%s", axis->name, suffix[k]);
    list[(*count)++] = (along){name, axis->text[k]};
  }
  if (index == m->scenario_axis && m->layout->scenario_text)
    list[(*count)++] = (along){m->layout->scenario_text_name, m->layout->scenario_text};
  if (axis->flag) list[(*count)++] = (along){axis->flag_name, NULL};
  return VT_OK;
}

static vt_error add_names(vt_text *names, const along *list, int count, const char *own) {
  for (int i = 0; i < count; i++) {
    if (strcmp(list[i].name, own) == 0) continue;
    VT_TRY(vt_text_add(names, "%s%s", names->length > 0 ? " " : "", list[i].name));
  }
  return VT_OK;
}

// CF: names along an axis that are not its coordinates.
static vt_error put_coordinates(const vt_maker *m, hid_t dataset, const vt_field *f) {
  vt_text names = {0};
  vt_error added = VT_OK;
  for (int k = 0; k < f->axes && added == VT_OK; k++) {
    along list[MOST_ALONG];
    int count;
    added = list_along(m, f->axis[k], list, &count);
    if (added == VT_OK) added = add_names(&names, list, count, f->name);
  }
  if (added == VT_OK && names.length > 0) {
    added = vt_maker_put_text(m, dataset, "coordinates", names.bytes);
  }
  vt_text_free(&names);
  return added;
}

static vt_error make_dataset(vt_maker *m, const vt_maker_group *g, const vt_field *f,
                             hid_t *dataset) {
  hsize_t extent[VT_FIELD_AXES];
  for (int k = 0; k < f->axes; k++) extent[k] = (hsize_t)m->axis[f->axis[k]].size;
  hid_t properties, space = m->scalar;
  VT_TRY(dataset_properties(m, f->type, &properties));
  if (f->axes > 0) {
    MADE(m, space = vt_h5_keep(&m->pool, H5Screate_simple(f->axes, extent, NULL)));
  }
  MADE(m, *dataset = vt_h5_keep(&m->pool, H5Dcreate2(g->id, f->name, f->type, space, H5P_DEFAULT,
                                                     properties, H5P_DEFAULT)));
  return put_meaning(m, *dataset, f->long_name, f->units);
}

// A variable: a dataset whose axes are those of its group.
vt_error vt_maker_add_variable(vt_maker *m, const vt_maker_group *g, const vt_field *f,
                               hid_t *dataset) {
  hid_t made_it;
  VT_TRY(make_dataset(m, g, f, &made_it));
  VT_TRY(put_fill_value(m, made_it, f->type));
  VT_TRY(put_coordinates(m, made_it, f));
  for (int k = 0; k < f->axes; k++) {
    MADE(m, H5DSattach_scale(made_it, g->scale[f->axis[k]], (unsigned)k));
  }
  if (dataset) *dataset = made_it;
  return VT_OK;
}

static vt_error write_texts(vt_maker *m, hid_t dataset, const char *const *text, ptrdiff_t count) {
  const char **clean;
  VT_ARENA_NEW(m->arena, clean, count);
  for (ptrdiff_t i = 0; i < count; i++) VT_TRY(clean_text(m, text[i], &clean[i]));
  // HDF5 clears its whole conversion buffer each time, 1 MB unless told otherwise.
  hid_t transfer;
  MADE(m, transfer = vt_h5_keep(&m->pool, H5Pcreate(H5P_DATASET_XFER)));
  MADE(m, H5Pset_buffer(transfer, 1 << 14, NULL, NULL));
  MADE(m, H5Dwrite(dataset, m->text_type, H5S_ALL, H5S_ALL, transfer, (const void *)clean));
  return VT_OK;
}

// The scenarios' numbers are not stored by anyone: they count up from the first.
static vt_error write_numbers(const vt_maker *m, hid_t dataset, const vt_dimension *axis) {
  enum { AT_ONCE = 1 << 16 };
  if (axis->number && !axis->integer) {
    MADE(m, H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, axis->number));
    return VT_OK;
  }
  int64_t *value;
  VT_ARENA_NEW(m->arena, value, axis->size);
  for (ptrdiff_t i = 0; i < axis->size; i++) {
    value[i] = axis->number ? (int64_t)llround(axis->number[i]) : m->layout->first + i;
  }
  MADE(m, H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, value));
  return VT_OK;
}

// An axis without coordinates is a scale by whose name netCDF knows that it is no variable.
static vt_error make_bare_axis(vt_maker *m, const vt_maker_group *g, int axis, hid_t *scale) {
  const hsize_t extent = (hsize_t)m->axis[axis].size;
  hid_t properties, space;
  VT_TRY(dataset_properties(m, H5T_IEEE_F32BE, &properties)); // a reader wants it whole
  MADE(m, space = vt_h5_keep(&m->pool, H5Screate_simple(1, &extent, NULL)));
  MADE(m, *scale = vt_h5_keep(&m->pool, H5Dcreate2(g->id, m->axis[axis].name, H5T_IEEE_F32BE, space,
                                                   H5P_DEFAULT, properties, H5P_DEFAULT)));
  char name[80];
  (void)snprintf(name, sizeof name, "This is a netCDF dimension but not a netCDF variable.%10td",
                 m->axis[axis].size);
  MADE(m, H5DSset_scale(*scale, name));
  return VT_OK;
}

static vt_error make_coordinate(vt_maker *m, const vt_maker_group *g, int index, hid_t *scale) {
  const vt_dimension *axis = &m->axis[index];
  const bool text = axis->label != NULL;
  const hid_t number = axis->integer ? H5T_STD_I64LE : H5T_IEEE_F64LE;
  const vt_field f =
      vt_maker_along(axis->name, axis->long_name, text ? m->text_type : number, index);
  VT_TRY(make_dataset(m, g, &f, scale));
  MADE(m, H5DSset_scale(*scale, axis->name));
  if (text) {
    VT_TRY(write_texts(m, *scale, axis->label, axis->size));
  } else {
    VT_TRY(write_numbers(m, *scale, axis));
  }
  return VT_OK;
}

// A flag along an axis, such as which years were added to the horizon.
static vt_error make_flags(vt_maker *m, const vt_maker_group *g, int index) {
  const vt_dimension *axis = &m->axis[index];
  const vt_field f = vt_maker_along(axis->flag_name, axis->flag_long_name, H5T_STD_I8LE, index);
  hid_t flags;
  VT_TRY(vt_maker_add_variable(m, g, &f, &flags));
  MADE(m, H5Dwrite(flags, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, axis->flag));
  return VT_OK;
}

static vt_error make_texts(vt_maker *m, const vt_maker_group *g, int index, const along *texts) {
  const vt_field f = vt_maker_along(texts->name, texts->name, m->text_type, index);
  hid_t names;
  VT_TRY(vt_maker_add_variable(m, g, &f, &names));
  return write_texts(m, names, texts->text, m->axis[index].size);
}

static vt_error make_axis(vt_maker *m, vt_maker_group *g, int index) {
  const vt_dimension *axis = &m->axis[index];
  hid_t *scale = &g->scale[index];
  if (axis->label || axis->number || index == m->scenario_axis) {
    VT_TRY(make_coordinate(m, g, index, scale));
  } else {
    VT_TRY(make_bare_axis(m, g, index, scale));
  }
  const int id = m->netcdf_dimensions++;
  VT_TRY(vt_maker_put_values(m, *scale, "_Netcdf4Dimid", H5T_NATIVE_INT, m->scalar, &id));
  along list[MOST_ALONG];
  int count;
  VT_TRY(list_along(m, index, list, &count));
  if (axis->flag) VT_TRY(make_flags(m, g, index));
  for (int i = 0; i < count; i++) {
    if (list[i].text) VT_TRY(make_texts(m, g, index, &list[i]));
  }
  return VT_OK;
}

vt_error vt_maker_add_axes(vt_maker *m, vt_maker_group *g, const bool *used) {
  VT_ARENA_NEW(m->arena, g->scale, m->axes);
  for (int i = 0; i < m->axes; i++) g->scale[i] = -1;
  // The scenario comes first in every listing.
  if (used[m->scenario_axis]) VT_TRY(make_axis(m, g, m->scenario_axis));
  for (int i = 0; i < m->axes; i++) {
    if (used[i] && i != m->scenario_axis) VT_TRY(make_axis(m, g, i));
  }
  return VT_OK;
}

vt_error vt_maker_group_add(vt_maker *m, const char *name, vt_maker_group *g) {
  hid_t properties;
  VT_TRY(vt_maker_properties(m, H5P_GROUP_CREATE, &properties));
  MADE(m, g->id = vt_h5_keep(&m->pool,
                             H5Gcreate2(m->file, name, H5P_DEFAULT, properties, H5P_DEFAULT)));
  return VT_OK;
}
