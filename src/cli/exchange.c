// exchange.c - vintner show FILE --scenario K --exchange FROM TO: what an exchange was in a
// scenario, computed again, since draws are not stored.
#include "job.h"
#include "look.h"
#include "print.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void put_field(json_out *j, const char *name, double value) {
  if (!isnan(value)) json_number(j, name, value);
}

static void put_distribution(json_out *j, const vt_told_exchange *x) {
  if (!x->drawn) {
    json_raw(j, "distribution", "null");
    return;
  }
  json_map(j, "distribution");
  json_text(j, "name", x->distribution);
  json_raw(j, "uncertainty type", "%d", x->uncertainty_type);
  put_field(j, "loc", x->loc);
  put_field(j, "scale", x->scale);
  put_field(j, "shape", x->shape);
  put_field(j, "minimum", x->minimum);
  put_field(j, "maximum", x->maximum);
  json_raw(j, "negative", x->negative ? "true" : "false");
  json_close(j);
}

static void print_json(FILE *out, const vt_told_exchanges *told) {
  json_out j = json_begin_list(out, JSON_BLOCK);
  for (int i = 0; i < told->count; i++) {
    const vt_told_exchange *x = &told->exchange[i];
    json_map(&j, NULL);
    json_text(&j, "from", x->from);
    json_text(&j, "to", x->to);
    json_text(&j, "type", x->type);
    json_number(&j, "amount", x->amount);
    put_distribution(&j, x);
    json_number(&j, "u", x->drawn ? x->u : (double)NAN);
    json_number(&j, "draw", x->drawn ? x->draw : x->amount);
    json_close(&j);
  }
  json_end(&j);
}

static void print_field(FILE *out, const char *name, double value) {
  if (!isnan(value)) print_line(out, ", %s %.12g", name, value);
}

static void print_text(FILE *out, const vt_told_exchanges *told) {
  char text[32];
  for (int i = 0; i < told->count; i++) {
    const vt_told_exchange *x = &told->exchange[i];
    print_line(out, "%s -> %s, %s\n", x->from, x->to, x->type);
    print_line(out, "  amount        %s\n", report_exact(x->amount, text));
    if (!x->drawn) {
      print_line(out, "  distribution  none\n");
      continue;
    }
    print_line(out, "  distribution  %s%s", x->negative ? "minus " : "", x->distribution);
    print_field(out, "loc", x->loc);
    print_field(out, "scale", x->scale);
    print_field(out, "shape", x->shape);
    print_field(out, "minimum", x->minimum);
    print_field(out, "maximum", x->maximum);
    (void)fputc('\n', out);
    print_line(out, "  u             %s\n", report_exact(x->u, text));
    print_line(out, "  draw          %s\n", report_exact(x->draw, text));
  }
}

static vt_error check_scenario(const job *j, vt_reader *reader) {
  double *status;
  int64_t count;
  VT_CHECK(j->o->scenario >= 0, VT_ERR_INPUT,
           "vintner show: found --exchange without --scenario, expected the scenario");
  VT_TRY(vt_reader_read(reader, "status", -1, &status, &count));
  free(status);
  VT_CHECK(j->o->scenario < count, VT_ERR_INPUT,
           "%s: has no scenario %" PRId64 ", expected 0 to %" PRId64, j->path, j->o->scenario,
           count - 1);
  return VT_OK;
}

static vt_error open_study(job *j, vt_reader *reader) {
  const char *study, *file;
  VT_TRY(stored_study(j->path, reader, &study, &file));
  VT_TRY(job_open(j, file, study));
  VT_TRY(job_read(j));
  return stored_check_inputs(j, reader);
}

static vt_error print(const vt_told_exchanges *told, bool json) {
  FILE *lines = stdout;
  if (!json) VT_TRY(print_open(stdout, &lines));
  (json ? print_json : print_text)(lines, told);
  if (lines != stdout) (void)fclose(lines);
  return print_flush(stdout);
}

static vt_error tell(job *j, vt_reader *reader) {
  vt_told_exchanges told = {0};
  VT_TRY(check_scenario(j, reader));
  VT_TRY(open_study(j, reader));
  vt_error done =
      j->kind->tell_exchanges(j->study, j->data, j->o->scenario, j->o->from, j->o->to, &told);
  if (done == VT_OK) done = print(&told, j->o->json);
  free(told.exchange);
  return done;
}

vt_error command_exchange(job *j) {
  vt_reader *reader;
  VT_TRY(job_of_file(j));
  VT_TRY(look_check(j->path));
  VT_TRY(vt_reader_open(j->path, &reader));
  vt_error done = stored_has_rows(j->path, reader);
  if (done == VT_OK) done = tell(j, reader);
  vt_reader_close(reader);
  return done;
}
