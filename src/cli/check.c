// check.c - vintner check: validate a study and print the plan, solve no scenario.
#include "job.h"
#include "print.h"

static void print_plan(const job *j, const vt_sizes *sizes) {
  if (j->o->quiet && !j->o->json) return;
  if (j->o->json) {
    (void)printf("{\"name\": \"%s\"%s}\n", j->study->name, sizes->members.bytes);
  } else {
    (void)printf("study            %s\n", j->study->name);
    print_clean(stdout, sizes->lines.bytes);
  }
}

vt_error command_check(job *j) {
  vt_sizes sizes = {0};
  VT_TRY(job_load(j, j->o->file, NULL));
  vt_error told = vt_sizes_add_ensemble(j->study, job_layout(j), &sizes);
  if (told == VT_OK) told = j->kind->sizes(j->model, j->threads, &sizes);
  if (told == VT_OK) {
    print_plan(j, &sizes);
    told = print_flush(stdout);
    if (told == VT_OK) vt_log_release();
  }
  vt_sizes_free(&sizes);
  return told;
}
