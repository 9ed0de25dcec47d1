// store_columns.c - columns of a store: lists of numbers and texts, written and read.
//
// What is read may have been made by anybody. Nothing is allocated before the file is known to hold
// that much, links lead nowhere else, and packed chunks are unpacked here: HDF5 trusts their sizes.
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

const char *const vt_uncertainty_names[VT_UNCERTAINTY_REALS] = {"loc", "scale", "shape", "minimum",
                                                                "maximum"};

enum { DEFLATE_LEVEL = 1, CHECK_BYTES = 4, MOST_LINKS = 65535 };

// Bit of the second filter.
enum { DEFLATE_SKIPPED = 1 << 1 };

static const char texts_name[] = "texts";

vt_store_name vt_numbered(ptrdiff_t number) {
  vt_store_name name;
  (void)snprintf(name.text, sizeof name.text, "%td", number);
  return name;
}

vt_store_name vt_composed(const char *first, const char *second) {
  vt_store_name name;
  (void)snprintf(name.text, sizeof name.text, "%s_%s", first, second);
  return name;
}

void vt_store_quiet(void) {
  // Its own locks would meet ours; what the environment says of them wins over properties.
  (void)setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  (void)H5dont_atexit();
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static hid_t stored_type(vt_column_type type) {
  switch (type) {
    case VT_COLUMN_INT8: return H5T_STD_I8LE;
    case VT_COLUMN_TEXT:
    case VT_COLUMN_INT32: return H5T_STD_I32LE;
    case VT_COLUMN_INT64: return H5T_STD_I64LE;
    case VT_COLUMN_FLOAT32: return H5T_IEEE_F32LE;
    case VT_COLUMN_FLOAT64: return H5T_IEEE_F64LE;
  }
  return -1;
}

size_t vt_column_bytes(vt_column_type type) {
  switch (type) {
    case VT_COLUMN_INT8: return 1;
    case VT_COLUMN_TEXT:
    case VT_COLUMN_INT32:
    case VT_COLUMN_FLOAT32: return 4;
    case VT_COLUMN_INT64:
    case VT_COLUMN_FLOAT64: return 8;
  }
  return 8;
}

// -------------------------------------------------------------------------------------------------
// Writing: the file is in memory, so that what fails is want of memory.

static vt_error fail_making(const char *name) {
  VT_FAIL(VT_ERR_SYSTEM, "out of memory for '%s' of the store", name);
}

bool vt_make_plain(hid_t properties) {
  return properties >= 0 && H5Pset_obj_track_times(properties, false) >= 0 &&
         H5Pset_link_phase_change(properties, MOST_LINKS, MOST_LINKS - 1) >= 0;
}

vt_error vt_make_group(hid_t at, const char *name, hid_t *group) {
  const hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
  *group =
      vt_make_plain(properties) ? H5Gcreate2(at, name, H5P_DEFAULT, properties, H5P_DEFAULT) : -1;
  if (properties >= 0) (void)H5Pclose(properties);
  return *group >= 0 ? VT_OK : fail_making(name);
}

vt_error vt_make_within(vt_store_maker *m, hid_t at, const char *name, vt_make_function *make,
                        int index) {
  vt_arena *outer = m->scratch;
  hid_t group;
  VT_TRY(vt_make_group(at, name, &group));
  vt_error error = vt_arena_create(&m->scratch);
  if (error == VT_OK) error = make(m, group, index);
  vt_arena_free(m->scratch);
  m->scratch = outer;
  (void)H5Gclose(group);
  return error;
}

// Text of a fixed length; what is too long for an attribute is cut, since it is for people.
vt_error vt_make_attribute(hid_t at, const char *name, const char *text) {
  size_t length = strlen(text);
  if (length > VT_STORE_NAME - 1) length = VT_STORE_NAME - 1;
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  hid_t attribute = -1;
  const bool made = H5Tset_size(type, length > 0 ? length : 1) >= 0 &&
                    H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
                    H5Tset_cset(type, H5T_CSET_UTF8) >= 0 &&
                    (attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT)) >= 0;
  const bool written = made && H5Awrite(attribute, type, text) >= 0;
  if (attribute >= 0) (void)H5Aclose(attribute);
  (void)H5Sclose(space);
  (void)H5Tclose(type);
  return written ? VT_OK : fail_making(name);
}

static hid_t column_properties(ptrdiff_t count, size_t bytes) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t chunk = (hsize_t)(count < VT_STORE_CHUNK ? count : VT_STORE_CHUNK);
  const bool small = (size_t)count * bytes <= VT_STORE_SMALL;
  // Times would make equal imports differ in bytes.
  bool set = properties >= 0 && H5Pset_obj_track_times(properties, false) >= 0;
  if (small) {
    set = set && H5Pset_layout(properties, H5D_COMPACT) >= 0;
  } else {
    set = set && H5Pset_chunk(properties, 1, &chunk) >= 0 && H5Pset_shuffle(properties) >= 0 &&
          H5Pset_deflate(properties, DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(properties) >= 0;
  }
  if (set) return properties;
  if (properties >= 0) (void)H5Pclose(properties);
  return -1;
}

static vt_error write_column(hid_t at, const char *name, vt_column_type type, ptrdiff_t count,
                             const void *values) {
  if (count == 0) return VT_OK;
  const hsize_t extent = (hsize_t)count;
  const hid_t space = H5Screate_simple(1, &extent, NULL);
  const hid_t properties = column_properties(count, vt_column_bytes(type));
  hid_t column = -1;
  if (space >= 0 && properties >= 0)
    column = H5Dcreate2(at, name, stored_type(type), space, H5P_DEFAULT, properties, H5P_DEFAULT);
  const bool written = column >= 0 && H5Dwrite(column, stored_type(type), H5S_ALL, H5S_ALL,
                                               H5P_DEFAULT, values) >= 0;
  const bool closed = column >= 0 && H5Dclose(column) >= 0;
  if (properties >= 0) (void)H5Pclose(properties);
  if (space >= 0) (void)H5Sclose(space);
  return written && closed ? VT_OK : fail_making(name);
}

vt_error vt_digest_add(vt_store_maker *m, const char *name, const void *bytes, ptrdiff_t length) {
  char hex[65];
  vt_sha256(bytes, length, hex);
  return vt_text_add(&m->digest, "%s %td %s\n", name, length, hex);
}

vt_error vt_make_column(vt_store_maker *m, hid_t at, const char *name, vt_column_type type,
                        ptrdiff_t count, const void *values) {
  if (count == 0) return VT_OK;
  VT_TRY(vt_digest_add(m, name, values, count * (ptrdiff_t)vt_column_bytes(type)));
  return write_column(at, name, type, count, values);
}

// Whether 32 bits hold every number.
static bool are_single(ptrdiff_t count, const double *values) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const double again = (double)(float)values[i];
    if (again < values[i] || again > values[i]) return false;
  }
  return true;
}

vt_error vt_make_reals(vt_store_maker *m, hid_t at, const char *name, ptrdiff_t count,
                       const double *values) {
  if (count == 0) return VT_OK;
  if (!are_single(count, values))
    return vt_make_column(m, at, name, VT_COLUMN_FLOAT64, count, values);
  VT_TRY(vt_digest_add(m, name, values, count * (ptrdiff_t)sizeof *values));
  float *single;
  VT_NEW(single, count);
  for (ptrdiff_t i = 0; i < count; i++) single[i] = (float)values[i];
  const vt_error error = write_column(at, name, VT_COLUMN_FLOAT32, count, single);
  free(single);
  return error;
}

static vt_error place_texts(vt_labels *pool, ptrdiff_t count, const char *const *texts, int *place,
                            vt_text *all) {
  for (ptrdiff_t i = 0; i < count; i++) {
    place[i] = -1;
    const ptrdiff_t length = texts[i] ? (ptrdiff_t)strlen(texts[i]) : 0;
    VT_TRY(texts[i] ? vt_text_add_bytes(all, texts[i], length + 1)
                    : vt_text_add_bytes(all, "\xff", 2)); // which no UTF-8 text is
    if (texts[i]) VT_TRY(vt_labels_add(pool, texts[i], length, &place[i], NULL));
  }
  return VT_OK;
}

vt_error vt_make_texts(vt_store_maker *m, hid_t at, const char *name, vt_labels *pool,
                       ptrdiff_t count, const char *const *texts) {
  bool any = false;
  for (ptrdiff_t i = 0; i < count && !any; i++) any = texts[i] != NULL;
  if (!any) return VT_OK;
  int *place;
  VT_NEW(place, count);
  vt_text all = {0};
  vt_error error = place_texts(pool, count, texts, place, &all);
  if (error == VT_OK) error = vt_digest_add(m, name, all.bytes, all.length);
  if (error == VT_OK) error = write_column(at, name, VT_COLUMN_INT32, count, place);
  vt_text_free(&all);
  free(place);
  return error;
}

vt_error vt_make_pool(hid_t at, const vt_labels *pool) {
  vt_text all = {0};
  vt_error error = VT_OK;
  for (int i = 0; i < vt_labels_count(pool) && error == VT_OK; i++) {
    const char *text = vt_labels_get(pool, i);
    error = vt_text_add_bytes(&all, text, (ptrdiff_t)strlen(text) + 1);
  }
  if (error == VT_OK) error = write_column(at, texts_name, VT_COLUMN_INT8, all.length, all.bytes);
  vt_text_free(&all);
  return error;
}

// -------------------------------------------------------------------------------------------------
// Reading.

vt_error vt_store_fail(const vt_store *store, hid_t at, const char *name, const char *what) {
  char group[256] = "";
  if (H5Iget_name(at, group, sizeof group) < 0) group[0] = '\0';
  VT_FAIL(VT_ERR_INPUT, "%s: not a sound store: '%s%s%s': %s", store->path, group,
          group[0] && group[strlen(group) - 1] != '/' ? "/" : "", name, what);
}

bool vt_store_is_bomb(const vt_store *store) {
  return store->unpacked > (32U << 20) && store->unpacked / 200 > store->bytes;
}

// An object of the file itself: other kinds of links may lead to any file.
bool vt_store_has(hid_t at, const char *name) {
  H5L_info_t info;
  return H5Lexists(at, name, H5P_DEFAULT) > 0 && H5Lget_info(at, name, &info, H5P_DEFAULT) >= 0 &&
         info.type == H5L_TYPE_HARD;
}

vt_error vt_store_enter(const vt_store *store, hid_t at, const char *name, hid_t *group) {
  *group = vt_store_has(at, name) ? H5Gopen2(at, name, H5P_DEFAULT) : -1;
  return *group >= 0 ? VT_OK : vt_store_fail(store, at, name, "found no such group");
}

vt_error vt_store_attribute(const vt_store *store, hid_t at, const char *name,
                            char text[VT_STORE_NAME]) {
  memset(text, 0, VT_STORE_NAME);
  const hid_t attribute = H5Aopen(at, name, H5P_DEFAULT);
  if (attribute < 0) return vt_store_fail(store, at, name, "found no such attribute");
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const bool plain = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING &&
                     H5Tis_variable_str(type) == 0 && H5Tget_size(type) < VT_STORE_NAME &&
                     H5Sget_simple_extent_type(space) == H5S_SCALAR;
  const bool taken = plain && H5Aread(attribute, type, text) >= 0;
  if (type >= 0) (void)H5Tclose(type);
  if (space >= 0) (void)H5Sclose(space);
  (void)H5Aclose(attribute);
  return taken ? VT_OK : vt_store_fail(store, at, name, "expected an attribute with a text");
}

// A column while it is read.
typedef struct taken_column {
  vt_store *store;
  hid_t at;
  const char *name;
  hid_t dataset;
  vt_column_type type;
  hsize_t count, chunk; // chunk 0: in the object header
} taken_column;

static vt_error fail_column(const taken_column *c, const char *what) {
  return vt_store_fail(c->store, c->at, c->name, what);
}

static bool is_of_type(hid_t dataset, vt_column_type type) {
  const hid_t found = H5Dget_type(dataset);
  const bool same = found >= 0 && H5Tequal(found, stored_type(type)) > 0;
  if (found >= 0) (void)H5Tclose(found);
  return same;
}

// Shuffle, deflate, check sum, as they are written here.
static bool has_our_filters(hid_t properties) {
  static const H5Z_filter_t expected[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                          H5Z_FILTER_FLETCHER32};
  enum { FILTERS = sizeof expected / sizeof expected[0] };
  if (H5Pget_nfilters(properties) != FILTERS) return false;
  for (unsigned i = 0; i < FILTERS; i++) {
    unsigned flags = 0;
    size_t values = 0;
    if (H5Pget_filter2(properties, i, &flags, &values, NULL, 0, NULL, NULL) != expected[i])
      return false;
  }
  return true;
}

static bool get_layout(taken_column *c, hid_t properties) {
  const H5D_layout_t layout = H5Pget_layout(properties);
  if (layout == H5D_COMPACT) return c->count * vt_column_bytes(c->type) <= VT_STORE_SMALL;
  if (layout != H5D_CHUNKED) return false;
  const hsize_t expected = c->count < VT_STORE_CHUNK ? c->count : VT_STORE_CHUNK;
  return H5Pget_chunk(properties, 1, &c->chunk) == 1 && c->chunk == expected &&
         has_our_filters(properties);
}

static vt_error describe_column(taken_column *c) {
  const hid_t space = H5Dget_space(c->dataset);
  const bool list = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
                    H5Sget_simple_extent_dims(space, &c->count, NULL) == 1;
  if (space >= 0) (void)H5Sclose(space);
  if (!list || c->count == 0 || c->count > INT64_MAX / 16)
    return fail_column(c, "expected a list of numbers");
  if (!is_of_type(c->dataset, c->type)) return fail_column(c, "found numbers of another type");
  const hid_t properties = H5Dget_create_plist(c->dataset);
  const bool known = properties >= 0 && get_layout(c, properties);
  if (properties >= 0) (void)H5Pclose(properties);
  if (!known) return fail_column(c, "found another way of storing it");
  const hsize_t stored = H5Dget_storage_size(c->dataset);
  const uint64_t bytes = c->count * vt_column_bytes(c->type);
  // Deflate packs a thousandfold at most.
  if (stored > c->store->bytes || bytes / 1100 > stored || (c->chunk == 0 && stored != bytes))
    return fail_column(c, "found fewer bytes than its length needs");
  c->store->unpacked += bytes;
  if (vt_store_is_bomb(c->store))
    return fail_column(c, "found more bytes than data of this kind ever unpack to");
  return VT_OK;
}

// Fletcher's check sum over 16-bit words, high byte first, as HDF5 has it.
static uint32_t check_sum(const unsigned char *bytes, size_t length) {
  uint32_t low = 0, high = 0;
  size_t words = length / 2;
  while (words > 0) {
    size_t block = words < 360 ? words : 360; // the sums cannot overflow in so many steps
    for (words -= block; block > 0; block--, bytes += 2) {
      low += (uint32_t)bytes[0] << 8 | bytes[1];
      high += low;
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
  }
  if (length % 2) {
    low += (uint32_t)*bytes << 8;
    high += low;
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
  }
  low = (low & 0xffff) + (low >> 16);
  high = (high & 0xffff) + (high >> 16);
  return high << 16 | low;
}

static uint32_t little_endian(const unsigned char *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

// Scratch of one column.
typedef struct unpacking {
  unsigned char *packed, *shuffled;
  hsize_t room;
} unpacking;

static vt_error read_packed(const taken_column *c, const hsize_t *offset, unpacking *u,
                            hsize_t *length, uint32_t *skipped) {
  if (H5Dget_chunk_storage_size(c->dataset, offset, length) < 0 || *length <= CHECK_BYTES ||
      *length > c->store->bytes)
    return fail_column(c, "a part is missing");
  if (*length > u->room) {
    free(u->packed);
    u->packed = NULL;
    VT_NEW(u->packed, *length);
    u->room = *length;
  }
  if (H5Dread_chunk(c->dataset, H5P_DEFAULT, offset, skipped, u->packed) < 0)
    return fail_column(c, "a part cannot be read");
  if (*skipped != 0 && *skipped != DEFLATE_SKIPPED)
    return fail_column(c, "found another way of storing it");
  *length -= CHECK_BYTES;
  const uint32_t expected = little_endian(u->packed + *length);
  if (check_sum(u->packed, *length) != expected)
    return fail_column(c, "found a wrong check sum, so the file is damaged");
  return VT_OK;
}

static vt_error unpack_chunk(const taken_column *c, const hsize_t *offset, unpacking *u, char *to) {
  const size_t item = vt_column_bytes(c->type), chunk = c->chunk;
  hsize_t length = 0;
  uint32_t skipped = 0;
  VT_TRY(read_packed(c, offset, u, &length, &skipped));
  uLongf unpacked = chunk * item;
  const unsigned char *shuffled = u->shuffled;
  if (skipped == DEFLATE_SKIPPED) { // what does not pack stays as it is
    shuffled = u->packed;
    unpacked = length;
  } else if (uncompress(u->shuffled, &unpacked, u->packed, length) != Z_OK) {
    unpacked = 0;
  }
  if (unpacked != chunk * item) return fail_column(c, "a part cannot be unpacked");
  const size_t left = c->count - *offset, items = left < chunk ? left : chunk;
  for (size_t b = 0; b < item; b++) {
    const unsigned char *plane = shuffled + b * chunk;
    for (size_t i = 0; i < items; i++) to[i * item + b] = (char)plane[i];
  }
  return VT_OK;
}

static vt_error unpack_column(const taken_column *c, char *to) {
  const size_t item = vt_column_bytes(c->type);
  unpacking u = {0};
  VT_NEW(u.shuffled, c->chunk * item);
  vt_error error = VT_OK;
  for (hsize_t at = 0; at < c->count && error == VT_OK; at += c->chunk)
    error = unpack_chunk(c, &at, &u, to + at * item);
  free(u.packed);
  free(u.shuffled);
  return error;
}

static vt_error read_values(const taken_column *c, void *to) {
  if (c->chunk > 0) return unpack_column(c, to);
  if (H5Dread(c->dataset, stored_type(c->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0)
    return fail_column(c, "cannot be read");
  return VT_OK;
}

static vt_error take_open(taken_column *c, int64_t count, vt_arena *arena, void **values) {
  VT_TRY(describe_column(c));
  if (count >= 0 && c->count != (hsize_t)count)
    return fail_column(c, "found another length than the store says elsewhere");
  const ptrdiff_t bytes = (ptrdiff_t)(c->count * vt_column_bytes(c->type));
  char *made;
  VT_ARENA_NEW(arena, made, bytes);
  VT_TRY(read_values(c, made));
  *values = made;
  return VT_OK;
}

// A column of `count` items, of any number where that is negative.
static vt_error take_column(vt_store *store, hid_t at, const char *name, vt_column_type type,
                            int64_t count, vt_arena *arena, void *values, ptrdiff_t *length) {
  void *made = NULL;
  memcpy(values, &made, sizeof made);
  *length = 0;
  if (!vt_store_has(at, name)) return VT_OK;
  taken_column c = {.store = store, .at = at, .name = name, .type = type};
  c.dataset = H5Dopen2(at, name, H5P_DEFAULT);
  if (c.dataset < 0) return fail_column(&c, "cannot be read");
  const vt_error error = take_open(&c, count, arena, &made);
  (void)H5Dclose(c.dataset);
  VT_TRY(error);
  memcpy(values, &made, sizeof made);
  *length = (ptrdiff_t)c.count;
  return VT_OK;
}

vt_error vt_column_take(vt_store *store, hid_t at, const char *name, vt_column_type type,
                        int64_t count, void *values) {
  ptrdiff_t length;
  return take_column(store, at, name, type, count, store->scratch, values, &length);
}

vt_error vt_column_take_list(vt_store *store, hid_t at, const char *name, vt_column_type type,
                             vt_arena *arena, void *values, ptrdiff_t *length) {
  return take_column(store, at, name, type, -1, arena, values, length);
}

static bool is_single(hid_t at, const char *name) {
  if (!vt_store_has(at, name)) return false;
  const hid_t dataset = H5Dopen2(at, name, H5P_DEFAULT);
  const bool single = dataset >= 0 && is_of_type(dataset, VT_COLUMN_FLOAT32);
  if (dataset >= 0) (void)H5Dclose(dataset);
  return single;
}

vt_error vt_column_take_reals(vt_store *store, hid_t at, const char *name, int64_t count,
                              vt_arena *arena, double **values) {
  ptrdiff_t length;
  if (!is_single(at, name))
    return take_column(store, at, name, VT_COLUMN_FLOAT64, count, arena, values, &length);
  float *single;
  VT_TRY(vt_column_take(store, at, name, VT_COLUMN_FLOAT32, count, &single));
  VT_ARENA_NEW(arena, *values, count);
  for (int64_t i = 0; i < count; i++) (*values)[i] = (double)single[i];
  return VT_OK;
}

vt_error vt_column_take_texts(vt_store *store, hid_t at, const char *name, int64_t count,
                              const vt_pool *pool, const char ***texts) {
  int *place;
  VT_TRY(vt_column_take(store, at, name, VT_COLUMN_INT32, count, &place));
  VT_ARENA_NEW(store->scratch, *texts, count);
  for (int64_t i = 0; place && i < count; i++) {
    if (place[i] < -1 || place[i] >= pool->texts)
      return vt_store_fail(store, at, name, "found a text that the store does not hold");
    if (place[i] >= 0) (*texts)[i] = pool->text[place[i]];
  }
  return VT_OK;
}

vt_error vt_pool_take(vt_store *store, hid_t at, vt_pool *pool) {
  char *bytes;
  ptrdiff_t length;
  *pool = (vt_pool){0};
  VT_TRY(vt_column_take_list(store, at, texts_name, VT_COLUMN_INT8, store->arena, &bytes, &length));
  if (!bytes) return VT_OK;
  if (bytes[length - 1] != '\0') return vt_store_fail(store, at, texts_name, "found no end");
  ptrdiff_t count = 0;
  for (ptrdiff_t i = 0; i < length; i++) count += bytes[i] == '\0';
  if (count > INT32_MAX / 2) return vt_store_fail(store, at, texts_name, "found too many texts");
  VT_ARENA_NEW(store->arena, pool->text, count);
  for (const char *text = bytes; text < bytes + length; text += strlen(text) + 1)
    pool->text[pool->texts++] = text;
  return VT_OK;
}
