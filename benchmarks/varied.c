// varied.c - time and memory of samples of a made-up database all of whose exchanges vary, on one
// thread: one line of JSON for each task, medians over the draws; answers are checked against
// direct solves.
//
//   bench_varied [-n PROCESSES] [-d DRAWS] [-t TANGLE] [-f FOLDER]
//
// TANGLE is the share of purchases from anybody (0 to 1), which makes factors fill up.
// The database goes through a datapackage in FOLDER (a new one in TMPDIR), as any other would.
#include "vintner/varied.h"
#include "database.h"
#include "vintner/store.h"
#include "vintner/variation.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SEED = 42, CHECKED = 3, CATEGORIES = 4, DEMANDS = 8 };

typedef struct bench {
  database_size size;
  int draws;
  const char *folder;
  char made_folder[256];
  database made;
  vt_database_set *set;
  vt_system *system;
  vt_background *background;
  double *weight; // shape [CATEGORIES][flows]
} bench;

static double peak_mb(void) {
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

static double cpu(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *number, int count) {
  qsort(number, (size_t)count, sizeof *number, ascending);
  return number[count / 2];
}

// ---------------------------------------------------------------------------------------------
// The datapackage.

static vt_error write_npy(const bench *b, const char *name, const char *type, const void *items,
                          size_t bytes, ptrdiff_t count) {
  enum { HEADER = 502 };
  vt_text path = {0};
  VT_TRY(vt_text_add(&path, "%s/%s.npy", b->folder, name));
  FILE *file = fopen(path.bytes, "wb");
  VT_CHECK(file, VT_ERR_INPUT, "%s: cannot write: %s", path.bytes, strerror(errno));
  char header[HEADER + 1];
  const int length =
      snprintf(header, sizeof header, "{'descr': %s, 'fortran_order': False, 'shape': (%td,), }",
               type, count);
  memset(header + length, ' ', (size_t)(HEADER - length));
  header[HEADER - 1] = '\n';
  const unsigned char magic[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, HEADER % 256, HEADER / 256};
  const bool good = fwrite(magic, 1, 10, file) == 10 && fwrite(header, 1, HEADER, file) == HEADER &&
                    fwrite(items, bytes, (size_t)count, file) == (size_t)count;
  const bool closed = fclose(file) == 0;
  vt_text_free(&path);
  VT_CHECK(good && closed, VT_ERR_SYSTEM, "%s: cannot write", b->folder);
  return VT_OK;
}

typedef struct ends {
  int64_t row, column;
} ends;

// Fields of stats_arrays in a package's order.
typedef struct distribution {
  double type, loc, scale, shape, minimum, maximum, negative;
} distribution;

static const char *const distribution_type =
    "[('uncertainty_type', '<f8'), ('loc', '<f8'), ('scale', '<f8'), ('shape', '<f8'), ('minimum', "
    "'<f8'), ('maximum', '<f8'), ('negative', '<f8')]";

// Products have odd ids, processes even ones, flows come after them.
static int64_t product_id(int row) {
  return 2 * (int64_t)row + 1;
}

static int64_t process_id(int column) {
  return 2 * (int64_t)column;
}

static int64_t flow_id(const bench *b, int flow) {
  return 2 * (int64_t)b->size.processes + flow;
}

typedef struct records {
  ends *index;
  double *data;
  bool *flip;
  distribution *spread;
} records;

static vt_error allocate_records(ptrdiff_t count, records *r) {
  VT_NEW(r->index, count);
  VT_NEW(r->data, count);
  VT_NEW(r->flip, count);
  VT_NEW(r->spread, count);
  return VT_OK;
}

static void free_records(records *r) {
  free(r->index);
  free(r->data);
  free(r->flip);
  free(r->spread);
}

// Lognormals of the pedigree matrix's sizes; what a process makes of its product is certain.
static void fill_records(const bench *b, const vt_sparse *m, bool technosphere, records *r) {
  for (int j = 0; j < m->columns; j++) {
    for (ptrdiff_t k = m->column_start[j]; k < m->column_start[j + 1]; k++) {
      const bool own = technosphere && m->row[k] == b->made.reference[j];
      r->flip[k] = technosphere && !own;
      r->data[k] = r->flip[k] ? -m->value[k] : m->value[k];
      r->index[k] =
          (ends){technosphere ? product_id(m->row[k]) : flow_id(b, m->row[k]), process_id(j)};
      r->spread[k] = (distribution){
          own ? 0 : 2, log(fabs(r->data[k])), 0.05 + 0.05 * (double)(k % 8), NAN, NAN,
          NAN,         r->data[k] < 0};
    }
  }
}

static vt_error write_matrix(const bench *b, const char *name, const vt_sparse *m,
                             bool technosphere) {
  records r = {0};
  char part[64];
  VT_TRY(allocate_records(m->entries, &r));
  fill_records(b, m, technosphere, &r);
  (void)snprintf(part, sizeof part, "%s.indices", name);
  VT_TRY(
      write_npy(b, part, "[('row', '<i8'), ('col', '<i8')]", r.index, sizeof *r.index, m->entries));
  (void)snprintf(part, sizeof part, "%s.data", name);
  VT_TRY(write_npy(b, part, "'<f8'", r.data, sizeof *r.data, m->entries));
  (void)snprintf(part, sizeof part, "%s.flip", name);
  VT_TRY(write_npy(b, part, "'|b1'", r.flip, sizeof *r.flip, m->entries));
  (void)snprintf(part, sizeof part, "%s.distributions", name);
  VT_TRY(write_npy(b, part, distribution_type, r.spread, sizeof *r.spread, m->entries));
  free_records(&r);
  return VT_OK;
}

static vt_error add_resources(vt_text *text, const char *matrix, const char *group) {
  static const char *const kinds[] = {"indices", "data", "flip", "distributions"};
  for (int i = 0; i < 4; i++)
    VT_TRY(vt_text_add(text,
                       "%s{\"matrix\": \"%s\", \"group\": \"%s\", \"kind\": \"%s\", \"path\": "
                       "\"%s.%s.npy\", \"format\": \"npy\", \"category\": \"vector\"}",
                       text->length > 0 ? ", " : "", matrix, group, kinds[i], group, kinds[i]));
  return VT_OK;
}

static vt_error write_package(const bench *b) {
  vt_text resources = {0}, path = {0};
  VT_TRY(write_matrix(b, "t", &b->made.technosphere, true));
  VT_TRY(write_matrix(b, "b", &b->made.biosphere, false));
  VT_TRY(add_resources(&resources, "technosphere_matrix", "t"));
  VT_TRY(add_resources(&resources, "biosphere_matrix", "b"));
  VT_TRY(vt_text_add(&path, "%s/datapackage.json", b->folder));
  FILE *file = fopen(path.bytes, "w");
  VT_CHECK(file, VT_ERR_INPUT, "%s: cannot write: %s", path.bytes, strerror(errno));
  (void)fprintf(file, "{\"profile\": \"data-package\", \"name\": \"made\", \"resources\": [%s]}",
                resources.bytes);
  VT_CHECK(fclose(file) == 0, VT_ERR_SYSTEM, "%s: cannot write", path.bytes);
  vt_text_free(&resources);
  vt_text_free(&path);
  return VT_OK;
}

static vt_error drop_package(const bench *b) {
  static const char *const files[] = {"t.indices", "t.data", "t.flip", "t.distributions",
                                      "b.indices", "b.data", "b.flip", "b.distributions"};
  vt_text path = {0};
  for (int i = 0; i < 8; i++) {
    path.length = 0;
    VT_TRY(vt_text_add(&path, "%s/%s.npy", b->folder, files[i]));
    (void)unlink(path.bytes);
  }
  path.length = 0;
  VT_TRY(vt_text_add(&path, "%s/datapackage.json", b->folder));
  (void)unlink(path.bytes);
  (void)rmdir(b->folder);
  vt_text_free(&path);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Tasks.

typedef struct task {
  const char *name;
  int categories, demands;
  bool supply;
} task;

// The direct way: the sample's matrices as a system of their own. `worst`: of the differences, by
// the sum of absolute parts of the score.
static vt_error check(bench *b, const task *t, const vt_final_demand *demand,
                      const vt_sample_matrices *sample, const double *score, double *worst) {
  vt_sparse a = b->system->technosphere, flows = b->system->biosphere;
  a.value = sample->technosphere;
  flows.value = sample->biosphere;
  const vt_equations equations = {&a, &flows, b->system->reference};
  vt_solver *solver;
  double *inventory, residual;
  VT_NEW(inventory, flows.rows);
  VT_TRY(vt_solver_create(b->background, &equations, 1000, NULL, &solver));
  for (int d = 0; d < t->demands; d++) {
    VT_TRY(vt_solver_forward(solver, &demand[d], NULL, inventory, &residual));
    for (int c = 0; c < t->categories; c++) {
      double sum = 0, parts = 0;
      for (int e = 0; e < flows.rows; e++) {
        const double part = b->weight[(ptrdiff_t)c * flows.rows + e] * inventory[e];
        sum += part;
        parts += fabs(part);
      }
      *worst = fmax(*worst, fabs(sum - score[d * t->categories + c]) / parts);
    }
  }
  vt_solver_free(solver);
  free(inventory);
  return VT_OK;
}

// Exchanges all over the database by themselves: the same bits.
static vt_error check_shown(const bench *b, const vt_variation *variation, int k,
                            const vt_sample_matrices *sample) {
  const vt_system *system = b->system;
  const vt_sparse *flows = &system->biosphere;
  for (int i = 0; i < CHECKED; i++) {
    const int j = (int)((i + 1L) * system->processes / (CHECKED + 1));
    const ptrdiff_t entry = flows->column_start[j];
    vt_drawn_exchange *shown;
    int count;
    VT_TRY(vt_variation_show(variation, SEED, k, 0, system->flow[flows->row[entry]],
                             system->process[j], &count, &shown));
    const double amount = shown[0].amount, drawn = sample->biosphere[entry];
    free(shown);
    VT_CHECK(count == 1 && !(fabs(amount - drawn) > 0), VT_ERR_BUG,
             "an exchange by itself is %.17g, in its sample %.17g", amount, drawn);
  }
  return VT_OK;
}

// Seconds of each draw.
enum { BY_CLOCK, OF_CPU, SAMPLING, ASSEMBLING, SOLVING, TIMES };

static void print_task(const bench *b, const task *t, const vt_variation *variation,
                       const vt_varied *varied, const vt_varied_figures *f, double *time,
                       double residual, double worst) {
  double plan, sample, shared, worker, of[TIMES];
  vt_variation_bytes(variation, &plan, &sample);
  vt_varied_bytes(varied, &shared, &worker);
  for (int i = 0; i < TIMES; i++) of[i] = median(time + (ptrdiff_t)i * b->draws, b->draws);
  const vt_variation_counts *counts = vt_variation_count(variation);
  printf("{\"task\": \"%s\", \"processes\": %d, \"exchanges\": %td, \"unreached\": %td, "
         "\"adjoint\": %s, \"refactors\": %s, \"solves\": %d, \"draws\": %d, \"s\": %.5f, "
         "\"cpu_s\": %.5f, "
         "\"sampling_s\": %.5f, \"assembling_s\": %.5f, \"solving_s\": %.5f, "
         "\"iterations_per_solve\": %.2f, \"direct\": %lld, \"failed\": %lld, "
         "\"residual\": %.2e, \"disagreement\": %.2e, \"plan_mb\": %.1f, \"sample_mb\": %.1f, "
         "\"shared_mb\": %.1f, \"worker_mb\": %.1f, \"peak_mb\": %.1f}\n",
         t->name, b->size.processes, counts->exchanges, counts->unreached,
         vt_varied_adjoint(varied) ? "true" : "false",
         vt_varied_refactors(varied) ? "true" : "false", vt_varied_solves(varied), b->draws,
         of[BY_CLOCK], of[OF_CPU], of[SAMPLING], of[ASSEMBLING], of[SOLVING],
         (double)f->iterations / (double)f->solves, (long long)f->direct, (long long)f->failed,
         residual, worst, plan / 1e6, sample / 1e6, shared / 1e6, worker / 1e6, peak_mb());
  (void)fflush(stdout);
}

// Draw and solve scenario k; its seconds to time[TIMES][draws].
static vt_error run_draw(const bench *b, const task *t, int k, const vt_variation *variation,
                         vt_sample *sample, vt_varied_worker *worker,
                         const vt_varied_results *results, double *time) {
  const vt_sample_matrices *m = &sample->snapshot[0];
  const vt_varied_sample values = {m->technosphere, m->biosphere, b->weight};
  const vt_varied_figures before = *vt_varied_worker_figures(worker);
  bool solved;
  const double start = vt_clock_s(), start_cpu = cpu();
  vt_variation_draw(variation, SEED, k, sample);
  const double drawn = vt_clock_s();
  VT_TRY(vt_varied_solve(worker, &values, results, &solved));
  const vt_varied_figures *f = vt_varied_worker_figures(worker);
  const double of[TIMES] = {vt_clock_s() - start, cpu() - start_cpu, drawn - start,
                            f->assemble_s - before.assemble_s, f->solve_s - before.solve_s};
  for (int i = 0; i < TIMES; i++) time[i * b->draws + k] = of[i];
  VT_CHECK(solved, VT_ERR_BUG, "%s: draw %d is not solved", t->name, k);
  return VT_OK;
}

static vt_error run_draws(bench *b, const task *t, const vt_variation *variation,
                          const vt_varied *varied, const vt_final_demand *demand) {
  vt_sample *sample;
  vt_varied_worker *worker;
  double *number, *time, largest = 0, worst = 0;
  VT_NEW(number, (ptrdiff_t)DEMANDS * (CATEGORIES + 1 + b->size.processes));
  VT_NEW(time, (ptrdiff_t)TIMES * b->draws);
  VT_TRY(vt_sample_create(variation, &sample));
  VT_TRY(vt_varied_worker_create(varied, &worker));
  double *residual = number + DEMANDS * CATEGORIES, *supply = residual + DEMANDS;
  const vt_varied_results results = {
      .score = number, .residual = residual, .supply = t->supply ? supply : NULL};
  for (int k = 0; k < b->draws; k++) {
    VT_TRY(run_draw(b, t, k, variation, sample, worker, &results, time));
    for (int d = 0; d < t->demands; d++) largest = fmax(largest, residual[d]);
    if (k < CHECKED) VT_TRY(check(b, t, demand, &sample->snapshot[0], results.score, &worst));
  }
  VT_TRY(check_shown(b, variation, b->draws - 1, &sample->snapshot[0]));
  print_task(b, t, variation, varied, vt_varied_worker_figures(worker), time, largest, worst);
  vt_varied_worker_free(worker);
  vt_sample_free(sample);
  free(number);
  free(time);
  VT_CHECK(worst < 1e-10, VT_ERR_BUG, "%s: scores differ from direct ones by %g", t->name, worst);
  return VT_OK;
}

static vt_error run_task(bench *b, const task *t) {
  int product[DEMANDS];
  const double one = 1;
  vt_final_demand demand[DEMANDS];
  for (int d = 0; d < t->demands; d++) {
    product[d] = b->system->reference[b->size.processes / (d + 2)];
    demand[d] = (vt_final_demand){1, &product[d], &one};
  }
  const vt_variation_snapshot snapshot = {b->system, t->demands, product, NULL, false};
  const vt_variation_plan plan = {.set = b->set,
                                  .choice = {.technosphere = true, .biosphere = true},
                                  .snapshots = 1,
                                  .snapshot = &snapshot,
                                  .array_column = VT_NO_COLUMN};
  const vt_varied_plan solving = {
      .system = {&b->system->technosphere, &b->system->biosphere, b->system->reference},
      .demand_count = t->demands,
      .demand = demand,
      .weight_count = t->categories,
      .supply = t->supply};
  vt_variation *variation;
  vt_varied *varied;
  const double start = vt_clock_s();
  VT_TRY(vt_variation_create(&plan, &variation));
  const double planned = vt_clock_s();
  VT_TRY(vt_varied_create(b->background, &solving, NULL, &varied));
  printf("{\"task\": \"%s\", \"plan_s\": %.3f, \"factorise_s\": %.3f}\n", t->name, planned - start,
         vt_clock_s() - planned);
  const vt_error error = run_draws(b, t, variation, varied, demand);
  vt_varied_free(varied);
  vt_variation_free(variation);
  return error;
}

// Three further categories: the first with other factors of its flows.
static vt_error make_weights(bench *b) {
  const int flows = b->size.flows;
  VT_NEW(b->weight, (ptrdiff_t)CATEGORIES * flows);
  for (int c = 0; c < CATEGORIES; c++)
    for (int e = 0; e < flows; e++)
      b->weight[(ptrdiff_t)c * flows + e] = b->made.weight[(e + 7 * c) % flows];
  return VT_OK;
}

static vt_error run(bench *b) {
  static const task tasks[] = {{"score", 1, 1, false},
                               {"scores of 8 demands", 1, DEMANDS, false},
                               {"scores of 8 demands, 4 categories", CATEGORIES, DEMANDS, false},
                               {"8 supplies", 1, DEMANDS, true}};
  VT_TRY(database_create(&b->size, &b->made));
  VT_TRY(write_package(b));
  VT_TRY(vt_database_set_read(1, &b->folder, &b->set));
  VT_TRY(vt_system_create(b->set, 0, NULL, VT_NO_COLUMN, &b->system));
  VT_TRY(make_weights(b));
  VT_TRY(vt_background_create(MPI_COMM_NULL, &b->background));
  for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) VT_TRY(run_task(b, &tasks[i]));
  return VT_OK;
}

static vt_error read_options(int argc, char **argv, bench *b) {
  int option;
  while ((option = getopt(argc, argv, "n:d:t:f:")) != -1) {
    const bool counted = option == 'n' || option == 'd';
    const int number = counted ? (int)strtol(optarg, NULL, 10) : 1;
    VT_CHECK(option != '?' && number > 0, VT_ERR_INPUT,
             "usage: bench_varied [-n PROCESSES] [-d DRAWS] [-t TANGLE] [-f FOLDER]");
    if (option == 't') b->size.tangle = strtod(optarg, NULL);
    if (option == 'n') b->size.processes = number;
    if (option == 'd') b->draws = number;
    if (option == 'f') b->folder = optarg;
  }
  if (b->folder) return VT_OK;
  const char *where = getenv("TMPDIR");
  (void)snprintf(b->made_folder, sizeof b->made_folder, "%s/vintner-varied-XXXXXX",
                 where ? where : P_tmpdir);
  b->folder = mkdtemp(b->made_folder);
  VT_CHECK(b->folder, VT_ERR_SYSTEM, "%s: cannot be made: %s", b->made_folder, strerror(errno));
  return VT_OK;
}

int main(int argc, char **argv) {
  bench b = {.size = DATABASE_DEFAULT, .draws = 20};
  b.size.inputs = 12;
  b.size.emissions = 23;
  vt_error error = read_options(argc, argv, &b);
  if (error == VT_OK) error = run(&b);
  if (error != VT_OK) (void)fprintf(stderr, "bench_varied: %s\n", vt_error_message());
  if (b.made_folder[0]) (void)drop_package(&b);
  vt_system_free(b.system);
  if (b.set) vt_database_set_free(b.set);
  vt_background_free(b.background);
  database_free(&b.made);
  free(b.weight);
  return (int)error;
}
