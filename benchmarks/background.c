// background.c - time and memory of scores and inventories of a made-up database, one line of JSON
// for each task; every answer is checked.
//
//   background [-n PROCESSES] [-f FLOWS] [-d DEMANDS] [-t TANGLE] [-s SEED] [-w FOLDER]
//
// Alone or under mpirun. TANGLE is the share of purchases from anybody (0 to 1), which makes direct
// solvers fill up. -w only writes the database as .npy files for other programs, and ends.
#include "vintner/background.h"
#include "database.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

typedef struct bench {
  database_size size;
  int demands;
  const char *folder;
  database made;
  vt_background *background;
  int rank, ranks;
} bench;

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void) {
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

static void print_task(const bench *b, const char *task, double seconds, double cpu_s,
                       double residual, double disagreement, const vt_request *r) {
  const vt_solve_figures *f = &r->figures;
  if (b->rank != 0) return;
  printf("{\"task\": \"%s\", \"ranks\": %d, \"processes\": %d, \"entries\": %td, \"method\": "
         "\"%s\", \"seconds\": %.6f, \"cpu_s\": %.6f, \"load_s\": %.6f, "
         "\"prepare_s\": %.6f, \"factor_s\": %.6f, "
         "\"solve_s\": %.6f, \"without_load_s\": %.6f, \"solves\": %lld, \"refinements\": %lld, "
         "\"iterations\": %lld, \"rescued\": %lld, \"residual\": %.2e, \"disagreement\": %.2e, "
         "\"score\": %.15g, \"peak_mb\": %.1f}\n",
         task, b->ranks, b->size.processes, b->made.technosphere.entries,
         f->method == VT_SOLVE_LU ? "lu" : "gmres", seconds, cpu_s, f->load_s, f->prepare_s,
         f->factor_s, f->solve_s, seconds - f->load_s, (long long)f->solves,
         (long long)f->refinements, (long long)f->iterations, (long long)f->rescued, residual,
         disagreement, r->score[0], peak_mb());
  (void)fflush(stdout);
}

static double worst(const double *residual, ptrdiff_t count) {
  double largest = 0;
  for (ptrdiff_t k = 0; k < count; k++) largest = fmax(largest, residual[k]);
  return largest;
}

// Units of products spread over the whole database.
typedef struct demands {
  vt_final_demand *demand;
  int *product;
  double *one;
} demands;

static vt_error make_demands(const bench *b, int count, demands *made) {
  VT_NEW(made->demand, count);
  VT_NEW(made->product, count);
  VT_NEW(made->one, count);
  for (int d = 0; d < count; d++) {
    const int process = (int)((int64_t)d * b->size.processes / count);
    made->product[d] = b->made.reference[process];
    made->one[d] = 1;
    made->demand[d] = (vt_final_demand){1, &made->product[d], &made->one[d]};
  }
  return VT_OK;
}

static void free_demands(demands *made) {
  free(made->demand);
  free(made->product);
  free(made->one);
}

// Scores and inventories of some demands, forwards. `spread`: sum of |q_e g_e|.
static vt_error run_forward(bench *b, const char *task, int count, double *score, double *spread) {
  demands wanted;
  VT_TRY(make_demands(b, count, &wanted));
  const int flows = b->size.flows;
  double *inventory, *residual;
  VT_NEW(inventory, (ptrdiff_t)count * flows);
  VT_NEW(residual, count);
  vt_request r = {.system = {&b->made.technosphere, &b->made.biosphere, b->made.reference},
                  .demand_count = count,
                  .demand = wanted.demand,
                  .weight_count = 1,
                  .weight = b->made.weight,
                  .inventory = inventory,
                  .score = score,
                  .residual = residual};
  const double start = now(), start_cpu = cpu();
  VT_TRY(vt_background_run(b->background, 1, &r));
  const double seconds = now() - start, cpu_s = cpu() - start_cpu;
  double disagreement = 0;
  for (int d = 0; d < count; d++) {
    double sum = 0;
    spread[d] = 0;
    for (int e = 0; e < flows; e++) {
      const double part = b->made.weight[e] * inventory[(ptrdiff_t)d * flows + e];
      sum += part;
      spread[d] += fabs(part);
    }
    disagreement = fmax(disagreement, fabs(sum - score[d]) / spread[d]);
  }
  print_task(b, task, seconds, cpu_s, worst(residual, count), disagreement, &r);
  free(inventory);
  free(residual);
  free_demands(&wanted);
  VT_CHECK(disagreement < 1e-12, VT_ERR_BUG, "%s: scores are not weighted inventories", task);
  return VT_OK;
}

// Scores of all products by one adjoint solve, against those found forwards.
static vt_error run_adjoint(bench *b, const double *forward, const double *spread) {
  const int n = b->size.processes;
  demands wanted;
  double *score, *residual;
  VT_TRY(make_demands(b, n, &wanted));
  VT_NEW(score, n);
  VT_NEW(residual, n);
  vt_request r = {.system = {&b->made.technosphere, &b->made.biosphere, b->made.reference},
                  .demand_count = n,
                  .demand = wanted.demand,
                  .weight_count = 1,
                  .weight = b->made.weight,
                  .score = score,
                  .residual = residual};
  const double start = now(), start_cpu = cpu();
  VT_TRY(vt_background_run(b->background, 1, &r));
  const double seconds = now() - start, cpu_s = cpu() - start_cpu;
  double disagreement = 0;
  for (int d = 0; d < b->demands; d++) {
    const int process = (int)((int64_t)d * n / b->demands);
    disagreement = fmax(disagreement, fabs(score[process] - forward[d]) / spread[d]);
  }
  print_task(b, "all_scores", seconds, cpu_s, residual[0], disagreement, &r);
  free(score);
  free(residual);
  free_demands(&wanted);
  VT_CHECK(disagreement < 1e-10, VT_ERR_BUG, "adjoint and forward scores differ by %g",
           disagreement);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The database for other programs: columns of numbers.

static vt_error write_npy(const char *folder, const char *name, const char *type, const void *items,
                          size_t bytes, ptrdiff_t count) {
  vt_text path = {0};
  VT_TRY(vt_text_add(&path, "%s/%s.npy", folder, name));
  FILE *file = fopen(path.bytes, "wb");
  VT_CHECK(file, VT_ERR_INPUT, "%s: cannot write: %s", path.bytes, strerror(errno));
  char header[119] = {0};
  const int length =
      snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%td,), }",
               type, count);
  for (int k = length; k < 117; k++) header[k] = ' ';
  header[117] = '\n';
  const unsigned char magic[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
  const bool good = fwrite(magic, 1, 10, file) == 10 && fwrite(header, 1, 118, file) == 118 &&
                    fwrite(items, bytes, (size_t)count, file) == (size_t)count;
  const bool closed = fclose(file) == 0;
  VT_CHECK(good && closed, VT_ERR_SYSTEM, "%s: cannot write", path.bytes);
  vt_text_free(&path);
  return VT_OK;
}

static vt_error write_matrix(const char *folder, const char *name, const vt_sparse *matrix) {
  int *column;
  char part[32];
  VT_NEW(column, matrix->entries);
  for (int j = 0; j < matrix->columns; j++)
    for (ptrdiff_t k = matrix->column_start[j]; k < matrix->column_start[j + 1]; k++) column[k] = j;
  (void)snprintf(part, sizeof part, "%s_column", name);
  VT_TRY(write_npy(folder, part, "<i4", column, sizeof *column, matrix->entries));
  (void)snprintf(part, sizeof part, "%s_row", name);
  VT_TRY(write_npy(folder, part, "<i4", matrix->row, sizeof *matrix->row, matrix->entries));
  (void)snprintf(part, sizeof part, "%s_value", name);
  VT_TRY(write_npy(folder, part, "<f8", matrix->value, sizeof *matrix->value, matrix->entries));
  free(column);
  return VT_OK;
}

static vt_error write_database(const bench *b) {
  VT_TRY(write_matrix(b->folder, "technosphere", &b->made.technosphere));
  VT_TRY(write_matrix(b->folder, "biosphere", &b->made.biosphere));
  VT_TRY(
      write_npy(b->folder, "reference", "<i4", b->made.reference, sizeof(int), b->size.processes));
  return write_npy(b->folder, "weight", "<f8", b->made.weight, sizeof(double), b->size.flows);
}

// ---------------------------------------------------------------------------------------------

static vt_error read_options(int argc, char **argv, bench *b) {
  int option;
  while ((option = getopt(argc, argv, "n:f:d:t:s:w:")) != -1) {
    const double number = option != '?' && option != 'w' ? strtod(optarg, NULL) : 1;
    VT_CHECK(option != '?' && number >= 0 && number < 1e9, VT_ERR_INPUT, "bad option");
    switch (option) {
      case 'n': b->size.processes = (int)number; break;
      case 'f': b->size.flows = (int)number; break;
      case 'd': b->demands = (int)number; break;
      case 't': b->size.tangle = number; break;
      case 's': b->size.seed = (uint64_t)number; break;
      default: b->folder = optarg; break;
    }
  }
  VT_CHECK(b->size.processes > 0 && b->size.flows > 0 && b->demands > 0 &&
               b->demands <= b->size.processes,
           VT_ERR_INPUT, "sizes must be positive");
  if (b->size.markets > b->size.processes) b->size.markets = b->size.processes;
  return VT_OK;
}

static vt_error run(bench *b) {
  VT_TRY(database_create(&b->size, &b->made));
  if (b->folder) return write_database(b);
  double *score, *spread;
  VT_NEW(score, 2 * (ptrdiff_t)b->demands);
  spread = score + b->demands;
  VT_TRY(run_forward(b, "first_score", 1, score, spread));
  VT_TRY(run_forward(b, "inventories", b->demands, score, spread));
  VT_TRY(run_adjoint(b, score, spread));
  free(score);
  return VT_OK;
}

int main(int argc, char **argv) {
  bench b = {.size = DATABASE_DEFAULT, .demands = 100, .ranks = 1};
  const bool launched = getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_RANK");
  if (launched && MPI_Init(&argc, &argv) == MPI_SUCCESS) {
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &b.rank);
    (void)MPI_Comm_size(MPI_COMM_WORLD, &b.ranks);
  }
  vt_error result = read_options(argc, argv, &b);
  if (result == VT_OK)
    result = vt_background_create(launched ? MPI_COMM_WORLD : MPI_COMM_NULL, &b.background);
  if (result == VT_OK) result = run(&b);
  if (result != VT_OK) (void)fprintf(stderr, "background: %s\n", vt_error_message());
  vt_background_free(b.background);
  database_free(&b.made);
  if (launched) (void)MPI_Finalize();
  return result == VT_OK ? 0 : 1;
}
