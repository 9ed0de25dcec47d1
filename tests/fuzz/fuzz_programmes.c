// fuzz_programmes.c - hostile linear programmes: what the ladder makes of them against the truth in
// exact arithmetic (tests/common/exact_lp.h), for a programme, for another scenario of it from the
// first one's basis, and for that one by itself.
//
// Coefficients of 1e-9 to 1e9, twins among rows and columns that differ by 1e-16 to 1 of a number
// or not at all, empty rows and columns, free and fixed columns, ranges, huge and tiny bounds,
// degenerate vertices, costs on the verge of a ray, bounds on the verge of a conflict; 1 to 40 rows
// and columns. The numbers of the programmes are drawn from their index alone.
//
// What is wrong: another outcome than the truth, an optimum that does not fit the true one, an
// answer that depends on what was solved before. Which side of the line a programme by a hair falls
// on is a matter of definition, and no error. By a hair is
//   - a truth whose own proof (Farkas' sum and the weights in it, the slope of a ray) succeeds by
//     less than FIRM of its terms: what the room calls proven succeeds by 1e-9;
//   - a truth that becomes another one when all numbers are shaken by up to SHAKE of themselves;
//   - a claim whose own proof, taken again here from the definitions, holds to within VERGE of its
//     terms: that claim is true of a programme whose numbers differ by no more.
// Told apart from errors are an optimum that no rung could prove (missed), claims that rest on
// several rungs' word, which their reason says, and programmes that the ladder leaves undecided
// although the truth is firm: what doubles can prove has an end, so one answer in 20,000 may be of
// that kind.
//
//   meson test -C build --setup slow       10^5 of them
//   build/tests/fuzz/fuzz_programmes [FIRST [COUNT]]
//   build/tests/fuzz/fuzz_programmes show INDEX      the numbers, and what comes out
#include "exact_lp.h"

#include "../unit/lp/lp_samples.h"

#define FIRM 1e-8
#define SHAKE 1e-8
#define VERGE 1e-9

enum { ANSWERS_PER_UNDECIDED = 20000 };

static const char *const names[] = {"optimal",    "infeasible", "unbounded", "inaccurate",
                                    "iterations", "timeout",    "failed"};

// ---------------------------------------------------------------------------------------------
// Programmes.

static int size_of(stream *r) {
  const double t = draw(r);
  return 1 + pick(r, t < 0.6 ? 6 : t < 0.93 ? 15 : 40);
}

// What makes the numbers of a programme hard.
typedef struct {
  int digits;  // 0: whole numbers of one digit, 1: of three digits, 2: all bits
  bool binary; // powers of two, not of ten
  int row_spread, column_spread, entry_spread;
  double density, twins, degenerate, crooked;
} hostility;

static double power(stream *r, const hostility *h, int spread) {
  const int e = spread == 0 ? 0 : pick(r, 2 * spread + 1) - spread;
  return h->binary ? ldexp(1, 3 * e) : pow(10, e);
}

static double digits(stream *r, const hostility *h) {
  const double v = h->digits == 0   ? 1 + pick(r, 9)
                   : h->digits == 1 ? (1 + pick(r, 999)) / 100.0
                                    : 0.1 + 9 * draw(r);
  return draw(r) < 0.5 ? -v : v;
}

static hostility hostility_of(stream *r) {
  static const int spreads[] = {0, 0, 1, 3, 6, 9};
  hostility h = {.digits = pick(r, 3), .binary = draw(r) < 0.3};
  h.row_spread = spreads[pick(r, 6)];
  h.column_spread = spreads[pick(r, 6)];
  h.entry_spread = draw(r) < 0.5 ? 0 : spreads[pick(r, 6)];
  h.density = 0.15 + 0.85 * draw(r);
  h.twins = draw(r) < 0.5 ? 0 : 0.5 * draw(r);
  h.degenerate = draw(r);
  h.crooked = draw(r) < 0.6 ? 0 : 0.3 * draw(r);
  return h;
}

// A number next to another one.
static double nearly(stream *r, double v) {
  return v * (1 + (draw(r) < 0.5 ? -1 : 1) * pow(10, -pick(r, 17)));
}

static void make_twins(stream *r, const hostility *h, int rows, int columns, double *dense) {
  static const double factors[] = {1, 1, -1, 2, 0.5, 3, 0.1, -0.7, 1e6, 1e-6};
  for (int i = 1; i < rows; i++) {
    if (draw(r) >= h->twins) continue;
    const int k = pick(r, i);
    const double f = factors[pick(r, 10)];
    for (int j = 0; j < columns; j++) dense[i * columns + j] = f * dense[k * columns + j];
    if (draw(r) < 0.5) dense[i * columns + pick(r, columns)] *= nearly(r, 1);
  }
  for (int j = 1; j < columns; j++) {
    if (draw(r) >= h->twins) continue;
    const int k = pick(r, j);
    const double f = factors[pick(r, 10)];
    for (int i = 0; i < rows; i++) dense[i * columns + j] = f * dense[i * columns + k];
    if (draw(r) < 0.5) dense[pick(r, rows) * columns + j] *= nearly(r, 1);
  }
}

static void bound_column(stream *r, const hostility *h, sample *s, int j, double unit) {
  const int kind = pick(r, 20);
  if (kind < 11) return;
  if (kind < 14) s->column_lower[j] = -INF;
  if (kind >= 14 && kind < 17) s->column_upper[j] = unit * fabs(digits(r, h));
  if (kind == 14) s->column_lower[j] = -unit * fabs(digits(r, h));
  if (kind == 17) {
    s->column_lower[j] = -INF;
    s->column_upper[j] = unit * digits(r, h);
  }
  if (kind == 18)
    s->column_lower[j] = s->column_upper[j] = unit * (draw(r) < 0.5 ? 0 : digits(r, h));
  if (kind == 19) s->column_upper[j] = unit * pow(10, pick(r, 31) - 12);
}

static void bound_row(stream *r, const hostility *h, sample *s, int i, double activity,
                      double size) {
  if (size == 0) size = draw(r) < 0.8 ? 0 : 1;
  double slack = draw(r) < h->degenerate ? 0 : size * pow(10, 1 - pick(r, 12)) * draw(r);
  if (draw(r) < h->crooked) slack = -size * pow(10, 1 - pick(r, 14)) * draw(r);
  const int kind = pick(r, 10);
  if (kind < 4) s->row_lower[i] = activity - slack;
  if (kind >= 4 && kind < 7) s->row_upper[i] = activity + slack;
  if (kind == 7) s->row_lower[i] = s->row_upper[i] = activity + (slack < 0 ? slack : 0);
  if (kind == 8) {
    s->row_lower[i] = activity - fabs(slack);
    s->row_upper[i] = activity + fabs(slack) * draw(r);
  }
}

// Costs that some multipliers explain, so that no ray falls; then a little less of it.
static void price(stream *r, const hostility *h, sample *s, const double *row_unit,
                  const double *column_unit) {
  const int kind = pick(r, 6);
  double *y = doubles(s->program.rows, 0);
  for (int i = 0; i < s->program.rows; i++) {
    y[i] = draw(r) < 0.5 ? 0 : fabs(digits(r, h)) / row_unit[i];
    if (isinf(s->row_lower[i])) y[i] = -y[i];
    if (isinf(s->row_lower[i]) && isinf(s->row_upper[i])) y[i] = 0;
  }
  for (int j = 0; j < s->program.columns; j++) {
    double c = 0, d = draw(r) < 0.5 ? 0 : fabs(digits(r, h)) / column_unit[j];
    if (isinf(s->column_lower[j])) d = isinf(s->column_upper[j]) ? 0 : -d;
    for (ptrdiff_t e = s->program.column_start[j]; e < s->program.column_start[j + 1]; e++)
      c += s->value[e] * y[s->program.row[e]];
    if (kind < 3) s->cost[j] = c + d;
    if (kind == 1 && draw(r) < 0.3) s->cost[j] = nearly(r, s->cost[j]);
    if (kind == 2 && draw(r) < 0.3) s->cost[j] -= fabs(d + c) * pow(10, -pick(r, 14));
    if (kind == 3) s->cost[j] = digits(r, h) / column_unit[j];
    if (kind == 4)
      s->cost[j] = d + (draw(r) < 0.1 ? -fabs(digits(r, h)) / column_unit[j] * power(r, h, 9) : 0);
    if (kind == 5) s->cost[j] = draw(r) < 0.2 ? digits(r, h) * power(r, h, 9) : 0;
  }
  free(y);
}

static sample hostile(stream *r) {
  const hostility h = hostility_of(r);
  const int rows = size_of(r), columns = size_of(r);
  double *dense = doubles(rows * columns, 0), *row_unit = doubles(rows, 1),
         *column_unit = doubles(columns, 1);
  for (int i = 0; i < rows; i++) row_unit[i] = power(r, &h, h.row_spread);
  for (int j = 0; j < columns; j++) column_unit[j] = power(r, &h, h.column_spread);
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++)
      if (draw(r) < h.density)
        dense[i * columns + j] =
            digits(r, &h) * row_unit[i] / column_unit[j] * power(r, &h, h.entry_spread);
  }
  make_twins(r, &h, rows, columns, dense);
  sample s = sample_of(rows, columns, dense);
  free(dense);
  double *activity = doubles(rows, 0), *size = doubles(rows, 0);
  const double far = power(r, &h, draw(r) < 0.7 ? 0 : 9);
  for (int j = 0; j < columns; j++) {
    bound_column(r, &h, &s, j, column_unit[j] * far);
    double x = draw(r) < 0.5
                   ? 0
                   : far * column_unit[j] * (draw(r) < 0.8 ? fabs(digits(r, &h)) : digits(r, &h));
    x = fmax(s.column_lower[j], fmin(s.column_upper[j], x));
    for (ptrdiff_t e = s.program.column_start[j]; e < s.program.column_start[j + 1]; e++) {
      activity[s.program.row[e]] += s.value[e] * x;
      size[s.program.row[e]] = fmax(size[s.program.row[e]], fabs(s.value[e] * x));
    }
  }
  for (int i = 0; i < rows; i++) bound_row(r, &h, &s, i, activity[i], size[i]);
  price(r, &h, &s, row_unit, column_unit);
  for (int j = 0; j < columns; j++) s.weight[j] = pick(r, 3);
  free(activity);
  free(size);
  free(row_unit);
  free(column_unit);
  return s;
}

static double other_value(stream *r, double v, double alone) {
  if (isinf(v)) return v;
  if (v == 0) return draw(r) < 0.5 ? 0 : alone;
  const int kind = pick(r, 4);
  return kind == 0   ? -v
         : kind == 1 ? v * pow(10, pick(r, 7) - 3)
         : kind == 2 ? nearly(r, v)
                     : v * (0.5 + draw(r));
}

// Another scenario of the same structure: some of its numbers differ.
static void change(stream *r, sample *s) {
  const double share = draw(r) < 0.5 ? 0.1 : draw(r);
  const int what = 1 + pick(r, 7);
  for (ptrdiff_t e = 0; (what & 1) && e < s->program.entries; e++)
    if (draw(r) < 0.3 * share) s->value[e] = other_value(r, s->value[e], 1);
  for (int j = 0; (what & 2) && j < s->program.columns; j++)
    if (draw(r) < share) s->cost[j] = other_value(r, s->cost[j], 1);
  for (int i = 0; (what & 4) && i < s->program.rows; i++) {
    if (draw(r) >= share) continue;
    const bool fixed = s->row_lower[i] == s->row_upper[i];
    s->row_lower[i] = other_value(r, s->row_lower[i], 1);
    s->row_upper[i] =
        fixed ? s->row_lower[i] : fmax(s->row_lower[i], other_value(r, s->row_upper[i], 1));
  }
}

// ---------------------------------------------------------------------------------------------
// The line between an error and a matter of definition.

static double shaken(stream *r, double v) {
  return v * (1 + SHAKE * (2 * draw(r) - 1));
}

// Whether the truth stays the same if all numbers change a little, again and again.
static bool is_firm(const sample *s, vt_outcome truth) {
  sample t = *s;
  stream r = {5};
  const int m = s->program.rows, n = s->program.columns, e = (int)s->program.entries;
  t.value = doubles(e + 1, 0);
  t.cost = doubles(n, 0);
  t.row_lower = doubles(m, 0);
  t.row_upper = doubles(m, 0);
  t.column_lower = doubles(n, 0);
  t.column_upper = doubles(n, 0);
  bool firm = true;
  for (int round = 0; round < 12 && firm; round++) {
    for (int k = 0; k < e; k++) t.value[k] = shaken(&r, s->value[k]);
    for (int k = 0; k < n; k++) t.cost[k] = shaken(&r, s->cost[k]);
    for (int k = 0; k < m; k++) {
      const bool fixed = s->row_lower[k] == s->row_upper[k];
      t.row_lower[k] = shaken(&r, s->row_lower[k]);
      t.row_upper[k] = fixed ? t.row_lower[k] : fmax(t.row_lower[k], shaken(&r, s->row_upper[k]));
    }
    for (int k = 0; k < n; k++) {
      const bool fixed = s->column_lower[k] == s->column_upper[k];
      t.column_lower[k] = shaken(&r, s->column_lower[k]);
      t.column_upper[k] =
          fixed ? t.column_lower[k] : fmax(t.column_lower[k], shaken(&r, s->column_upper[k]));
    }
    const vt_numbers numbers = numbers_of(&t);
    firm = exact_solve(&t.program, &numbers).outcome == truth;
  }
  free(t.value);
  free(t.cost);
  free(t.row_lower);
  free(t.row_upper);
  free(t.column_lower);
  free(t.column_upper);
  return firm;
}

// Whether a share of its terms leaves a sum on its side.
static bool on_the_verge(long double sum, long double terms) {
  return fabsl(sum) <= VERGE * terms;
}

static bool keeps(double lower, double upper, long double at, long double size) {
  return (isinf(lower) || at >= lower - VERGE * fmaxl(size, fabs(lower))) &&
         (isinf(upper) || at <= upper + VERGE * fmaxl(size, fabs(upper)));
}

// Sums over the columns of each row, and the largest term.
static void sums_of_rows(const sample *s, const double *x, long double *sum, long double *size) {
  for (int i = 0; i < s->program.rows; i++) sum[i] = size[i] = 0;
  for (int j = 0; j < s->program.columns; j++) {
    for (ptrdiff_t e = s->program.column_start[j]; e < s->program.column_start[j + 1]; e++) {
      const long double term = (long double)s->value[e] * x[j];
      sum[s->program.row[e]] += term;
      size[s->program.row[e]] = fmaxl(size[s->program.row[e]], fabsl(term));
    }
  }
}

typedef struct {
  long double value, terms;
} lean_sum;

// What a multiplier adds to the objective's bound; `at` stands for the bound where it is noise.
static void lean_on(lean_sum *t, long double y, long double terms, double lower, double upper,
                    double at) {
  if (y == 0) return;
  const long double bound = on_the_verge(y, terms) ? at : y > 0 ? lower : upper;
  t->value += y * bound;
  t->terms += fabsl(y * bound);
}

static bool optimum_holds(const sample *s, const vt_lp_solution *a) {
  const vt_program *p = &s->program;
  long double *sum = zeros(p->rows + 1, sizeof *sum), *size = zeros(p->rows + 1, sizeof *size);
  sums_of_rows(s, a->x, sum, size);
  bool holds = true;
  lean_sum primal = {0}, dual = {0};
  for (int i = 0; i < p->rows; i++) {
    const double y = a->row_dual[i];
    holds = holds && keeps(s->row_lower[i], s->row_upper[i], sum[i], size[i]);
    lean_on(&dual, y, 0, s->row_lower[i], s->row_upper[i], 0);
  }
  for (int j = 0; j < p->columns; j++) {
    long double d = s->cost[j], terms = fabsl(d);
    for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++) {
      const long double term = (long double)s->value[e] * a->row_dual[p->row[e]];
      d -= term;
      terms += fabsl(term);
    }
    holds = holds && keeps(s->column_lower[j], s->column_upper[j], a->x[j], fabs(a->x[j]));
    primal.value += (long double)s->cost[j] * a->x[j];
    primal.terms += fabsl((long double)s->cost[j] * a->x[j]);
    lean_on(&dual, d, terms, s->column_lower[j], s->column_upper[j], a->x[j]);
  }
  free(sum);
  free(size);
  const long double gap = fabsl(primal.value - dual.value);
  return holds && gap <= 1.01e-7L * primal.terms + 1e-13L * dual.terms;
}

// Farkas, from the multipliers that the session has: the rows' sum lies above what the columns can
// make of it.
static bool conflict_holds(const sample *s, const double *multiplier, int sign) {
  const vt_program *p = &s->program;
  long double least = 0, most = 0;
  for (int i = 0; i < p->rows; i++) {
    const double y = sign * multiplier[i];
    if (y != 0) least += (long double)y * (y > 0 ? s->row_lower[i] : s->row_upper[i]);
  }
  for (int j = 0; j < p->columns; j++) {
    long double sum = 0, terms = 0;
    for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++) {
      const long double term = (long double)s->value[e] * sign * multiplier[p->row[e]];
      sum += term;
      terms += fabsl(term);
    }
    if (on_the_verge(sum, terms)) continue;
    most += sum * (sum > 0 ? s->column_upper[j] : s->column_lower[j]);
  }
  return least > most;
}

static bool ray_holds(const sample *s, const double *direction) {
  const vt_program *p = &s->program;
  long double *sum = zeros(p->rows + 1, sizeof *sum), *size = zeros(p->rows + 1, sizeof *size);
  sums_of_rows(s, direction, sum, size);
  long double slope = 0;
  bool holds = true;
  for (int i = 0; i < p->rows; i++) {
    holds = holds && (isinf(s->row_upper[i]) || sum[i] <= VERGE * size[i]);
    holds = holds && (isinf(s->row_lower[i]) || sum[i] >= -VERGE * size[i]);
  }
  for (int j = 0; j < p->columns; j++) {
    const double d = direction[j];
    slope += (long double)s->cost[j] * d;
    holds = holds && (d <= 0 || isinf(s->column_upper[j])) && (d >= 0 || isinf(s->column_lower[j]));
  }
  free(sum);
  free(size);
  return holds && slope < 0;
}

static bool by_word(const vt_lp_solution *a) {
  return strstr(a->reason, "word") != NULL;
}

static bool claim_holds(const sample *s, const solver *v, const vt_lp_solution *a) {
  if (by_word(a)) return false;
  if (a->outcome == VT_OPTIMAL) return optimum_holds(s, a);
  if (a->outcome == VT_UNBOUNDED) return ray_holds(s, v->session->direction);
  return a->outcome == VT_INFEASIBLE && (conflict_holds(s, v->session->multiplier, 1) ||
                                         conflict_holds(s, v->session->multiplier, -1));
}

// ---------------------------------------------------------------------------------------------
// Verdicts.

typedef enum { RIGHT, HAIR, MISSED, WORD, UNDECIDED, WRONG, VERDICTS } verdict_kind;

typedef struct {
  int count[VERDICTS][VT_UNBOUNDED + 1][VT_OUTCOME_COUNT]; // by truth and outcome
  int unlike;                                              // answers that depend on others
  bool showing;
} tally;

static bool same_objective(const sample *s, double objective, const exact_truth *truth,
                           const double *x) {
  double size = fabs(truth->objective);
  for (int j = 0; j < s->program.columns; j++) size += fabs(s->cost[j] * x[j]);
  return fabs(objective - truth->objective) <= 1e-7 * size;
}

static verdict_kind verdict_of(const sample *s, const solver *v, const vt_lp_solution *a,
                               const exact_truth *truth) {
  const bool same = a->outcome == truth->outcome;
  if (same && (a->outcome != VT_OPTIMAL || same_objective(s, a->objective, truth, a->x)))
    return RIGHT;
  if (truth->margin < FIRM || claim_holds(s, v, a) || !is_firm(s, truth->outcome)) return HAIR;
  if (truth->outcome == VT_OPTIMAL && a->outcome >= VT_INACCURATE) return MISSED;
  if (a->outcome >= VT_INACCURATE) return UNDECIDED;
  return by_word(a) ? WORD : WRONG;
}

static void show(const sample *s) {
  for (int j = 0; j < s->program.columns; j++) {
    printf("  x%d in [%.17g, %.17g] cost %.17g:", j, s->column_lower[j], s->column_upper[j],
           s->cost[j]);
    for (ptrdiff_t e = s->program.column_start[j]; e < s->program.column_start[j + 1]; e++)
      printf(" %d %.17g", s->program.row[e], s->value[e]);
    printf("\n");
  }
  for (int i = 0; i < s->program.rows; i++)
    printf("  row %d in [%.17g, %.17g]\n", i, s->row_lower[i], s->row_upper[i]);
}

static void judge(tally *t, const char *what, int index, const sample *s, const solver *v,
                  const vt_lp_solution *a) {
  const vt_numbers n = numbers_of(s);
  const exact_truth truth = exact_solve(&s->program, &n);
  const verdict_kind kind = verdict_of(s, v, a, &truth);
  t->count[kind][truth.outcome][a->outcome]++;
  if (t->showing) show(s);
  if (kind >= WORD || t->showing)
    printf("%d %s, %d x %d: %s %.17g, in truth %s %.17g by %.2g (%s)\n", index, what,
           s->program.rows, s->program.columns, names[a->outcome], a->objective,
           names[truth.outcome], truth.objective, truth.margin, a->reason);
}

// The same structure with arrays of its own.
static sample copy_of(const sample *s) {
  sample t = *s;
  const int lengths[] = {(int)s->program.entries, s->program.columns, s->program.rows,
                         s->program.rows,         s->program.columns, s->program.columns};
  double **const places[] = {&t.value,     &t.cost,         &t.row_lower,
                             &t.row_upper, &t.column_lower, &t.column_upper};
  for (int p = 0; p < 6; p++) {
    const double *old = *places[p];
    *places[p] = doubles(lengths[p] + 1, 0);
    memcpy(*places[p], old, (size_t)lengths[p] * sizeof *old);
  }
  return t;
}

static void free_numbers(sample *s) {
  free(s->value);
  free(s->cost);
  free(s->row_lower);
  free(s->row_upper);
  free(s->column_lower);
  free(s->column_upper);
}

static vt_lp_solution answer_of(solver *v, const sample *s, const vt_basis *start) {
  const vt_numbers n = numbers_of(s);
  vt_lp_solution a;
  assert_int_equal(vt_lp_solve(v->session, &n, start, &a), VT_OK);
  return a;
}

static void try_programme(tally *t, int index) {
  stream r = {(uint64_t)index * 2654435761U + 12345};
  for (int i = 0; i < 3; i++) (void)draw(&r);
  sample s = hostile(&r);
  sample other = copy_of(&s);
  change(&r, &other);
  const vt_lp_options options = {.tie_break = index % 2};
  solver v = open_solver(&s, &options), w = open_solver(&other, &options);
  vt_lp_solution a = answer_of(&v, &s, NULL);
  judge(t, "cold", index, &s, &v, &a);
  const vt_lp_solution first = a;
  vt_basis basis = {0};
  if (a.outcome == VT_OPTIMAL) basis = basis_of(&v);
  a = answer_of(&v, &other, basis.status ? &basis : NULL);
  judge(t, "warm", index, &other, &v, &a);
  a = answer_of(&w, &other, NULL);
  judge(t, "anew", index, &other, &w, &a);
  a = answer_of(&v, &s, NULL);
  if (a.outcome != first.outcome || memcmp(&a.objective, &first.objective, sizeof(double)) != 0) {
    t->unlike++;
    printf("%d: another answer after another scenario\n", index);
  }
  free(basis.status);
  close_solver(&v);
  close_solver(&w);
  free_numbers(&other);
  sample_free(&s);
}

static int print_table(const tally *t) {
  static const char *const titles[] = {"right",          "by a hair", "missed",
                                       "wrong, by word", "undecided", "wrong"};
  int total[VERDICTS] = {0}, answers = 0;
  for (int k = 0; k < VERDICTS; k++) {
    printf("%-22s", titles[k]);
    for (int o = 0; o < VT_POISONED; o++) printf("%12s", names[o]);
    printf("\n");
    for (int truth = 0; truth <= VT_UNBOUNDED; truth++) {
      printf("  in truth %-11s", names[truth]);
      for (int o = 0; o < VT_POISONED; o++) {
        printf("%12d", t->count[k][truth][o]);
        total[k] += t->count[k][truth][o];
      }
      printf("\n");
    }
    answers += total[k];
  }
  printf("%d answers: %d wrong, %d by word, %d undecided, %d depend on what was solved before\n",
         answers, total[WRONG], total[WORD], total[UNDECIDED], t->unlike);
  return total[WRONG] + t->unlike > 0 || total[UNDECIDED] > answers / ANSWERS_PER_UNDECIDED;
}

int main(int argc, char **argv) {
  tally t = {.showing = argc == 3 && strcmp(argv[1], "show") == 0};
  const long first = t.showing  ? strtol(argv[2], NULL, 10)
                     : argc > 1 ? strtol(argv[1], NULL, 10)
                                : 0;
  const long count = t.showing ? 1 : argc > 2 ? strtol(argv[2], NULL, 10) : 1000;
  for (long i = first; i < first + count; i++) try_programme(&t, (int)i);
  return t.showing ? 0 : print_table(&t);
}
