// print_values - the numbers of one dataset of a results file, one a line.
//
//   print_values FILE.h5 DATASET [FIRST [COUNT]]
//
// Exit code 2 if there is no such file or dataset.
#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>

static int print(hid_t dataset, long long first, long long count) {
  const hid_t space = H5Dget_space(dataset);
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  H5Sclose(space);
  if (points <= 0) return points == 0 ? 0 : 2;
  double *value = calloc((size_t)points, sizeof *value);
  int code = 2;
  if (value && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0) {
    code = 0;
    const long long end = count < 0 || first + count > points ? points : first + count;
    for (long long n = first; n < end; n++) printf("%.17g\n", value[n]);
  }
  free(value);
  return code;
}

int main(int argc, char **argv) {
  if (argc < 3 || argc > 5) {
    fprintf(stderr, "usage: print_values FILE.h5 DATASET [FIRST [COUNT]]\n");
    return 2;
  }
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  const long long first = argc > 3 ? strtoll(argv[3], NULL, 10) : 0;
  const long long count = argc > 4 ? strtoll(argv[4], NULL, 10) : -1;
  const hid_t file = H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = file < 0 ? -1 : H5Dopen2(file, argv[2], H5P_DEFAULT);
  const int code = dataset < 0 || first < 0 ? 2 : print(dataset, first, count);
  if (code) fprintf(stderr, "print_values: no '%s' in '%s'\n", argv[2], argv[1]);
  if (dataset >= 0) H5Dclose(dataset);
  if (file >= 0) H5Fclose(file);
  return code;
}
