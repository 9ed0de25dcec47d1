// timeline.c - vintner show FILE --csv: the rows of timelines on stdout, computed again from the
// study and its sources, whether they were kept or not.
#include "csv.h"
#include "job.h"
#include "look.h"
#include "print.h"

#include <inttypes.h>
#include <stdlib.h>

static void put_date(FILE *out, int64_t seconds) {
  vt_date d;
  vt_date_of(seconds, &d);
  (void)fprintf(out, "%s%04" PRId64 "-%02d-%02dT%02d:%02d:%02d", d.year < 0 ? "-" : "",
                d.year < 0 ? -d.year : d.year, d.month, d.day, d.hour, d.minute, d.second);
}

static void print_rows(int64_t scenario, const vt_told_rows *told, FILE *out) {
  (void)fputs("scenario,demand,activity,elementary_flow,date,amount,kind\n", out);
  for (ptrdiff_t i = 0; i < told->count; i++) {
    const vt_told_row *row = &told->row[i];
    const char *const label[] = {row->demand, row->activity, row->flow};
    (void)fprintf(out, "%" PRId64 ",", scenario);
    for (int k = 0; k < 3; k++) {
      csv_text(out, label[k]);
      (void)fputc(',', out);
    }
    put_date(out, row->date);
    (void)fputc(',', out);
    csv_number(out, row->amount, false);
    (void)fprintf(out, ",%s\n", row->kind);
  }
}

static vt_error choose_scenario(const job *j, vt_reader *reader, int64_t *scenario) {
  double *status;
  int64_t count;
  VT_TRY(vt_reader_read(reader, "status", -1, &status, &count));
  free(status);
  VT_CHECK(j->o->scenario >= 0 || count == 1, VT_ERR_INPUT,
           "vintner show: found --csv without --scenario, expected one of the %" PRId64
           " scenarios",
           count);
  *scenario = j->o->scenario >= 0 ? j->o->scenario : 0;
  VT_CHECK(*scenario < count, VT_ERR_INPUT,
           "%s: has no scenario %" PRId64 ", expected 0 to %" PRId64, j->path, *scenario,
           count - 1);
  return VT_OK;
}

static vt_error open_study(job *j, vt_reader *reader) {
  const char *study, *file;
  VT_TRY(stored_study(j->path, reader, &study, &file));
  VT_TRY(job_open(j, file, study));
  VT_CHECK(j->kind->tell_rows, VT_ERR_INPUT,
           "%s: found %s, which has no rows of a timeline, expected a file of timelines (tables of "
           "any file: vintner export FILE --csv DIR)",
           j->path, j->kind->title);
  VT_TRY(job_read(j));
  return stored_check_inputs(j, reader);
}

static vt_error tell(job *j, vt_reader *reader) {
  vt_told_rows told = {0};
  int64_t scenario = 0;
  VT_TRY(open_study(j, reader));
  VT_TRY(choose_scenario(j, reader, &scenario));
  const vt_error done = j->kind->tell_rows(j->study, j->data, scenario, &told);
  if (done == VT_OK) print_rows(scenario, &told, stdout);
  free(told.row);
  VT_TRY(done);
  return print_flush(stdout);
}

vt_error command_timeline(job *j) {
  vt_reader *reader;
  VT_TRY(job_of_file(j));
  VT_TRY(look_check(j->path));
  VT_TRY(vt_reader_open(j->path, &reader));
  vt_error done = stored_has_rows(j->path, reader);
  if (done == VT_OK) done = tell(j, reader);
  vt_reader_close(reader);
  return done;
}
