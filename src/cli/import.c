// import.c - vintner import: databases, methods and parameters of all sources into one store.
#include "job.h"
#include "print.h"
#include "vintner/store.h"

#include <sys/stat.h>

static vt_error print_sizes(const vt_database_set *set, const options *o) {
  ptrdiff_t exchanges = 0, nodes = set->nodes;
  int databases = 0;
  for (int d = 0; d < set->databases; d++) {
    vt_database_summary summary;
    VT_TRY(vt_database_summarise(set, d, &summary));
    if (set->database[d].stale) {
      nodes -= set->database[d].nodes;
      continue;
    }
    databases++;
    exchanges += summary.exchanges > 0 ? summary.exchanges : summary.records;
  }
  struct stat info;
  const double size = stat(o->output, &info) == 0 ? (double)info.st_size / (1024.0 * 1024.0) : 0.0;
  print_line(stdout, "%s: %d database%s, %d method%s, %td nodes, %td exchanges, %.1f MiB\n",
             o->output, databases, databases == 1 ? "" : "s", set->methods,
             set->methods == 1 ? "" : "s", nodes, exchanges, size);
  return VT_OK;
}

vt_error command_import(job *j) {
  const options *o = j->o;
  vt_database_set *set;
  const char *const *source = (const char *const *)o->source;
  for (int i = 0; i < o->sources; i++) VT_TRY(vt_target_spare(o->output, source[i]));
  VT_TRY(vt_database_set_read(o->sources, source, &set));
  vt_error done = vt_database_set_write(set, o->sources, source, o->output, o->force);
  if (done == VT_OK) {
    vt_log_release();
    if (!o->quiet) done = print_sizes(set, o);
  }
  vt_database_set_free(set);
  return done;
}
