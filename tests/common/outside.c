// outside - makes a dataset of an HDF5 file lie in another one, as whoever wishes harm would.
//
//   outside FILE DATASET link|data|virtual TARGET
//   outside FILE DATASET where .      the offset of its numbers, and all stays as it is
#include <hdf5.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc != 5) return 1;
  (void)H5dont_atexit(); // not all is closed
  const char *name = argv[2], *how = argv[3], *target = argv[4];
  const hid_t file = H5Fopen(argv[1], H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t old = H5Dopen2(file, name, H5P_DEFAULT);
  if (strcmp(how, "where") == 0)
    return printf("%llu\n", (unsigned long long)H5Dget_offset(old)) < 0 || fflush(stdout) != 0;
  const hid_t space = H5Dget_space(old), type = H5Dget_type(old);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  if (H5Ldelete(file, name, H5P_DEFAULT) < 0) return 1;
  if (strcmp(how, "link") == 0)
    return H5Lcreate_external(target, name, file, name, H5P_DEFAULT, H5P_DEFAULT) < 0 ||
           H5Fflush(file, H5F_SCOPE_GLOBAL) < 0;
  const herr_t set = strcmp(how, "data") == 0
                         ? H5Pset_external(properties, target, 0, H5F_UNLIMITED)
                         : H5Pset_virtual(properties, space, target, name, space);
  const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  return set < 0 || made < 0 || H5Dclose(made) < 0 || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0;
}
