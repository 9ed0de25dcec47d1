// built.c - in how many scenarios each process is built, and when first: counts over the rows, a
// pass for all processes whose counts fit the memory.
#include "built.h"

#include "sweep.h"

#include <math.h>
#include <stdlib.h>

enum { COUNT_BYTES = 48 << 20 };

// Counts of the whole ensemble, or of its groups.
typedef struct tally {
  int levels;
  int64_t groups;
  int64_t *count; // shape [groups, processes, years]: scenarios that build first in that year
  double *value;  // what is written: shape [groups, processes, years] at most
  vt_slot share, year, quantile;
} tally;

enum { WHOLE, GROUPED, VIEWS };

typedef struct builder {
  const vt_derivation *d;
  const vt_members *members;
  const vt_variable *variable;
  const double *calendar; // shape [years]; NULL: counted from 0
  ptrdiff_t years, first, processes;
  double *above; // shape [all processes]: a total beyond which it is built
  int views;
  tally view[VIEWS];
} builder;

// ---------------------------------------------------------------------------------------------
// What counts as built.

static vt_error take_reference(builder *b, ptrdiff_t all, double *value) {
  const vt_results *rows = b->d->rows;
  vt_h5_pool pool = {0};
  vt_slot slot = {0};
  const hsize_t start[VT_SLOT_AXES] = {0};
  vt_error done = vt_slot_open(rows, &pool, "reference/installation", &slot);
  const bool fits = done == VT_OK && slot.axes == 2 && (ptrdiff_t)slot.extent[0] == all &&
                    (ptrdiff_t)slot.extent[1] == b->years;
  if (fits) done = vt_slot_read(rows, &slot, start, slot.extent, value);
  const vt_sweep_piece piece = {
      .rows = all, .storage = slot.storage, .item = value, .width = b->years};
  for (ptrdiff_t p = 0; fits && done == VT_OK && p < all; p++) {
    double total = 0;
    for (ptrdiff_t t = 0; t < b->years; t++) total += vt_sweep_value(&piece, p, t);
    b->above[p] = 1e-9 * fmax(1, total); // 1e-9 where there is no reference plan
  }
  vt_h5_release(&pool);
  return done;
}

static vt_error choose_limits(builder *b) {
  const double given = b->d->target->layout->summary->built_above;
  const ptrdiff_t all = b->variable->cells / b->years;
  double *value;
  VT_NEW(b->above, all);
  for (ptrdiff_t p = 0; p < all; p++) b->above[p] = isnan(given) ? 1e-9 : given;
  if (!isnan(given) || !b->variable->reference) return VT_OK;
  VT_NEW(value, b->variable->cells);
  const vt_error taken = take_reference(b, all, value);
  free(value);
  return taken;
}

// ---------------------------------------------------------------------------------------------
// Counting.

// The year in which the installations so far first go beyond the limit; `years` if their total does
// not.
static ptrdiff_t first_year(const builder *b, const vt_sweep_piece *piece, int64_t row,
                            ptrdiff_t process) {
  const double above = b->above[b->first + process];
  ptrdiff_t first = b->years;
  double total = 0;
  for (ptrdiff_t t = 0; t < b->years; t++) {
    total += vt_sweep_value(piece, row, process * b->years + t);
    if (first == b->years && total > above) first = t;
  }
  return total > above ? first : b->years;
}

static void count_piece(void *context, const vt_sweep_piece *piece) {
  builder *b = context;
  for (int64_t r = 0; r < piece->rows; r++) {
    const int64_t k = piece->first + r;
    if (!b->members->optimal[k]) continue;
    const int64_t group = b->views > GROUPED ? b->members->group[k] : 0;
    for (ptrdiff_t p = 0; p < b->processes; p++) {
      const ptrdiff_t year = first_year(b, piece, r, p);
      if (year == b->years) continue;
      b->view[WHOLE].count[p * b->years + year]++;
      if (b->views > GROUPED && group < b->members->groups)
        b->view[GROUPED].count[(group * b->processes + p) * b->years + year]++;
    }
  }
}

static int64_t covered_by(const builder *b, int view, int64_t group) {
  const vt_members *m = b->members;
  return view == WHOLE ? m->covered : m->begin[group + 1] - m->begin[group];
}

// ---------------------------------------------------------------------------------------------
// Writing.

// value has shape [groups, processes, ...], the rest of the axes whole but for the quantile's.
static vt_error write_processes(const builder *b, const tally *w, const vt_slot *slot, int before,
                                hsize_t quantile) {
  hsize_t start[VT_SLOT_AXES] = {0}, count[VT_SLOT_AXES];
  for (int a = 0; a < slot->axes; a++) count[a] = slot->extent[a];
  if (before > 0) {
    start[w->levels] = quantile;
    count[w->levels] = 1;
  }
  start[w->levels + before] = (hsize_t)b->first;
  count[w->levels + before] = (hsize_t)b->processes;
  return vt_slot_write(b->d->target, slot, start, count, w->value);
}

static int64_t built_in(const builder *b, const int64_t *count) {
  int64_t built = 0;
  for (ptrdiff_t t = 0; t < b->years; t++) built += count[t];
  return built;
}

// The lower order statistic of the first years.
static double year_below(const builder *b, const int64_t *count, double p) {
  const int64_t built = built_in(b, count);
  if (built == 0) return (double)NAN;
  const int64_t wanted = (int64_t)floor((double)(built - 1) * p);
  ptrdiff_t t = 0;
  for (int64_t passed = count[0]; passed <= wanted; passed += count[t]) t++;
  return b->calendar ? b->calendar[t] : (double)t;
}

static vt_error write_view(const builder *b, int view) {
  const tally *w = &b->view[view];
  const vt_layout *layout = b->d->target->layout;
  for (int64_t i = 0; i < w->groups * b->processes; i++) {
    const double covered = (double)covered_by(b, view, i / b->processes);
    for (ptrdiff_t t = 0; t < b->years; t++)
      w->value[i * b->years + t] = (double)w->count[i * b->years + t] / covered;
  }
  VT_TRY(write_processes(b, w, &w->year, 0, 0));
  for (int64_t i = 0; i < w->groups * b->processes; i++)
    w->value[i] = (double)built_in(b, w->count + i * b->years) /
                  (double)covered_by(b, view, i / b->processes);
  VT_TRY(write_processes(b, w, &w->share, 0, 0));
  for (int q = 0; q < layout->quantiles; q++) {
    for (int64_t i = 0; i < w->groups * b->processes; i++)
      w->value[i] = year_below(b, w->count + i * b->years, layout->quantile[q]);
    VT_TRY(write_processes(b, w, &w->quantile, 1, (hsize_t)q));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error open_view(const builder *b, int view, vt_h5_pool *pool, tally *w) {
  const bool grouped = view == GROUPED;
  const vt_results *target = b->d->target;
  VT_TRY(vt_statistics_open(target, grouped, pool, "built", "share", &w->share));
  VT_TRY(vt_statistics_open(target, grouped, pool, "first_year", "share", &w->year));
  if (target->layout->quantiles == 0) return VT_OK;
  return vt_statistics_open(target, grouped, pool, "first_year", "quantile", &w->quantile);
}

static vt_error fill_block(builder *b) {
  const int variable = b->d->target->layout->summary->built;
  for (int w = 0; w < b->views; w++) {
    for (int64_t i = 0; i < b->view[w].groups * b->processes * b->years; i++)
      b->view[w].count[i] = 0;
  }
  VT_TRY(vt_sweep(b->d->rows, &b->d->rows->slot[variable], b->first * b->years,
                  b->processes * b->years, count_piece, b));
  for (int w = 0; w < b->views; w++) VT_TRY(write_view(b, w));
  return VT_OK;
}

static vt_error fill_range(builder *b, ptrdiff_t begin, ptrdiff_t end, vt_h5_pool *pool) {
  int64_t groups = 0;
  for (int w = 0; w < b->views; w++) groups += b->view[w].groups;
  ptrdiff_t at_once = COUNT_BYTES / (ptrdiff_t)sizeof(int64_t) / (ptrdiff_t)groups / b->years / 2;
  if (at_once > end - begin) at_once = end - begin;
  if (at_once < 1) at_once = 1;
  VT_TRY(choose_limits(b));
  for (int w = 0; w < b->views; w++) {
    VT_TRY(open_view(b, w, pool, &b->view[w]));
    VT_NEW(b->view[w].count, b->view[w].groups * at_once * b->years);
    VT_NEW(b->view[w].value, b->view[w].groups * at_once * b->years);
  }
  for (ptrdiff_t at = begin; at < end; at += at_once) {
    b->first = at;
    b->processes = end - at < at_once ? end - at : at_once;
    VT_TRY(fill_block(b));
  }
  return VT_OK;
}

vt_error vt_built_fill(const vt_derivation *d, const vt_members *members) {
  const vt_layout *layout = d->target->layout;
  const vt_summary *asked = layout->summary;
  if (!asked || asked->built < 0) return VT_OK;
  const vt_variable *v = &layout->variable[asked->built];
  const vt_dimension *time = &layout->dimension[v->dimension[1]];
  builder b = {.d = d,
               .members = members,
               .variable = v,
               .calendar = time->number,
               .years = time->size,
               .views = members->groups > 0 ? VIEWS : GROUPED,
               .view = {{.groups = 1}, {.levels = asked->groupings, .groups = members->groups}}};
  const ptrdiff_t all = v->cells / b.years;
  const ptrdiff_t begin = vt_share_start(all, d->rank, d->size);
  const ptrdiff_t end = vt_share_start(all, d->rank + 1, d->size);
  vt_h5_pool pool = {0};
  const vt_error done = begin < end ? fill_range(&b, begin, end, &pool) : VT_OK;
  vt_h5_release(&pool);
  free(b.above);
  for (int w = 0; w < VIEWS; w++) {
    free(b.view[w].count);
    free(b.view[w].value);
  }
  return done;
}
