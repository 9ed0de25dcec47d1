// same_results - whether two results files hold the same, bit by bit.
//
//   same_results A.h5 B.h5
//
// Compares every dataset (type, shape, bytes; NaN equals the same NaN) and every attribute, except
// what may differ between runs of one study: the group /performance and the time stamps `created`
// and `history` of the root. Exit code 0: the same, 1: not (each difference on stdout), 2: a file
// cannot be read.
#include <hdf5.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPORTED = 20, NAME_BYTES = 512 };

typedef struct comparison {
  hid_t other; // the second file
  int datasets, attributes, differences;
} comparison;

static void differ(comparison *c, const char *name, const char *what) {
  if (++c->differences <= MAX_REPORTED) printf("%s: %s\n", name, what);
}

// ---------------------------------------------------------------------------------------------
// Values. Strings and variable-length sequences are pointers in memory, so they are compared by
// what they point at; references by the name of what they refer to.

static bool same_value(hid_t owner_a, hid_t owner_b, hid_t type, const void *a, const void *b);

static bool same_reference(hid_t owner_a, hid_t owner_b, const void *a, const void *b) {
  char name_a[NAME_BYTES] = "", name_b[NAME_BYTES] = "";
  const ssize_t length_a = H5Rget_name(owner_a, H5R_OBJECT, a, name_a, sizeof name_a);
  const ssize_t length_b = H5Rget_name(owner_b, H5R_OBJECT, b, name_b, sizeof name_b);
  return length_a == length_b && strcmp(name_a, name_b) == 0;
}

static bool same_sequence(hid_t owner_a, hid_t owner_b, hid_t type, const void *a, const void *b) {
  hvl_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  if (x.len != y.len) return false;
  const hid_t item = H5Tget_super(type);
  const size_t bytes = H5Tget_size(item);
  bool same = true;
  for (size_t n = 0; same && n < x.len; n++)
    same = same_value(owner_a, owner_b, item, (const char *)x.p + n * bytes,
                      (const char *)y.p + n * bytes);
  H5Tclose(item);
  return same;
}

static bool same_value(hid_t owner_a, hid_t owner_b, hid_t type, const void *a, const void *b) {
  if (H5Tis_variable_str(type) > 0) {
    const char *x = NULL, *y = NULL;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y || (x && y && strcmp(x, y) == 0);
  }
  const H5T_class_t class = H5Tget_class(type);
  if (class == H5T_REFERENCE) return same_reference(owner_a, owner_b, a, b);
  if (class == H5T_VLEN) return same_sequence(owner_a, owner_b, type, a, b);
  return memcmp(a, b, H5Tget_size(type)) == 0;
}

typedef herr_t (*reader)(hid_t object, hid_t type, void *buffer);

static herr_t read_dataset(hid_t object, hid_t type, void *buffer) {
  return H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

static herr_t read_attribute(hid_t object, hid_t type, void *buffer) {
  return H5Aread(object, type, buffer);
}

static bool same_shape(hid_t a, hid_t b) {
  if (H5Sget_simple_extent_type(a) != H5Sget_simple_extent_type(b)) return false;
  return H5Sget_simple_extent_type(a) == H5S_NULL || H5Sextent_equal(a, b) > 0;
}

// First position that differs, -1 if none, -2 if the data cannot be read.
static int64_t first_difference(hid_t a, hid_t b, hid_t type, hid_t space, reader read) {
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  if (points <= 0) return points == 0 ? -1 : -2;
  const size_t count = (size_t)points, bytes = H5Tget_size(type);
  char *x = calloc(count, bytes), *y = calloc(count, bytes);
  int64_t place = -2;
  if (x && y && read(a, type, x) >= 0 && read(b, type, y) >= 0) {
    place = -1;
    for (size_t n = 0; place == -1 && n < count; n++)
      if (!same_value(a, b, type, x + n * bytes, y + n * bytes)) place = (int64_t)n;
    if (H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0) {
      H5Dvlen_reclaim(type, space, H5P_DEFAULT, x);
      H5Dvlen_reclaim(type, space, H5P_DEFAULT, y);
    }
  }
  free(x);
  free(y);
  return place;
}

static void compare_values(comparison *c, const char *name, hid_t a, hid_t b, bool attribute) {
  const hid_t type_a = attribute ? H5Aget_type(a) : H5Dget_type(a);
  const hid_t type_b = attribute ? H5Aget_type(b) : H5Dget_type(b);
  const hid_t space_a = attribute ? H5Aget_space(a) : H5Dget_space(a);
  const hid_t space_b = attribute ? H5Aget_space(b) : H5Dget_space(b);
  if (H5Tequal(type_a, type_b) <= 0) {
    differ(c, name, "types differ");
  } else if (!same_shape(space_a, space_b)) {
    differ(c, name, "shapes differ");
  } else {
    const int64_t place =
        first_difference(a, b, type_a, space_a, attribute ? read_attribute : read_dataset);
    char text[64];
    snprintf(text, sizeof text, "data differ, first at position %" PRId64, place);
    if (place == -2) differ(c, name, "cannot be read");
    if (place >= 0) differ(c, name, text);
  }
  H5Sclose(space_a);
  H5Sclose(space_b);
  H5Tclose(type_a);
  H5Tclose(type_b);
}

// ---------------------------------------------------------------------------------------------
// Attributes of one object.

typedef struct owner {
  comparison *c;
  const char *name;
  hid_t other;
} owner;

static herr_t compare_attribute(hid_t object, const char *attribute, const H5A_info_t *info,
                                void *data) {
  (void)info;
  const owner *o = data;
  const bool time_stamp = strcmp(attribute, "created") == 0 || strcmp(attribute, "history") == 0;
  if (time_stamp && strcmp(o->name, "/") == 0) return 0;
  // Back references of dimension scales: the other end, DIMENSION_LIST, is compared.
  if (strcmp(attribute, "REFERENCE_LIST") == 0) return 0;
  char name[NAME_BYTES];
  snprintf(name, sizeof name, "%s@%s", o->name, attribute);
  if (H5Aexists(o->other, attribute) <= 0) {
    differ(o->c, name, "only in the first file");
    return 0;
  }
  o->c->attributes++;
  const hid_t a = H5Aopen(object, attribute, H5P_DEFAULT);
  const hid_t b = H5Aopen(o->other, attribute, H5P_DEFAULT);
  compare_values(o->c, name, a, b, true);
  H5Aclose(a);
  H5Aclose(b);
  return 0;
}

static int count_attributes(hid_t object) {
  H5O_info_t info;
  return H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0 ? -1 : (int)info.num_attrs;
}

// ---------------------------------------------------------------------------------------------
// Objects.

static bool skipped(const char *path) {
  return strcmp(path, "performance") == 0 || strncmp(path, "performance/", 12) == 0;
}

static herr_t compare_object(hid_t root, const char *path, const H5O_info_t *info, void *data) {
  comparison *c = data;
  if (skipped(path)) return 0;
  const bool is_root = strcmp(path, ".") == 0;
  char name[NAME_BYTES];
  snprintf(name, sizeof name, "/%s", is_root ? "" : path);
  if (!is_root && H5Lexists(c->other, path, H5P_DEFAULT) <= 0) {
    differ(c, name, "only in the first file");
    return 0;
  }
  const hid_t a = H5Oopen(root, path, H5P_DEFAULT), b = H5Oopen(c->other, path, H5P_DEFAULT);
  if (a < 0 || b < 0 || H5Iget_type(a) != H5Iget_type(b)) {
    differ(c, name, "another kind of object");
  } else {
    if (info->type == H5O_TYPE_DATASET) {
      c->datasets++;
      compare_values(c, name, a, b, false);
    }
    hsize_t position = 0;
    owner o = {c, name, b};
    H5Aiterate2(a, H5_INDEX_NAME, H5_ITER_INC, &position, compare_attribute, &o);
    if (count_attributes(a) != count_attributes(b)) differ(c, name, "attributes differ in number");
  }
  if (a >= 0) H5Oclose(a);
  if (b >= 0) H5Oclose(b);
  return 0;
}

typedef struct search {
  comparison *c;
  hid_t first;
} search;

// The other way round: what only the second file has.
static herr_t find_object(hid_t root, const char *path, const H5O_info_t *info, void *data) {
  (void)root;
  (void)info;
  const search *s = data;
  if (strcmp(path, ".") == 0 || skipped(path)) return 0;
  if (H5Lexists(s->first, path, H5P_DEFAULT) <= 0) differ(s->c, path, "only in the second file");
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: same_results A.h5 B.h5\n");
    return 2;
  }
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  const hid_t a = H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t b = H5Fopen(argv[2], H5F_ACC_RDONLY, H5P_DEFAULT);
  if (a < 0 || b < 0) {
    fprintf(stderr, "same_results: cannot open '%s'\n", argv[a < 0 ? 1 : 2]);
    return 2;
  }
  comparison c = {.other = b};
  search s = {&c, a};
  if (H5Ovisit2(a, H5_INDEX_NAME, H5_ITER_INC, compare_object, &c, H5O_INFO_BASIC) < 0 ||
      H5Ovisit2(b, H5_INDEX_NAME, H5_ITER_INC, find_object, &s, H5O_INFO_BASIC) < 0)
    differ(&c, "/", "cannot be walked");
  H5Fclose(a);
  H5Fclose(b);
  if (c.differences > MAX_REPORTED) printf("... %d more\n", c.differences - MAX_REPORTED);
  printf("%s: %d datasets, %d attributes compared, %d differences\n",
         c.differences ? "different" : "same", c.datasets, c.attributes, c.differences);
  return c.differences ? 1 : 0;
}
