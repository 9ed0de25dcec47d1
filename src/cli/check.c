// check.c - vintner check: validate a study and print the plan, solve nothing.
#include "job.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

typedef struct plan {
  const char *name;
  int64_t scenarios, textbook_rows, textbook_columns;
  int rows, columns, factors, threads;
  ptrdiff_t entries;
  double memory_mib, file_mib;
  int64_t ranks;
} plan;

static double file_bytes(const vt_layout *layout) {
  static const int width[] = {
      [VT_STORE_DOUBLE] = 8, [VT_STORE_SINGLE] = 4, [VT_STORE_INT8] = 1, [VT_STORE_INT32] = 4};
  double row = 8, once = 64 * 1024;
  for (int v = 0; v < layout->variables; v++) {
    const vt_variable *variable = &layout->variable[v];
    row += (double)variable->cells * width[variable->storage];
    if (variable->statistics) once += 8.0 * (double)variable->cells * (6 + layout->quantiles);
  }
  return once + row * (double)layout->scenarios;
}

// GLPK keeps rows, columns and entries in lists, and a factorisation: 100 to 200 bytes an entry.
static double session_bytes(const vt_program *p) {
  return 200.0 * (double)p->entries + 400.0 * ((double)p->rows + p->columns);
}

// Blocks of rows take 8 MiB, or a row for each thread if that is more, beside the reference's. The
// statistics at the end turn rows into columns, at most 192 MiB of them at a time.
static double layout_bytes(const vt_layout *layout, int threads) {
  double row = 0, widest = 0;
  for (int v = 0; v < layout->variables; v++) {
    const double cells = (double)layout->variable[v].cells;
    row += 8.0 * cells;
    if (layout->variable[v].statistics && cells > widest) widest = cells;
  }
  const double blocks = row + fmax(8.0 * (1 << 20), row * threads);
  const double columns =
      fmin(192.0 * (1 << 20), 8.0 * widest * ((double)layout->scenarios + 6 + layout->quantiles));
  return fmax(blocks, columns);
}

static plan make_plan(const job *j) {
  const vt_pathway *model = vt_pathway_kind_model(j->kind);
  const vt_program *program = vt_pathway_program(model);
  const vt_layout *layout = vt_pathway_kind_interface(j->kind)->layout;
  plan p = {.name = j->study->name,
            .scenarios = layout->scenarios,
            .rows = program->rows,
            .columns = program->columns,
            .entries = program->entries,
            .factors = j->study->factors,
            .threads = j->threads};
  vt_pathway_textbook_size(model, &p.textbook_rows, &p.textbook_columns);
  const double thread_bytes = (double)vt_pathway_state_bytes(model) + session_bytes(program);
  ptrdiff_t stored = 0;
  for (int t = 0; t < VT_TENSOR_COUNT; t++) stored += j->inputs->tensor[t].count;
  const double shared_bytes =
      40.0 * (double)stored + session_bytes(program) + layout_bytes(layout, j->threads);
  const double mib = 1024.0 * 1024.0;
  p.memory_mib = (shared_bytes + j->threads * thread_bytes) / mib + 30.0;
  p.file_mib = file_bytes(layout) / mib;
  // A rank is worth its start only with some hundred scenarios a thread.
  p.ranks = layout->scenarios / (256 * (int64_t)j->threads);
  if (p.ranks < 1) p.ranks = 1;
  return p;
}

static void print_text(const plan *p, FILE *out) {
  (void)fprintf(out, "study            %s\n", p->name);
  (void)fprintf(out, "scenarios        %" PRId64 " (%d factors)\n", p->scenarios, p->factors);
  (void)fprintf(out, "linear programme %d rows x %d columns, %td entries\n", p->rows, p->columns,
                p->entries);
  (void)fprintf(out, "  before classes %" PRId64 " rows x %" PRId64 " columns\n", p->textbook_rows,
                p->textbook_columns);
  (void)fprintf(out, "memory per rank  %.0f MiB with %d thread%s\n", p->memory_mib, p->threads,
                p->threads == 1 ? "" : "s");
  (void)fprintf(out, "results file     %.1f MiB\n", p->file_mib);
  (void)fprintf(out, "ranks worth it   up to %" PRId64 "\n", p->ranks);
}

static void print_json(const plan *p, FILE *out) {
  (void)fprintf(
      out,
      "{\"name\": \"%s\", \"scenarios\": %" PRId64
      ", \"factors\": %d, \"rows\": %d, \"columns\": %d, \"entries\": %td, "
      "\"textbook_rows\": %" PRId64 ", \"textbook_columns\": %" PRId64
      ", \"threads\": %d, \"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %" PRId64 "}\n",
      p->name, p->scenarios, p->factors, p->rows, p->columns, p->entries, p->textbook_rows,
      p->textbook_columns, p->threads, p->memory_mib, p->file_mib, p->ranks);
}

// ---------------------------------------------------------------------------------------------
// Plain LCA.

static double inventory_mib(const job *j, const vt_inventory_sizes *s) {
  const vt_inventory_plan *asked = &j->study->model.inventory;
  const double work = 6.0 * s->demands * s->categories * asked->contributions;
  const double matrices = 60.0 * ((double)s->technosphere + (double)s->biosphere);
  const double weights = 8.0 * (double)s->categories * s->flows;
  return (file_bytes(job_layout(j)) + 8 * work + matrices + weights) / (1024.0 * 1024.0) + 60.0;
}

static void print_inventory(const job *j, FILE *out) {
  const vt_inventory_sizes s = vt_inventory_kind_sizes(j->inventory);
  // A rank's own preparation takes as long as some twenty solves.
  const ptrdiff_t ranks = s.shared ? (s.solves + 19) / 20 : 1;
  const double memory = inventory_mib(j, &s);
  const double file = file_bytes(job_layout(j)) / (1024.0 * 1024.0);
  if (j->o->json) {
    (void)fprintf(out,
                  "{\"name\": \"%s\", \"scenarios\": 1, \"demands\": %d, \"categories\": %d, "
                  "\"products\": %d, \"processes\": %d, \"elementary_flows\": %d, "
                  "\"technosphere_entries\": %td, \"biosphere_entries\": %td, "
                  "\"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %td}\n",
                  j->study->name, s.demands, s.categories, s.products, s.processes, s.flows,
                  s.technosphere, s.biosphere, memory, file, ranks);
    return;
  }
  (void)fprintf(out, "study            %s\n", j->study->name);
  (void)fprintf(out, "scenarios        1\n");
  (void)fprintf(out, "demands          %d, %d categories\n", s.demands, s.categories);
  (void)fprintf(out, "technosphere     %d products x %d processes, %td entries\n", s.products,
                s.processes, s.technosphere);
  (void)fprintf(out, "biosphere        %d elementary flows, %td entries\n", s.flows, s.biosphere);
  (void)fprintf(out, "memory           %.0f MiB\n", memory);
  (void)fprintf(out, "results file     %.1f MiB\n", file);
  (void)fprintf(out, "solves           %td\n", s.solves);
  (void)fprintf(out, "ranks worth it   up to %td\n", ranks);
}

static vt_error check_inventory(const job *j, FILE *out) {
  VT_TRY(vt_inventory_kind_prove(j->inventory));
  vt_log_release();
  if (!j->o->quiet) print_inventory(j, out);
  return VT_OK;
}

vt_error command_check(const options *o, const vt_team *team, FILE *out) {
  // Rank 0 works alone: the plan is for the ranks, not of them.
  const vt_team alone = {.size = 1};
  job j = {.o = o, .team = &alone};
  (void)team;
  vt_error loaded = job_load(&j, o->file, NULL);
  if (loaded == VT_OK && j.inventory) {
    loaded = check_inventory(&j, out);
  } else if (loaded == VT_OK) {
    vt_log_release();
    const plan p = make_plan(&j);
    if (!o->quiet) (o->json ? print_json : print_text)(&p, out);
  }
  job_free(&j);
  return loaded;
}
