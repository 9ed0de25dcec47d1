// run.c - the ensemble's main loop: a rank takes a block of scenarios, its threads solve them, its
// main thread writes the rows.
#include "halt.h"
#include "share.h"

#include <inttypes.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Rows waiting in memory are lost in a kill: keep a block short in time and small in memory.
static const double longest_block_s = 0.5;
static const int64_t most_rows = 1024;

static int64_t largest_block(const vt_layout *layout, const vt_run_options *options) {
  ptrdiff_t row_bytes = 0;
  for (int v = 0; v < layout->variables; v++)
    row_bytes += layout->variable[v].cells * (ptrdiff_t)sizeof(double);
  int64_t most = VT_BLOCK_BYTES / (row_bytes > 0 ? row_bytes : 1);
  const double by_time = longest_block_s * options->threads / (options->solve_s + 1e-9);
  if ((double)most > by_time) most = (int64_t)by_time;
  if (most > most_rows) most = most_rows;
  return most > options->threads ? most : options->threads;
}

// ---------------------------------------------------------------------------------------------
// Progress: a live line on a terminal, else a line every half minute; rank 0 only.

typedef struct progress {
  double start_s, shown_s;
  bool terminal, speaks;
  const char *what;
  int64_t before, all; // all 0: of the work
} progress;

static progress progress_start(const vt_run_options *options) {
  const double now = omp_get_wtime();
  return (progress){.start_s = now,
                    .shown_s = now,
                    .terminal = isatty(STDERR_FILENO) == 1,
                    .speaks = vt_log_wants(VT_LOG_INFO),
                    .what = options->what ? options->what : "scenarios",
                    .before = options->before,
                    .all = options->all};
}

static void progress_show(progress *p, int64_t done, int64_t work) {
  const double now = omp_get_wtime();
  const int64_t all = p->all > 0 ? p->all : work, so_far = p->before + done;
  if (!p->speaks || now - p->shown_s < (p->terminal ? 0.5 : 30.0) || done == 0) return;
  p->shown_s = now;
  const double rate = (double)done / (now - p->start_s);
  char line[160];
  (void)snprintf(line, sizeof line,
                 "%" PRId64 " of %" PRId64 " %s (%.0f %%), %.0f per second, %.0f s left", so_far,
                 all, p->what, 100.0 * (double)so_far / (double)all, rate,
                 (double)(all - so_far) / rate);
  if (p->terminal) {
    (void)fprintf(stderr, "\r%s\x1b[K", line);
  } else {
    vt_log(VT_LOG_INFO, "%s", line);
  }
}

static void progress_end(const progress *p) {
  if (p->speaks && p->terminal && p->shown_s > p->start_s) (void)fputs("\r\x1b[K", stderr);
}

// ---------------------------------------------------------------------------------------------
// The loop.

typedef struct loop {
  const vt_kind *kind;
  void *model;
  const vt_layout *layout;
  const vt_run_options *options;
  const vt_sink *sink;
  vt_halt halt;
  vt_share share;
  vt_block rows;        // room for the largest block
  int64_t first, count; // of the block in work, as positions in the list of work
  _Atomic int64_t next; // next position of the block to solve
  atomic_int failed;    // vt_error of the first thread that failed
  progress progress;
  int64_t done; // scenarios of this rank
} loop;

static int64_t id_at(const loop *l, int64_t position) {
  return l->options->work ? l->options->work[position] : l->layout->first + position;
}

static double *status_at(const loop *l, int64_t i) {
  return l->rows.data[l->layout->status] + i;
}

// Threads race for scenarios of the block; each writes its own rows. Who is told to stop begins no
// other.
static vt_error solve_share(loop *l, void *worker) {
  const vt_layout *layout = l->layout;
  double **row;
  VT_NEW(row, layout->variables);
  vt_error solved = VT_OK;
  while (solved == VT_OK && vt_stop_asked() == VT_GO_ON) {
    const int64_t i = atomic_fetch_add(&l->next, 1);
    if (i >= l->count) break;
    for (int v = 0; v < layout->variables; v++)
      row[v] = l->rows.data[v] + i * layout->variable[v].cells;
    solved = l->kind->solve(worker, id_at(l, l->first + i), row);
    // It may have been left in the middle.
    if (vt_stop_asked() >= VT_DROP) *status_at(l, i) = VT_NOT_DONE;
  }
  free(row);
  return solved;
}

// Rows of scenarios that were solved and follow each other are written at once. Ids of a block are
// consecutive, except where a resumed run skips what is done.
static vt_error write_rows(loop *l) {
  const vt_layout *layout = l->layout;
  double **data;
  VT_NEW(data, layout->variables);
  vt_error written = VT_OK;
  for (int64_t i = 0, end; i < l->count && written == VT_OK; i = end) {
    end = i + 1;
    if (*status_at(l, i) == VT_NOT_DONE) continue;
    while (end < l->count && *status_at(l, end) != VT_NOT_DONE &&
           id_at(l, l->first + end) == id_at(l, l->first + end - 1) + 1)
      end++;
    for (int v = 0; v < layout->variables; v++)
      data[v] = l->rows.data[v] + i * layout->variable[v].cells;
    const vt_block block = {id_at(l, l->first + i), end - i, data};
    written = l->sink->write(l->sink->context, &block);
    if (written == VT_OK) l->done += block.count;
  }
  free(data);
  return written;
}

// All ranks are told at once: what they would still solve might have nowhere to go.
static void note_failure(loop *l, vt_error error) {
  int none = VT_OK;
  if (error == VT_OK) return;
  (void)atomic_compare_exchange_strong(&l->failed, &none, (int)error);
  vt_stop_ask(VT_QUIT);
}

static void take_block(loop *l) {
  l->count = 0;
  note_failure(l, vt_halt_poll(&l->halt));
  if (atomic_load(&l->failed) != VT_OK || vt_stop_asked() != VT_GO_ON) return;
  note_failure(l, vt_share_next(&l->share, &l->first, &l->count));
  for (int64_t i = 0; i < l->count; i++) *status_at(l, i) = VT_NOT_DONE;
  atomic_store(&l->next, 0);
  progress_show(&l->progress, l->first, l->share.work);
}

// One thread's part. The text of an error belongs to the thread that failed: a message of another
// thread than the main one is handed over through `text`.
static void work(loop *l, vt_text *text) {
  void *worker = NULL;
  vt_error mine = l->kind->worker_create(l->model, &worker);
  for (;;) {
    note_failure(l, mine);
    if (mine != VT_OK && omp_get_thread_num() != 0)
      (void)vt_text_add(text, "%s", vt_error_message());
#pragma omp barrier
    if (omp_get_thread_num() == 0) take_block(l);
#pragma omp barrier
    if (l->count == 0) break;
    if (mine == VT_OK) mine = solve_share(l, worker);
    note_failure(l, mine); // before the barrier: rows that were not solved must not be written
#pragma omp barrier
    if (omp_get_thread_num() == 0 && atomic_load(&l->failed) == VT_OK) mine = write_rows(l);
  }
  l->kind->worker_free(worker);
}

static vt_error run_threads(loop *l) {
  const int threads = l->kind->one_thread ? 1 : l->options->threads;
  vt_text *text;
  VT_NEW(text, threads);
#pragma omp parallel num_threads(threads)
  work(l, &text[omp_get_thread_num()]);
  const vt_error failed = (vt_error)atomic_load(&l->failed);
  for (int i = 0; i < threads; i++) {
    if (text[i].length > 0)
      (void)vt_error_raise(failed, __FILE__, __LINE__, __func__, "%s", text[i].bytes);
    vt_text_free(&text[i]);
  }
  free(text);
  return failed;
}

static vt_error count_rest(const vt_team *team, int64_t work, int64_t done, int64_t *left) {
  int64_t all = done;
  if (team->parallel) VT_CALL_MPI(MPI_Allreduce(&done, &all, 1, MPI_INT64_T, MPI_SUM, team->comm));
  *left = work - all;
  return VT_OK;
}

static vt_error run_shared(loop *l, int64_t work, int64_t *left) {
  const vt_team *team = l->share.team;
  const int64_t rows = l->share.largest < work ? l->share.largest : work;
  vt_error ran = vt_block_create(l->layout, rows, &l->rows);
  if (ran == VT_OK) ran = run_threads(l);
  vt_block_free(l->layout, &l->rows);
  progress_end(&l->progress);
  note_failure(l, ran);
  if (ran != VT_OK) (void)vt_halt_poll(&l->halt); // tells other nodes
  ran = vt_team_settle(team, ran);
  return ran == VT_OK ? count_rest(team, work, l->done, left) : ran;
}

vt_error vt_ensemble_run(const vt_team *team, const vt_kind *kind, void *model,
                         const vt_run_options *options, const vt_sink *sink, int64_t *left) {
  const vt_layout *layout = kind->layout(model);
  loop l = {.kind = kind,
            .model = model,
            .layout = layout,
            .options = options,
            .sink = sink,
            .progress = progress_start(options)};
  const int64_t work = options->work ? options->work_count : layout->scenarios;
  VT_TRY(vt_halt_open(team, &l.halt));
  vt_error ran =
      vt_share_open(team, work, options->threads, largest_block(layout, options), &l.share);
  if (ran == VT_OK) {
    ran = run_shared(&l, work, left);
    const vt_error closed = vt_share_close(&l.share);
    if (ran == VT_OK) ran = closed;
  }
  const vt_error halted = vt_halt_close(&l.halt);
  return ran != VT_OK ? ran : halted;
}
