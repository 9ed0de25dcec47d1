// traverse.c - from a dated demand through its supply chain, generation by generation.
//
// Runs of processes are added up by class of date; what they emit at their date follows from the
// sums. Whatever the order of work, sums are in the order of dates, then products: same bits.
#include "timeline.h"

#include <math.h>
#include <string.h>

enum { LEAST_HELD = 64, HELD_BYTES = 64 << 20 }; ///< processes of a knot; memory

/// A traversal at work.
typedef struct traversal {
  vt_timeline_graph *g;
  const vt_timeline_numbers *numbers;
  const double *share; // of a unit of each product; shape [products]
  double start;        // what is demanded, its size
  vt_timeline_result *result;
  bool rows;
  vt_generation now, next;
  vt_merging merging;
  double *run;     // of processes, at one date; shape [processes]
  double *work;    // of knots; shape [4 * largest knot]
  int *asked;      // knots with a demand at this date
  bool *is_asked;  // shape [knots]
  int *reached;    // places + 1 of steps from this date; shape [steps]
  int from;        // this date
  double **runs;   // by class; shape [room]
  double **closed; // by class, as products are made; shape [room]
  double **direct; // emissions at other dates by class; shape [room]
  ptrdiff_t room;
  // Runs of the largest knot by date, whose emissions at other dates are still to come.
  int large; // the knot, -1: none is worth it
  double **held;
  ptrdiff_t held_room, holding, most_held;
  double *size;     // sum of the sizes of direct flows; shape [flows]
  double *run_size; // likewise of runs; shape [processes]
  bool warned;
} traversal;

static vt_error vector_of(double **list, int class, ptrdiff_t length, double **vector) {
  if (!list[class]) VT_NEW(list[class], length);
  *vector = list[class];
  return VT_OK;
}

// Lists by class have room for all classes that dates have by now.
static vt_error make_room(traversal *t) {
  const ptrdiff_t needed = t->result->dates->classes;
  if (needed <= t->room) return VT_OK;
  double ***const lists[] = {&t->runs, &t->direct};
  ptrdiff_t room = t->room;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    room = t->room;
    VT_TRY(vt_grow((void *)lists[i], &room, needed, sizeof **lists[i]));
    for (ptrdiff_t c = t->room; c < room; c++) (*lists[i])[c] = NULL;
  }
  t->room = room;
  return VT_OK;
}

static vt_error add_row(traversal *t, int flow, int activity, int64_t date, double amount) {
  vt_timeline_result *r = t->result;
  r->direct_rows++;
  if (!t->rows) return VT_OK;
  VT_TRY(vt_grow(&r->row, &r->row_room, r->rows + 1, sizeof *r->row));
  r->row[r->rows++] = (vt_timeline_row){flow, activity, VT_ROW_DIRECT, date, amount};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What a process asks for and emits.

// Of a product of a snapshot that is dated anew: where it is taken from.
static vt_error ask(traversal *t, int from, int row, int date, bool anew, double amount) {
  const vt_timeline_data *k = t->g->data;
  const int maker = k->system->maker[row];
  const bool looked_up = k->backgrounds > 0 && k->plan->redate && k->snapshot[maker] >= 0 &&
                         (anew || k->snapshot[from] < 0);
  if (!looked_up) return vt_generation_add(&t->next, &t->merging, date, row, amount);
  const vt_dates *dates = t->result->dates;
  const double year = dates->class[dates->date[date].class].year;
  const vt_mix mix = vt_snapshot_mix(k, t->numbers->background, row, year);
  for (int i = 0; i < mix.parts; i++)
    VT_TRY(vt_generation_add(&t->next, &t->merging, date, mix.row[i], amount * mix.weight[i]));
  return VT_OK;
}

static vt_error reach(traversal *t, int step, int process, int *date) {
  if (t->reached[step] == 0) {
    VT_TRY(vt_dates_step(t->result->dates, t->from, step, process, date));
    t->reached[step] = *date + 1;
    return make_room(t);
  }
  *date = t->reached[step] - 1;
  return VT_OK;
}

// Rows are of activities: they are made process by process.
static vt_error list_rows(traversal *t, int j, double run) {
  const vt_timeline_graph *g = t->g;
  const vt_sparse *b = &g->biosphere_now;
  const vt_dates *dates = t->result->dates;
  for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++)
    VT_TRY(add_row(t, b->row[i], j, dates->date[t->from].at, run * b->value[i]));
  for (ptrdiff_t i = g->late_biosphere.start[j]; i < g->late_biosphere.start[j + 1]; i++) {
    const vt_late_part *part = &g->late_biosphere.part[i];
    int date;
    VT_TRY(reach(t, part->step, j, &date));
    VT_TRY(add_row(t, part->row, j, dates->date[date].at, run * part->value));
  }
  return VT_OK;
}

static vt_error put_runs(traversal *t, const vt_knot *knot, const double *run) {
  const vt_timeline_graph *g = t->g;
  const vt_sparse *b = &g->biosphere_now;
  double *runs = NULL;
  bool emits = false;
  VT_TRY(vector_of(t->runs, t->result->dates->date[t->from].class, g->data->processes, &runs));
  for (int i = 0; i < knot->size; i++) {
    const int j = knot->process[i];
    const ptrdiff_t flows = b->column_start[j + 1] - b->column_start[j];
    if (run[i] == 0.0) continue;
    runs[j] += run[i];
    t->run_size[j] += fabs(run[i]);
    t->result->direct_rows += flows;
    emits = emits || flows > 0;
    if (t->rows) VT_TRY(list_rows(t, j, run[i]));
  }
  if (emits) vt_dates_note(t->result->dates, t->from);
  return VT_OK;
}

static vt_error emit(traversal *t, int number, const double *run) {
  const vt_timeline_graph *g = t->g;
  const vt_asks *e = &g->emissions;
  for (ptrdiff_t r = e->first[number]; r < e->first[number + 1]; r++) {
    const vt_ask_row *row = &e->row[r];
    double sum = 0, size = 0, *direct = NULL;
    int date;
    for (ptrdiff_t i = row->first; i < row->end; i++) {
      const double part = run[e->term[i].place] * e->term[i].value;
      sum += part;
      size += fabs(part);
    }
    if (size == 0.0) continue;
    const int process = g->knot[number].process[e->term[row->first].place];
    VT_TRY(reach(t, row->step, process, &date));
    vt_dates_note(t->result->dates, date);
    VT_TRY(vector_of(t->direct, t->result->dates->date[date].class, g->data->flows, &direct));
    direct[row->row] += sum;
    t->size[row->row] += size;
    t->result->direct_rows += row->end - row->first;
  }
  return VT_OK;
}

// Emissions of runs that were held, date by date. The date at work stays.
static vt_error let_go(traversal *t) {
  const int from = t->from;
  vt_error emitted = VT_OK;
  for (ptrdiff_t date = 0; date < t->held_room && t->holding > 0; date++) {
    if (!t->held[date]) continue;
    t->from = (int)date;
    memset(t->reached, 0, (size_t)t->g->steps * sizeof *t->reached);
    if (emitted == VT_OK) emitted = emit(t, t->large, t->held[date]);
    free(t->held[date]);
    t->held[date] = NULL;
    t->holding--;
  }
  t->from = from;
  memset(t->reached, 0, (size_t)t->g->steps * sizeof *t->reached);
  return emitted;
}

// Of one date runs come in many generations: they emit together.
static vt_error hold(traversal *t, const vt_knot *knot, const double *run) {
  if (t->from >= t->held_room) {
    const ptrdiff_t before = t->held_room;
    VT_TRY(vt_grow((void *)&t->held, &t->held_room, (ptrdiff_t)t->from + 1, sizeof *t->held));
    for (ptrdiff_t i = before; i < t->held_room; i++) t->held[i] = NULL;
  }
  if (!t->held[t->from] && t->holding == t->most_held) VT_TRY(let_go(t));
  t->holding += !t->held[t->from];
  double *held = NULL;
  VT_TRY(vector_of(t->held, t->from, knot->size, &held));
  for (int i = 0; i < knot->size; i++) held[i] += run[i];
  return VT_OK;
}

static vt_error ask_all(traversal *t, int number, const double *run) {
  const vt_timeline_graph *g = t->g;
  const vt_asks *a = &g->asks;
  for (ptrdiff_t r = a->first[number]; r < a->first[number + 1]; r++) {
    const vt_ask_row *row = &a->row[r];
    const int process = g->knot[number].process[a->term[row->first].place];
    double sum = 0;
    int date = t->from;
    for (ptrdiff_t i = row->first; i < row->end; i++)
      sum += run[a->term[i].place] * a->term[i].value;
    if (sum == 0.0) continue;
    if (row->step != VT_NO_STEP) VT_TRY(reach(t, row->step, process, &date));
    VT_TRY(ask(t, process, row->row, date, row->step != VT_NO_STEP, sum));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What is not expanded.

static double share_of(const traversal *t, int product, double amount) {
  return fabs(amount) / t->start * t->share[product];
}

static vt_error close_demand(traversal *t, int product, double amount) {
  t->result->share += share_of(t, product, amount);
  vt_dates_note(t->result->dates, t->from);
  return vt_generation_add(&t->result->closed, &t->merging, t->from, product, amount);
}

static vt_error look_up(traversal *t, int product, double amount) {
  vt_dates_note(t->result->dates, t->from);
  return vt_generation_add(&t->result->taken, &t->merging, t->from, product, amount);
}

typedef enum fate { FATE_EXPANDED, FATE_CLOSED, FATE_LOOKED_UP } fate;

static fate fate_of(const traversal *t, int product, double amount) {
  const vt_timeline_data *k = t->g->data;
  const int maker = k->system->maker[product];
  if (k->backgrounds > 0 && k->snapshot[maker] >= 0 && !k->plan->redate) return FATE_LOOKED_UP;
  const bool small = share_of(t, product, amount) < k->plan->cutoff;
  return k->is_static[maker] || t->g->endless[maker] || small ? FATE_CLOSED : FATE_EXPANDED;
}

static void warn_endless(traversal *t, int product, double amount) {
  const vt_timeline_data *k = t->g->data;
  const int maker = k->system->maker[product];
  const bool other = k->is_static[maker] || share_of(t, product, amount) < k->plan->cutoff;
  if (t->warned || !t->g->endless[maker] || other) return;
  t->warned = true;
  vt_warn("a cycle that does not shrink",
          "activity %s is part of a cycle with a delay that does not shrink: demands for it are "
          "closed by their static inventory",
          vt_timeline_activity(k, maker));
}

// -------------------------------------------------------------------------------------------------
// A generation.

static int64_t count_expanded(const traversal *t) {
  int64_t count = 0;
  for (int i = 0; i < t->now.blocks; i++) {
    const vt_block_of_demands *b = &t->now.block[i];
    for (ptrdiff_t d = 0; d < b->count; d++)
      count += fate_of(t, b->product[d], b->amount[d]) == FATE_EXPANDED;
  }
  return count;
}

// Knots that are asked at this date, with what they are asked for in their first runs.
static vt_error sort_block(traversal *t, const vt_block_of_demands *b, bool expands, int *asked) {
  const vt_timeline_data *k = t->g->data;
  *asked = 0;
  for (ptrdiff_t d = 0; d < b->count; d++) {
    const int product = b->product[d], maker = k->system->maker[product];
    const fate of = fate_of(t, product, b->amount[d]);
    if (of == FATE_LOOKED_UP) {
      VT_TRY(look_up(t, product, b->amount[d]));
    } else if (of == FATE_CLOSED || !expands) {
      if (of == FATE_CLOSED) warn_endless(t, product, b->amount[d]);
      VT_TRY(close_demand(t, product, b->amount[d]));
    } else {
      const int knot = t->g->knot_of[maker];
      t->run[maker] = b->amount[d];
      if (t->is_asked[knot]) continue;
      t->is_asked[knot] = true;
      t->asked[(*asked)++] = knot;
    }
  }
  return VT_OK;
}

static vt_error run_knot(traversal *t, vt_knot *knot) {
  double *demand = t->work;
  for (int i = 0; i < knot->size; i++) {
    demand[i] = t->run[knot->process[i]];
    t->run[knot->process[i]] = 0;
  }
  VT_TRY(vt_knot_solve(t->g, knot, demand, t->work + knot->size));
  const int number = t->g->knot_of[knot->process[0]];
  VT_TRY(put_runs(t, knot, demand));
  VT_TRY(number == t->large ? hold(t, knot, demand) : emit(t, number, demand));
  return ask_all(t, number, demand);
}

static vt_error take_block(traversal *t, const vt_block_of_demands *b, bool expands) {
  int asked;
  t->from = b->date;
  memset(t->reached, 0, (size_t)t->g->steps * sizeof *t->reached);
  VT_TRY(sort_block(t, b, expands, &asked));
  qsort(t->asked, (size_t)asked, sizeof *t->asked, vt_compare_ints);
  for (int i = 0; i < asked; i++) {
    t->is_asked[t->asked[i]] = false;
    VT_TRY(run_knot(t, &t->g->knot[t->asked[i]]));
  }
  return VT_OK;
}

static vt_error take_generation(traversal *t) {
  vt_timeline_result *r = t->result;
  VT_TRY(vt_generation_settle(&t->now, &t->merging, r->dates));
  const int64_t expanded = count_expanded(t);
  const bool expands = r->calculations + expanded <= t->g->data->plan->max_calculations;
  if (expands) r->calculations += expanded;
  for (int i = 0; i < t->now.blocks; i++) {
    vt_block_of_demands *b = &t->now.block[i];
    VT_TRY(take_block(t, b, expands));
    // It is not needed any more, while the next one grows.
    free(b->product);
    free(b->amount);
    b->product = NULL;
    b->amount = NULL;
  }
  return VT_OK;
}

static vt_error go(traversal *t, int demand) {
  const vt_timeline_data *k = t->g->data;
  int date;
  const int maker = k->system->maker[k->product[demand]];
  VT_TRY(vt_dates_find(t->result->dates, 0, 0, 0, maker, &date));
  VT_TRY(make_room(t));
  VT_TRY(vt_generation_add(&t->now, &t->merging, date, k->product[demand],
                           t->numbers->amount[demand]));
  while (t->now.blocks > 0) {
    VT_TRY(take_generation(t));
    vt_generation_clear(&t->now);
    const vt_generation held = t->now;
    t->now = t->next;
    t->next = held;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error make_work(traversal *t) {
  const vt_timeline_data *k = t->g->data;
  int largest = 1;
  for (int c = 0; c < t->g->knots; c++)
    if (t->g->knot[c].size > largest) largest = t->g->knot[c].size;
  t->merging.products = k->products;
  VT_NEW(t->merging.sum, k->products);
  VT_NEW(t->merging.seen, k->products);
  VT_NEW(t->merging.list, k->products);
  VT_NEW(t->run, k->processes);
  VT_NEW(t->work, 4 * (ptrdiff_t)largest);
  VT_NEW(t->asked, t->g->knots);
  VT_NEW(t->is_asked, t->g->knots);
  VT_NEW(t->reached, t->g->steps);
  VT_NEW(t->size, k->flows);
  VT_NEW(t->run_size, k->processes);
  t->large = -1;
  for (int c = 0; c < t->g->knots && largest >= LEAST_HELD && t->large < 0; c++)
    if (t->g->knot[c].size == largest) t->large = c;
  t->most_held = HELD_BYTES / ((ptrdiff_t)largest * (ptrdiff_t)sizeof(double)) + 1;
  return VT_OK;
}

// A scale of rows: emissions at the date of the run too.
static void add_sizes(traversal *t) {
  const vt_sparse *b = &t->g->biosphere_now;
  for (int j = 0; j < b->columns; j++)
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++)
      t->size[b->row[i]] += fabs(b->value[i]) * t->run_size[j];
}

static vt_error finish(traversal *t, int demand) {
  vt_timeline_result *r = t->result;
  const ptrdiff_t flows = t->g->data->flows;
  VT_TRY(let_go(t));
  VT_NEW(r->inventory, r->dates->classes * flows);
  for (int c = 0; c < r->dates->classes; c++)
    for (ptrdiff_t e = 0; t->direct[c] && e < flows; e++)
      r->inventory[c * flows + e] = t->direct[c][e];
  add_sizes(t);
  VT_TRY(vt_generation_settle(&r->closed, &t->merging, r->dates));
  VT_TRY(vt_generation_settle(&r->taken, &t->merging, r->dates));
  VT_TRY(vt_timeline_close(t->g, t->numbers, demand, t->runs, t->size, r));
  return t->rows ? vt_timeline_finish_rows(t->g, t->numbers, r) : VT_OK;
}

static void end(traversal *t) {
  void *const owned[] = {t->merging.sum, t->merging.seen, t->merging.list, t->run,  t->work,
                         t->asked,       t->is_asked,     t->reached,      t->size, t->run_size};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  for (ptrdiff_t c = 0; c < t->room; c++) {
    free(t->runs[c]);
    free(t->direct[c]);
  }
  for (ptrdiff_t i = 0; i < t->held_room; i++) free(t->held[i]);
  free(t->held);
  free(t->runs);
  free(t->direct);
  vt_generation_free(&t->now);
  vt_generation_free(&t->next);
}

vt_error vt_timeline_traverse(vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                              const vt_timeline_worth *worth, int demand, bool rows,
                              vt_timeline_result *result) {
  const vt_timeline_data *k = graph->data;
  const int64_t start = vt_date_add(k->plan->start, numbers->start_month, numbers->start_second);
  *result = (vt_timeline_result){0};
  VT_TRY(vt_dates_create(graph, k->dated[demand] ? k->date[demand] : start, start, &result->dates));
  traversal t = {.g = graph,
                 .numbers = numbers,
                 .share = worth->share + (ptrdiff_t)demand * k->products,
                 .start = fabs(numbers->amount[demand]),
                 .result = result,
                 .rows = rows};
  vt_error done = make_work(&t);
  if (done == VT_OK) done = go(&t, demand);
  if (done == VT_OK) done = finish(&t, demand);
  end(&t);
  return done;
}

void vt_timeline_result_free(vt_timeline_result *r) {
  vt_dates_free(r->dates);
  free(r->inventory);
  free(r->static_inventory);
  free(r->remainder);
  vt_generation_free(&r->closed);
  vt_generation_free(&r->taken);
  free(r->row);
  *r = (vt_timeline_result){0};
}
