// model.c - what all sessions share: structure, power-of-two scales, weights of the tie-break.
#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Size of the second objective of the tie-break beside the first, where they are mixed.
#define SECOND_SHARE 1e-3

enum { SCALE_PASSES = 4, LARGEST_EXPONENT = 400 };

// Logarithm of the factor that brings the extreme entries of a line to geometric mean 1.
static double centre(double least, double greatest) {
  return least > greatest ? 0.0 : -0.5 * (least + greatest);
}

typedef struct {
  double *row, *column;         // logarithms to base 2 of the scales
  double *row_least, *row_most; // shape [rows]
} scales;

static void scale_rows(const vt_program *program, const double *magnitude, scales *s) {
  for (int i = 0; i < program->rows; i++) {
    s->row_least[i] = HUGE_VAL;
    s->row_most[i] = -HUGE_VAL;
  }
  for (int j = 0; j < program->columns; j++) {
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      if (magnitude[e] == -HUGE_VAL) continue;
      const int i = program->row[e];
      s->row_least[i] = fmin(s->row_least[i], magnitude[e] + s->column[j]);
      s->row_most[i] = fmax(s->row_most[i], magnitude[e] + s->column[j]);
    }
  }
  for (int i = 0; i < program->rows; i++) s->row[i] = centre(s->row_least[i], s->row_most[i]);
}

static void scale_columns(const vt_program *program, const double *magnitude, scales *s) {
  for (int j = 0; j < program->columns; j++) {
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      if (magnitude[e] == -HUGE_VAL) continue;
      least = fmin(least, magnitude[e] + s->row[program->row[e]]);
      most = fmax(most, magnitude[e] + s->row[program->row[e]]);
    }
    s->column[j] = centre(least, most);
  }
}

static double power_of_two(double exponent) {
  return ldexp(1.0, (int)fmax(-LARGEST_EXPONENT, fmin(LARGEST_EXPONENT, rint(exponent))));
}

// A uniform number of [0, 1) from a seed and an index (SplitMix64 by Sebastiano Vigna).
static double uniform(uint64_t seed, int index) {
  uint64_t z = seed + ((uint64_t)index + 1) * UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

// Rows come first: a change of a row's unit then leaves every column's scale as it was, and with
// it the generic weights, which are alike in size for all columns, whatever their units.
static void choose_scales(vt_lp_model *m, const double *magnitude, scales *s, uint64_t seed) {
  for (int pass = 0; pass < SCALE_PASSES; pass++) {
    scale_rows(m->program, magnitude, s);
    scale_columns(m->program, magnitude, s);
  }
  for (int i = 0; i < m->rows; i++) {
    m->row_scale[i] = power_of_two(s->row[i]);
    m->row_unscale[i] = 1.0 / m->row_scale[i];
  }
  for (int j = 0; j < m->columns; j++) {
    m->column_scale[j] = power_of_two(s->column[j]);
    m->column_unscale[j] = 1.0 / m->column_scale[j];
    const double size = fmax(-LARGEST_EXPONENT, fmin(LARGEST_EXPONENT, s->column[j]));
    m->generic_weight[j] = (1.0 + uniform(seed, j)) * exp2(-size);
  }
}

static vt_error scale(vt_lp_model *m, uint64_t seed) {
  const vt_program *program = m->program;
  vt_arena *arena = NULL;
  VT_TRY(vt_arena_create(&arena));
  scales s = {.row = vt_arena_calloc(arena, m->rows, sizeof(double)),
              .column = vt_arena_calloc(arena, m->columns, sizeof(double)),
              .row_least = vt_arena_calloc(arena, m->rows, sizeof(double)),
              .row_most = vt_arena_calloc(arena, m->rows, sizeof(double))};
  double *magnitude = vt_arena_calloc(arena, m->entries, sizeof(double));
  const bool enough = s.row && s.column && s.row_least && s.row_most && magnitude;
  if (enough) {
    for (ptrdiff_t e = 0; e < program->entries; e++)
      magnitude[e] = isfinite(m->value[e]) ? log2(fabs(m->value[e])) : -HUGE_VAL;
    choose_scales(m, magnitude, &s, seed);
  }
  vt_arena_free(arena);
  VT_CHECK(enough, VT_ERR_SYSTEM, "out of memory for a linear programme of %d x %d", m->rows,
           m->columns);
  return VT_OK;
}

static vt_error check_structure(const vt_program *program) {
  VT_CHECK(program->rows >= 0 && program->columns >= 0 && program->entries >= 0, VT_ERR_BUG,
           "a linear programme of %d x %d with %td entries", program->rows, program->columns,
           program->entries);
  VT_CHECK(program->column_start[0] == 0 &&
               program->column_start[program->columns] == program->entries,
           VT_ERR_BUG, "columns of a linear programme do not cover its entries");
  for (int j = 0; j < program->columns; j++) {
    VT_CHECK(program->column_start[j] <= program->column_start[j + 1], VT_ERR_BUG,
             "column %d of a linear programme has a negative length", j);
    int last = -1;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      VT_CHECK(program->row[e] > last && program->row[e] < program->rows, VT_ERR_BUG,
               "column %d of a linear programme: row %d after row %d of %d", j, program->row[e],
               last, program->rows);
      last = program->row[e];
    }
  }
  return VT_OK;
}

// Entries that a scenario may change, by column: GLPK replaces whole columns. A reference entry
// that GLPK cannot hold has to be replaced, too.
static void find_varying(vt_lp_model *m, const bool *entry_varies) {
  const vt_program *program = m->program;
  for (int j = 0; j < m->columns; j++) {
    bool varies = false;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      const bool fits = isfinite(m->value[e] * m->row_scale[program->row[e]] * m->column_scale[j]);
      varies = varies || !entry_varies || entry_varies[e] || !fits;
      if (!fits) m->value[e] = 0;
    }
    if (varies) m->varying_column[m->varying_columns++] = j;
  }
}

// Both objectives of the tie-break in one: a walk for it mostly ends where two walks would end.
static void mix_weights(vt_lp_model *m) {
  double largest = 0;
  for (int j = 0; j < m->columns; j++)
    largest = fmax(largest, m->install_weight[j] * m->column_scale[j]);
  for (int j = 0; j < m->columns; j++) {
    const double share = largest > 0 ? largest * SECOND_SHARE : 1.0;
    m->mixed_weight[j] = m->install_weight[j] + share * m->generic_weight[j];
  }
}

static vt_error fill(vt_lp_model *m, const vt_numbers *reference, const bool *entry_varies,
                     const double *tie_weight, uint64_t seed) {
  VT_TRY(vt_arena_create(&m->arena));
  VT_ARENA_NEW(m->arena, m->row_scale, m->rows);
  VT_ARENA_NEW(m->arena, m->row_unscale, m->rows);
  VT_ARENA_NEW(m->arena, m->column_scale, m->columns);
  VT_ARENA_NEW(m->arena, m->column_unscale, m->columns);
  VT_ARENA_NEW(m->arena, m->install_weight, m->columns);
  VT_ARENA_NEW(m->arena, m->generic_weight, m->columns);
  VT_ARENA_NEW(m->arena, m->mixed_weight, m->columns);
  VT_ARENA_NEW(m->arena, m->value, m->entries);
  VT_ARENA_NEW(m->arena, m->varying_column, m->columns);
  memcpy(m->value, reference->value, (size_t)m->entries * sizeof *m->value);
  for (int j = 0; j < m->columns; j++) {
    const double weight = tie_weight ? tie_weight[j] : 0.0;
    VT_CHECK(isfinite(weight) && weight >= 0, VT_ERR_BUG, "weight %g of column %d", weight, j);
    m->install_weight[j] = weight;
  }
  VT_TRY(scale(m, seed));
  find_varying(m, entry_varies);
  mix_weights(m);
  return VT_OK;
}

vt_error vt_lp_model_create(const vt_program *program, const vt_numbers *reference,
                            const bool *entry_varies, const double *tie_weight, uint64_t seed,
                            const vt_lp_options *options, vt_lp_model **model) {
  VT_TRY(check_structure(program));
  vt_lp_model *m;
  VT_NEW(m, 1);
  m->program = program;
  m->rows = program->rows;
  m->columns = program->columns;
  m->entries = program->entries;
  if (options) m->options = *options;
  // Far above what a solve needs, and yet an end to one that goes round in circles.
  if (m->options.iteration_limit <= 0)
    m->options.iteration_limit = 20000 + 50 * ((int64_t)m->rows + m->columns);
  const vt_error filled = fill(m, reference, entry_varies, tie_weight, seed);
  if (filled != VT_OK) {
    vt_lp_model_free(m);
    return filled;
  }
  *model = m;
  return VT_OK;
}

void vt_lp_model_free(vt_lp_model *m) {
  if (!m) return;
  vt_arena_free(m->arena);
  free(m);
}
