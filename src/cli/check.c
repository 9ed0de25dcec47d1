// check.c - vintner check: validate a study and print the plan, solve no scenario.
#include "job.h"

static void print_plan(const job *j, const vt_sizes *sizes, FILE *out) {
  if (j->o->quiet) return;
  if (j->o->json)
    (void)fprintf(out, "{\"name\": \"%s\"%s}\n", j->study->name, sizes->members.bytes);
  else
    (void)fprintf(out, "study            %s\n%s", j->study->name, sizes->lines.bytes);
}

static vt_error check(job *j, FILE *out) {
  vt_sizes sizes = {0};
  VT_TRY(job_load(j, j->o->file, NULL));
  const vt_error told = j->kind->sizes(j->model, j->threads, &sizes);
  if (told == VT_OK) {
    vt_log_release();
    print_plan(j, &sizes, out);
  }
  vt_sizes_free(&sizes);
  return told;
}

vt_error command_check(const options *o, FILE *out) {
  // Rank 0 works alone: the plan is for the ranks, not of them.
  const vt_team alone = {.size = 1};
  job j = {.o = o, .team = &alone};
  const vt_error checked = check(&j, out);
  job_free(&j);
  return checked;
}
