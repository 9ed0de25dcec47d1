// test_reader.c - reading a results file: with our reader, and with other programs.
#include "results_case.h"

// ---------------------------------------------------------------------------------------------
// Reading.

static void the_reader_knows_names_shapes_and_texts(void **state) {
  const place *p = *state;
  enum { LENGTH = 300000 };
  char *study = malloc(LENGTH + 1);
  assert_non_null(study);
  for (int i = 0; i < LENGTH; i++) study[i] = (char)(i % 60 == 59 ? '\n' : 'a' + i % 26);
  study[LENGTH] = '\0';
  const vt_attribute attribute[] = {{"study", study}, {"empty", ""}};
  succeed(create_file(p->file, &layout, attribute, 2, false));
  vt_reader *r;
  succeed(vt_reader_open(p->file, &r));
  assert_string_equal(vt_reader_attribute(r, "study"), study);
  assert_string_equal(vt_reader_attribute(r, "empty"), "");
  assert_string_equal(vt_reader_attribute(r, "Conventions"), "CF-1.10");
  assert_non_null(vt_reader_attribute(r, "_NCProperties"));
  assert_null(vt_reader_attribute(r, "nothing"));
  assert_string_equal(vt_reader_text_of(r, "statistics/objective_variance", "units"), "kg^2");
  assert_string_equal(vt_reader_text_of(r, "statistics/impact_variance", "units"), "(kg CO2)^2");
  assert_int_equal(vt_reader_dimension(r, "process"), PROCESSES);
  assert_int_equal(vt_reader_dimension(r, "scenario"), SCENARIOS);
  assert_int_equal(vt_reader_dimension(r, "corner"), 2);
  assert_int_equal(vt_reader_dimension(r, "factor"), 0);
  assert_int_equal(vt_reader_dimension(r, "installation"), 0);
  assert_string_equal(vt_reader_labels(r, "process")[2], "P3");
  assert_string_equal(vt_reader_labels(r, "process_name")[1], "Mühle \xef\xbf\xbd");
  assert_string_equal(vt_reader_labels(r, "process_name")[2], "");
  assert_string_equal(vt_reader_labels(r, "time")[3], "2030");
  assert_string_equal(vt_reader_labels(r, "statistics/quantile")[0], "0.05");
  assert_string_equal(vt_reader_labels(r, "statistics/outcome")[8], "not_done");
  assert_null(vt_reader_labels(r, "factor"));
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  succeed(vt_reader_shape(r, "statistics/installation_quantile", &axes, size, axis));
  assert_int_equal(axes, 3);
  assert_true(size[0] == 3 && size[1] == PROCESSES && size[2] == YEARS);
  assert_string_equal(axis[0], "quantile");
  assert_string_equal(axis[2], "time");
  succeed(vt_reader_shape(r, "bare", &axes, size, axis));
  assert_string_equal(axis[1], "corner");
  assert_false(vt_reader_has(r, "nothing/at/all"));
  double *value = NULL;
  int64_t count;
  expect_error(vt_reader_read(r, "nothing", -1, &value, &count), VT_ERR_INPUT, "'nothing'");
  expect_error(vt_reader_read(r, "process", -1, &value, &count), VT_ERR_INPUT, "text");
  expect_error(vt_reader_read(r, "status", SCENARIOS, &value, &count), VT_ERR_INPUT, "0 to 999");
  assert_null(value);
  vt_reader_close(r);
  free(study);
}

static void what_is_no_results_file_is_refused_in_one_line(void **state) {
  const place *p = *state;
  vt_reader *reader = NULL;
  expect_error(vt_reader_open(p->file, &reader), VT_ERR_INPUT, "No such file");
  expect_error(vt_reader_open(p->folder, &reader), VT_ERR_INPUT, "folder");
  expect_error(vt_reader_open("/dev/null", &reader), VT_ERR_INPUT, "found a device");
  write_file(p->other, "vintner: 1\n", 11);
  expect_error(vt_reader_open(p->other, &reader), VT_ERR_INPUT, "not HDF5");
  write_file(p->other, "", 0);
  expect_error(vt_reader_open(p->other, &reader), VT_ERR_INPUT, "not HDF5");
  const hid_t file = H5Fcreate(p->other, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(file >= 0 && H5Fclose(file) >= 0);
  expect_error(vt_reader_open(p->other, &reader), VT_ERR_INPUT, "not a results file of vintner");
  succeed(create(p->file, false));
  size_t length;
  unsigned char *bytes = bytes_of(p->file, &length);
  for (size_t cut = 1; cut < length; cut += length / 17) {
    write_file(p->other, bytes, cut);
    assert_int_equal(vt_reader_open(p->other, &reader), VT_ERR_INPUT);
    assert_null(strchr(vt_error_message(), '\n'));
  }
  free(bytes);
  assert_null(reader);
  vt_reader_close(NULL);
}

// ---------------------------------------------------------------------------------------------
// Other programs.

static bool runs(const char *command) {
  return system(command) == 0; // NOLINT: a fixed command of the test
}

static void ncdump_takes_the_file_for_netcdf4(void **state) {
  const place *p = *state;
  if (!runs("command -v ncdump >/dev/null 2>&1")) {
    print_message("skipped: no ncdump here\n");
    skip();
  }
  succeed(create(p->file, false));
  write_all(p->file);
  char command[4096];
  (void)snprintf(command, sizeof command, "test \"$(ncdump -k %s)\" = netCDF-4", p->file);
  assert_true(runs(command));
  static const char *const line[] = {"double installation(scenario, process, time)",
                                     "byte status(scenario)", "double objective_quantile(quantile)",
                                     "double bare(scenario, corner)"};
  for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
    (void)snprintf(command, sizeof command, "ncdump -h %s | grep -q '%s'", p->file, line[i]);
    assert_true(runs(command));
  }
  (void)snprintf(command, sizeof command, "! ncdump -h %s | grep -q phony_dim", p->file);
  assert_true(runs(command));
}

static const char python_check[] =
    "import sys, h5py, netCDF4, xarray\n"
    "f = sys.argv[1]\n"
    "for engine in 'netcdf4', 'h5netcdf':\n"
    "  for group in None, 'statistics', 'reference', 'performance':\n"
    "    d = xarray.open_dataset(f, engine=engine, group=group).load()\n"
    "    for name, v in d.variables.items():\n"
    "      assert 'units' in v.attrs and 'long_name' in v.attrs, (group, name)\n"
    "    if group != 'performance':\n"
    "      assert list(d.process.values) == ['P1', 'P2', 'P3'], group\n"
    "      assert 'process_name' in d.coords and d.time.dtype == 'int64'\n"
    "    if group is None:\n"
    "      assert d.status.dtype == 'int8' and d.impact.dtype == 'float32'\n"
    "    d.close()\n"
    "with netCDF4.Dataset(f, 'a') as d:\n"
    "  d.createVariable('added', 'f8', ('process', 'time'))[:] = 3\n"
    "  d['statistics'].createVariable('added', 'f8', ('quantile',))[:] = 3\n"
    "with xarray.open_dataset(f) as d: assert float(d.added.mean()) == 3\n"
    "with h5py.File(f) as h: assert h['installation'].dims[1].keys() == ['process']\n";

static void xarray_and_netcdf_open_and_extend_every_group(void **state) {
  const place *p = *state;
  const char *python = getenv("PYTHON");
  char command[512];
  (void)snprintf(command, sizeof command, "%s -c 'import h5py, netCDF4, xarray, h5netcdf' 2>%s",
                 python ? python : "python3", "/dev/null");
  if (!runs(command)) {
    print_message("skipped: no Python with h5py, netCDF4, xarray and h5netcdf ($PYTHON)\n");
    skip();
  }
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  write_file(p->other, python_check, sizeof python_check - 1);
  (void)snprintf(command, sizeof command, "%s %s %s", python ? python : "python3", p->other,
                 p->file);
  assert_true(runs(command));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_A_FOLDER(the_reader_knows_names_shapes_and_texts),
      IN_A_FOLDER(what_is_no_results_file_is_refused_in_one_line),
      IN_A_FOLDER(ncdump_takes_the_file_for_netcdf4),
      IN_A_FOLDER(xarray_and_netcdf_open_and_extend_every_group),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
