// members.c - which scenarios the statistics cover, and to which groups they belong.
#include "members.h"

#include "sweep.h"

#include <stdlib.h>

enum { STATUS_AT_ONCE = 1 << 14 };
static const uint32_t seen = UINT32_C(1) << 31;

static int place_of(int8_t status) {
  return status >= 0 && status < VT_OUTCOME_COUNT ? status : VT_OUTCOME_COUNT;
}

static vt_error read_outcomes(vt_results *rows, vt_members *m) {
  int8_t status[STATUS_AT_ONCE];
  VT_NEW(m->optimal, m->scenarios);
  for (int64_t first = 0; first < m->scenarios; first += STATUS_AT_ONCE) {
    const int64_t rest = m->scenarios - first;
    const int64_t some = rest < STATUS_AT_ONCE ? rest : STATUS_AT_ONCE;
    VT_TRY(vt_results_read_status(rows, first, some, status));
    for (int64_t i = 0; i < some; i++) {
      const int place = place_of(status[i]);
      m->outcome[place]++;
      m->optimal[first + i] = place == VT_OPTIMAL;
      if (m->groups > 0 && m->group[first + i] < m->groups)
        m->group_outcome[m->group[first + i] * VT_H5_OUTCOMES + place]++;
    }
  }
  m->covered = m->outcome[VT_OPTIMAL];
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Groups: combinations of the levels of inputs, the last one fastest.

typedef struct sorting {
  vt_members *m;
  const vt_grouping *by;
} sorting;

static void take_levels(void *context, const vt_sweep_piece *piece) {
  const sorting *s = context;
  const ptrdiff_t levels = s->by->axis.size;
  const int64_t none = s->m->groups;
  for (int64_t i = 0; i < piece->rows; i++) {
    uint16_t *group = &s->m->group[piece->first + i];
    const double value = vt_sweep_value(piece, i, 0);
    ptrdiff_t level = 0;
    // Another value, or NaN, is of no level.
    while (level < levels && !(value >= s->by->value[level] && value <= s->by->value[level]))
      level++;
    *group = (uint16_t)(level == levels || *group == none ? none : *group * levels + level);
  }
}

static vt_error read_groups(vt_results *rows, const vt_summary *summary, vt_members *m) {
  const vt_slot *values = &rows->slot[summary->factor_value];
  m->groups = summary->groups;
  VT_NEW(m->group, m->scenarios);
  VT_NEW(m->group_outcome, m->groups * VT_H5_OUTCOMES);
  for (int g = 0; g < summary->groupings; g++) {
    sorting s = {m, &summary->grouping[g]};
    VT_TRY(vt_sweep(rows, values, s.by->place, 1, take_levels, &s));
  }
  return VT_OK;
}

static vt_error find_positions(vt_members *m) {
  int64_t *next;
  VT_CHECK(m->covered < (int64_t)seen, VT_ERR_SYSTEM,
           "%lld scenarios are too many for groups, at most %u are sorted", (long long)m->covered,
           seen - 1);
  VT_NEW(m->begin, m->groups + 1);
  VT_NEW(m->position, m->covered);
  for (int64_t g = 0; g < m->groups; g++)
    m->begin[g + 1] = m->begin[g] + m->group_outcome[g * VT_H5_OUTCOMES + VT_OPTIMAL];
  VT_NEW(next, m->groups + 1);
  for (int64_t g = 0; g <= m->groups; g++) next[g] = m->begin[g];
  for (int64_t k = 0, i = 0; k < m->scenarios; k++) {
    if (m->optimal[k]) m->position[i++] = (uint32_t)next[m->group[k]]++;
  }
  free(next);
  return VT_OK;
}

vt_error vt_members_read(vt_results *rows, const vt_summary *summary, vt_members *m) {
  m->scenarios = rows->layout->scenarios;
  const bool grouped = summary && summary->groupings > 0;
  if (grouped) VT_TRY(read_groups(rows, summary, m));
  VT_TRY(read_outcomes(rows, m));
  return grouped ? find_positions(m) : VT_OK;
}

void vt_members_close(vt_members *m) {
  free(m->optimal);
  free(m->group);
  free(m->group_outcome);
  free(m->begin);
  free(m->position);
  *m = (vt_members){0};
}

// In place, circle by circle; a mark on what a circle from before has moved is wiped in passing.
void vt_members_sort(vt_members *m, double *column) {
  for (int64_t i = 0; i < m->covered; i++) {
    if (m->position[i] & seen) {
      m->position[i] &= ~seen;
      continue;
    }
    double value = column[i];
    for (uint32_t to = m->position[i]; to != i;) {
      const double there = column[to];
      column[to] = value;
      value = there;
      const uint32_t next = m->position[to];
      m->position[to] |= seen;
      to = next;
    }
    column[i] = value;
  }
}
