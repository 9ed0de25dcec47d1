// timeline.c - time and memory of a timeline on a made-up database, distributions on the foreground
// and on one in ten exchanges of the background, on one thread: a line of JSON for each cut-off.
//
//   bench_timeline [-n PROCESSES] [-c CUTOFF,...] [-t TANGLE] [-f FOLDER]
//
// TANGLE is the share of purchases from anybody (0 to 1), which makes factors fill up. The database
// goes through a JSON document in FOLDER (a new one in TMPDIR), as any other would. Conservation is
// checked.
#include "database.h"
#include "vintner/kinds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FOREGROUND = 10, MOST_POINTS = 6, PATH_BYTES = 512, STUDY_BYTES = 2048 };

typedef struct bench {
  database_size size;
  const char *cutoffs, *folder;
  char made_folder[PATH_BYTES / 2];
  uint64_t state;
} bench;

// SplitMix64.
static double uniform(bench *b) {
  uint64_t x = b->state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

static double peak_mb(void) {
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

// ---------------------------------------------------------------------------------------------
// The document.

static void put_distribution(bench *b, FILE *file) {
  const int points = 1 + (int)(uniform(b) * MOST_POINTS);
  (void)fprintf(file, ", \"temporal_distribution\": {\"unit\": \"%s\", \"date\": [",
                uniform(b) < 0.7 ? "Y" : "M");
  for (int i = 0; i < points; i++)
    (void)fprintf(file, "%s%d", i > 0 ? ", " : "", (int)(uniform(b) * 25) - 5);
  (void)fputs("], \"amount\": [", file);
  for (int i = 0; i < points; i++) (void)fprintf(file, "%s%.17g", i > 0 ? ", " : "", 1.0 / points);
  (void)fputs("]}", file);
}

static void put_exchange(bench *b, FILE *file, const char *type, const char *source,
                         const char *code, int number, double amount, double dated) {
  (void)fprintf(file, ",\n{\"input\": [\"%s\", \"%s%d\"], \"type\": \"%s\", \"amount\": %.17g",
                source, code, number, type, amount);
  if (uniform(b) < dated) put_distribution(b, file);
  (void)fputs("}", file);
}

// A process of the database, whose product is that of its column.
static void put_process(bench *b, FILE *file, const database *made, const int *maker, int j) {
  const vt_sparse *a = &made->technosphere, *f = &made->biosphere;
  double produced = 1;
  for (ptrdiff_t i = a->column_start[j]; i < a->column_start[j + 1]; i++)
    if (maker[a->row[i]] == j) produced = a->value[i];
  (void)fprintf(file, "%s\"p%d\": {\"name\": \"process %d\", \"exchanges\": [", j > 0 ? ",\n" : "",
                j, j);
  (void)fprintf(file, "{\"input\": [\"db\", \"p%d\"], \"type\": \"production\", \"amount\": %.17g}",
                j, produced);
  for (ptrdiff_t i = a->column_start[j]; i < a->column_start[j + 1]; i++)
    if (maker[a->row[i]] != j)
      put_exchange(b, file, "technosphere", "db", "p", maker[a->row[i]], -a->value[i], 0.1);
  for (ptrdiff_t i = f->column_start[j]; i < f->column_start[j + 1]; i++)
    put_exchange(b, file, "biosphere", "nature", "f", f->row[i], f->value[i], 0.1);
  (void)fputs("]}", file);
}

static void put_foreground(bench *b, FILE *file) {
  for (int j = 0; j < FOREGROUND; j++) {
    (void)fprintf(file, "%s\"a%d\": {\"exchanges\": [", j > 0 ? ",\n" : "", j);
    (void)fprintf(file, "{\"input\": [\"fg\", \"a%d\"], \"type\": \"production\", \"amount\": 1}",
                  j);
    if (j + 1 < FOREGROUND)
      put_exchange(b, file, "technosphere", "fg", "a", j + 1, 0.3 + 0.7 * uniform(b), 1);
    for (int i = 0; i < 10; i++)
      put_exchange(b, file, "technosphere", "db", "p", (int)(uniform(b) * b->size.processes),
                   0.1 + uniform(b), 1);
    (void)fputs("]}", file);
  }
}

static void put_document(bench *b, FILE *file, const database *made, const int *maker) {
  (void)fputs("{\"databases\": {\"db\": {\"data\": {\n", file);
  for (int j = 0; j < b->size.processes; j++) put_process(b, file, made, maker, j);
  (void)fputs("}},\n\"fg\": {\"data\": {\n", file);
  put_foreground(b, file);
  (void)fputs("}},\n\"nature\": {\"data\": {\n", file);
  for (int e = 0; e < b->size.flows; e++)
    (void)fprintf(file, "%s\"f%d\": {\"type\": \"emission\"}", e > 0 ? ",\n" : "", e);
  (void)fputs("}}},\n\"methods\": [{\"name\": [\"m\"], \"cfs\": [", file);
  bool first = true;
  for (int e = 0; e < b->size.flows; e++) {
    if (!(made->weight[e] > 0)) continue;
    (void)fprintf(file, "%s[[\"nature\", \"f%d\"], %.17g]", first ? "" : ",\n", e, made->weight[e]);
    first = false;
  }
  (void)fputs("]}]}\n", file);
}

static vt_error write_document(bench *b) {
  char path[PATH_BYTES];
  database made;
  int *maker;
  VT_TRY(database_create(&b->size, &made));
  VT_NEW(maker, b->size.processes);
  for (int j = 0; j < b->size.processes; j++) maker[made.reference[j]] = j;
  (void)snprintf(path, sizeof path, "%s/database.json", b->folder);
  FILE *file = fopen(path, "w");
  VT_CHECK(file, VT_ERR_SYSTEM, "%s: cannot be made: %s", path, strerror(errno));
  put_document(b, file, &made, maker);
  const bool written = fclose(file) == 0;
  free(maker);
  database_free(&made);
  VT_CHECK(written, VT_ERR_SYSTEM, "%s: cannot be written", path);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Runs.

static vt_error tell(const bench *b, const vt_kind *kind, void *data, const vt_study *study,
                     double cutoff, double read_s) {
  void *model;
  vt_block row;
  double solve_s;
  VT_TRY(kind->create(study, data, &model));
  const vt_layout *layout = kind->layout(model);
  VT_TRY(vt_block_create(layout, 1, &row));
  VT_TRY(kind->prepare(model, &row, &solve_s));
  const double share = row.data[vt_layout_find(layout, "remainder_share")][0];
  const double violation = row.data[vt_layout_find(layout, "violation")][0];
  printf("{\"processes\": %d, \"cutoff\": %g, \"remainder_share\": %.3g, \"calculations\": %.0f, "
         "\"violation\": %.2g, \"read_s\": %.3f, \"timeline_s\": %.3f, \"peak_mb\": %.0f}\n",
         b->size.processes, cutoff, share, row.data[vt_layout_find(layout, "calculations")][0],
         violation, read_s - solve_s, solve_s, peak_mb());
  vt_block_free(layout, &row);
  kind->model_free(model);
  VT_CHECK(violation <= 1e-9, VT_ERR_BUG, "the timeline is not conserved: %g", violation);
  return VT_OK;
}

static vt_error run_cutoff(const bench *b, double cutoff) {
  const vt_team alone = {.size = 1};
  char text[STUDY_BYTES], path[PATH_BYTES];
  vt_study *study;
  void *data;
  const int length =
      snprintf(text, sizeof text,
               "vintner: 1\nname: timeline\nmodel:\n  timeline:\n    databases: [database.json]\n"
               "    demands: [{activity: [fg, a0]}]\n    start: 2024-01-01\n    cutoff: %.17g\n"
               "    methods: {m: [m]}\n",
               cutoff);
  (void)snprintf(path, sizeof path, "%s/timeline.yaml", b->folder);
  VT_TRY(vt_study_parse(path, text, length, &study));
  const vt_kind *kind = vt_kind_of(study);
  const double start = vt_clock_s();
  VT_TRY(kind->read(study, &alone, &data));
  const vt_error told = tell(b, kind, data, study, cutoff, vt_clock_s() - start);
  (void)fflush(stdout);
  // PETSc cannot be started twice: data live as long as the process.
  return told;
}

static vt_error run(bench *b) {
  VT_TRY(write_document(b));
  const char *at = b->cutoffs;
  for (char *end; *at; at = *end ? end + 1 : end) VT_TRY(run_cutoff(b, strtod(at, &end)));
  return VT_OK;
}

static vt_error read_options(int argc, char **argv, bench *b) {
  int option;
  while ((option = getopt(argc, argv, "n:c:t:f:")) != -1) {
    VT_CHECK(option != '?', VT_ERR_INPUT,
             "usage: bench_timeline [-n PROCESSES] [-c CUTOFF] [-t TANGLE] [-f FOLDER]");
    if (option == 'n') b->size.processes = (int)strtol(optarg, NULL, 10);
    if (option == 'c') b->cutoffs = optarg;
    if (option == 't') b->size.tangle = strtod(optarg, NULL);
    if (option == 'f') b->folder = optarg;
  }
  if (b->size.markets > b->size.processes / 20) b->size.markets = b->size.processes / 20;
  if (b->folder) return VT_OK;
  const char *where = getenv("TMPDIR");
  (void)snprintf(b->made_folder, sizeof b->made_folder, "%s/vintner-timeline-XXXXXX",
                 where ? where : P_tmpdir);
  b->folder = mkdtemp(b->made_folder);
  VT_CHECK(b->folder, VT_ERR_SYSTEM, "%s: cannot be made: %s", b->made_folder, strerror(errno));
  return VT_OK;
}

// Files that the benchmark made are removed; those in a folder that was given stay.
static void clean_up(const bench *b) {
  char path[PATH_BYTES];
  if (b->folder != b->made_folder) return;
  (void)snprintf(path, sizeof path, "%s/database.json", b->folder);
  (void)unlink(path);
  (void)rmdir(b->folder);
}

int main(int argc, char **argv) {
  bench b = {.size = DATABASE_DEFAULT, .cutoffs = "1e-6", .state = 1};
  b.size.processes = 2000;
  vt_error done = read_options(argc, argv, &b);
  if (done == VT_OK) done = run(&b);
  clean_up(&b);
  if (done != VT_OK) (void)fprintf(stderr, "bench_timeline: %s\n", vt_error_message());
  return done == VT_OK ? 0 : 1;
}
