// fuzz_results.c - any results file that HDF5 can bear: shown or refused, whatever other programs
// made of a sound one. What HDF5 cannot bear is another process's to find out (src/results/look.c).
//
// The bytes are changes to the results file VT_FUZZ_SOURCE, three numbers each: which dataset, what
// is done to it, and how. Numbers are changed, datasets taken away, made anew with other axes and
// types, put in each other's place, linked to nowhere; attributes get other types.
//
//   clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -Iinclude -Isrc/cli
//     $(pkg-config --cflags hdf5-openmpi ompi-c) -o fuzz_results tests/fuzz/fuzz_results.c
//     src/cli/{show,report,report_json,print,variants,lines}.c
//     src/{results,statistics,layout,base}/*.c $(pkg-config --libs hdf5-openmpi ompi-c)
//     -lhdf5_openmpi_hl -lxxhash -lmd -lm
//   VT_FUZZ_SOURCE=basic.h5 ./fuzz_results -runs=100000
#include "show.h"
#include "vintner/results.h"

#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MOST_OBJECTS = 512, NAME_BYTES = 128, MOST_CHANGES = 6, MOST_ITEMS = 1 << 16 };

static vt_text sound;
static char path[64];
static char object[MOST_OBJECTS][NAME_BYTES];
static int objects;
static FILE *nowhere;

static void check(vt_error error) {
  if (error == VT_ERR_BUG) __builtin_trap();
  if (error != VT_OK && strchr(vt_error_message(), '\n')) __builtin_trap();
}

static herr_t list_object(hid_t root, const char *name, const H5O_info_t *info, void *context) {
  (void)root;
  (void)context;
  if (info->type == H5O_TYPE_DATASET && objects < MOST_OBJECTS)
    (void)snprintf(object[objects++], NAME_BYTES, "%s", name);
  return 0;
}

static void put_file(void) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(sound.bytes, 1, (size_t)sound.length, file) != (size_t)sound.length)
    __builtin_trap();
  if (fclose(file) != 0) __builtin_trap();
}

static void remove_file(void) {
  (void)unlink(path);
}

static void start(void) {
  const char *source = getenv("VT_FUZZ_SOURCE");
  (void)snprintf(path, sizeof path, "/dev/shm/fuzz-results-%d.h5", (int)getpid());
  (void)atexit(remove_file);
  if (!source || vt_text_read_file(source, &sound) != VT_OK) __builtin_trap();
  nowhere = fopen("/dev/null", "w");
  put_file();
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (!nowhere ||
      H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, list_object, NULL, H5O_INFO_BASIC) < 0)
    __builtin_trap();
  (void)H5Fclose(file);
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static uint32_t take(const uint8_t **bytes, const uint8_t *end) {
  uint32_t number = 0;
  for (int i = 0; i < 4 && *bytes < end; i++) number = number << 8 | *(*bytes)++;
  return number;
}

// One number of a dataset, or one that stands for none.
static void change_number(hid_t file, const char *name, uint32_t how) {
  const double numbers[] = {(double)how,  -1.0, 1e300,        (double)NAN, (double)INFINITY,
                            how % 16 - 8, 0.0,  2147483648.0, -1e-300};
  const hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  const bool numeric = H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER;
  const bool few = count > 0 && count <= MOST_ITEMS;
  double *all = numeric && few ? calloc((size_t)count, sizeof *all) : NULL;
  if (all && H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0) {
    all[how / 9 % (size_t)count] = numbers[how % 9];
    (void)H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
  }
  free(all);
  (void)H5Tclose(type);
  (void)H5Sclose(space);
  (void)H5Dclose(set);
}

// Types that such a file has, and others.
static hid_t make_type(uint32_t how) {
  static const size_t bytes[] = {1, 7, 300};
  if (how % 8 == 0) return H5Tcopy(H5T_IEEE_F64LE);
  if (how % 8 == 1) return H5Tcopy(H5T_STD_I8LE);
  if (how % 8 == 2) return H5Tcopy(H5T_IEEE_F32BE);
  if (how % 8 == 3) return H5Tcopy(H5T_STD_U64BE);
  if (how % 8 == 4) return H5Tcopy(H5T_STD_REF_OBJ);
  if (how % 8 == 5) {
    const hid_t pair = H5Tcreate(H5T_COMPOUND, 16);
    (void)H5Tinsert(pair, "x", 0, H5T_IEEE_F64LE);
    (void)H5Tinsert(pair, "y", 8, H5T_STD_I64LE);
    return pair;
  }
  const hid_t text = H5Tcopy(H5T_C_S1);
  (void)H5Tset_size(text, how % 8 == 6 ? H5T_VARIABLE : bytes[how / 8 % 3]);
  (void)H5Tset_strpad(text, how & 64 ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
  return text;
}

// `sparse`: of any size, since nothing is stored.
static hid_t make_space(uint32_t how, bool sparse) {
  static const hsize_t sizes[] = {1, 0, 2, 3, 5, 20, 1000, 65536};
  const int axes = (int)(how % 11);
  if (axes == 10) return H5Screate(H5S_NULL);
  hsize_t extent[10];
  const uint32_t most = axes == 1 || sparse ? 7 : 3;
  for (int a = 0; a < axes; a++) extent[a] = sizes[how >> (2 * a + 4) & most];
  return axes == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(axes, extent, NULL);
}

// Zeros, or what no text ends in.
static void fill(hid_t at, hid_t type, hid_t space, bool attribute, uint32_t how) {
  const hssize_t items = H5Sget_simple_extent_npoints(space);
  const size_t bytes = H5Tget_size(type);
  if (items <= 0 || items > MOST_ITEMS) return;
  void *value = calloc((size_t)items, bytes);
  if (!value) return;
  const bool plain = H5Tis_variable_str(type) <= 0 && H5Tget_class(type) != H5T_REFERENCE;
  if (plain) memset(value, (int)(how % 3 * 127), (size_t)items * bytes);
  if (attribute)
    (void)H5Awrite(at, type, value);
  else
    (void)H5Dwrite(at, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  free(value);
}

static void make_anew(hid_t file, const char *name, uint32_t how) {
  const bool sparse = how & 1U << 31;
  const hid_t type = make_type(how), space = make_space(how >> 6, sparse);
  if (sparse) {
    const hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const int axes = H5Sget_simple_extent_ndims(space);
    if (axes > 0) (void)H5Pset_chunk(create, axes, chunk);
    (void)H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT));
    (void)H5Pclose(create);
  } else {
    const hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    fill(set, type, space, false, how);
    (void)H5Dclose(set);
  }
  (void)H5Sclose(space);
  (void)H5Tclose(type);
}

static void change_attribute(hid_t file, const char *name, uint32_t how) {
  static const char *const names[] = {"units",          "choices", "study",   "title", "seed",
                                      "DIMENSION_LIST", "CLASS",   "created", "inputs"};
  const char *attribute = names[how % 9], *of = how & 1U << 30 ? "." : name;
  (void)H5Adelete_by_name(file, of, attribute, H5P_DEFAULT);
  if (how & 1U << 31) return;
  const hid_t type = make_type(how >> 4), space = make_space(how >> 12, false);
  const hid_t made =
      H5Acreate_by_name(file, of, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (made >= 0) fill(made, type, space, true, how);
  (void)H5Aclose(made);
  (void)H5Sclose(space);
  (void)H5Tclose(type);
}

static void change_link(hid_t file, const char *name, uint32_t how) {
  const char *other = object[how / 8 % (uint32_t)objects];
  if (strcmp(name, other) == 0 || H5Ldelete(file, name, H5P_DEFAULT) < 0) return;
  switch (how % 7) {
    case 0: (void)H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 1: (void)H5Lcreate_soft(name, file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 2: (void)H5Lcreate_soft("/", file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 3: (void)H5Lcreate_external("none.h5", other, file, name, H5P_DEFAULT, H5P_DEFAULT); break;
    case 4: (void)H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); break;
    case 5: make_anew(file, name, how >> 3); break;
    default: break;
  }
}

static void change_file(const uint8_t *bytes, const uint8_t *end) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  (void)H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
  (void)H5Pclose(access);
  if (file < 0) __builtin_trap();
  for (int i = 0; i < MOST_CHANGES && bytes < end; i++) {
    const uint32_t which = take(&bytes, end), what = take(&bytes, end), how = take(&bytes, end);
    const char *name = object[which % (uint32_t)objects];
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0) continue;
    const bool set = H5Oexists_by_name(file, name, H5P_DEFAULT) > 0;
    if (what % 4 == 0 && set) change_number(file, name, how);
    if (what % 4 == 1) change_link(file, name, how);
    if (what % 4 == 2 && H5Ldelete(file, name, H5P_DEFAULT) >= 0) make_anew(file, name, how);
    if (what % 4 == 3 && set) change_attribute(file, name, how);
  }
  (void)H5Fclose(file);
}

// Everything of a variable that a command may ask for.
static void use(vt_reader *reader, const char *name) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1], count;
  const char *axis[VT_MAX_DIMENSIONS + 1];
  double *value, rows[2048];
  (void)vt_reader_labels(reader, name);
  (void)vt_reader_text_of(reader, name, "units");
  (void)vt_reader_is_single(reader, name);
  (void)vt_reader_dimension(reader, name);
  for (int64_t scenario = -1; scenario < 2; scenario++) {
    const vt_error error = vt_reader_read(reader, name, scenario, &value, &count);
    check(error);
    if (error == VT_OK) free(value);
  }
  const vt_error shaped = vt_reader_shape(reader, name, &axes, size, axis);
  check(shaped);
  if (shaped != VT_OK || axes == 0) return;
  int64_t cells = 1;
  for (int a = 1; a < axes; a++) cells *= size[a];
  if (cells <= 1024) check(vt_reader_read_rows(reader, name, size[0] - 2, 2, rows));
  check(vt_reader_read_rows(reader, name, 0, 0, rows));
}

// H5DSiterate_scales leaves a group open that is said to be a scale.
static void close_groups(void) {
  hid_t group[64];
  const ssize_t count = H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_GROUP, 64, group);
  for (ssize_t i = 0; i < count; i++) (void)H5Gclose(group[i]);
}

// Of all objects a few are read, and one of six ways to show the file is taken: which, by the
// bytes.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  if (!sound.bytes) start();
  put_file();
  change_file(bytes, bytes + length);
  vt_reader *reader;
  const vt_error opened = vt_reader_open(path, &reader);
  check(opened);
  const uint64_t choice = vt_hash64(bytes, (ptrdiff_t)length) >> 8;
  const uint8_t *next = bytes, *end = bytes + length;
  for (int i = 0; opened == VT_OK && i < MOST_CHANGES && next < end; i++) {
    use(reader, object[take(&next, end) % (uint32_t)objects]);
    use(reader, object[(choice + (uint64_t)i) % (uint64_t)objects]);
    next += end - next < 8 ? end - next : 8;
  }
  if (opened == VT_OK) (void)vt_reader_variables(reader);
  vt_reader_close(reader);
  close_groups();
  if (H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) != 0) __builtin_trap();
  check(vt_command_show(path, (int64_t)(choice % 3) - 1, choice / 3 % 2 == 1, nowhere));
  close_groups();
  return 0;
}
