// stepped.c - numbers that may differ between the steps of a choice model: 5, or {1: 5, 2:4: 6}.
#include "reader.h"

#include <math.h>
#include <string.h>

static const char step_forms[] = "a step or a range such as 2:5, 2: or :4";

static int steps_of(const vt_study_reader *reader) {
  return reader->study->model.choice.steps;
}

// A number, or one that is none: *nothing.
static vt_error read_amount(vt_study_reader *reader, const vt_yaml *node, int none, double *value,
                            bool *nothing) {
  *nothing = none != 0 && vt_type_of(node) == VT_TYPE_NULL;
  if (*nothing) return VT_OK;
  if (none == 0) return vt_read_number(reader, node, value);
  VT_TRY(vt_read_limit(reader, node, value));
  if (isinf(*value) && (*value > 0) != (none > 0))
    VT_REFUSE(reader, node, "found %s, expected a finite number", vt_found(node));
  *nothing = isinf(*value);
  return VT_OK;
}

static vt_error read_plain(vt_study_reader *reader, const vt_yaml *node, int none,
                           vt_stepped *stepped) {
  vt_step_number *span;
  bool nothing;
  VT_ARENA_NEW(reader->arena, span, 1);
  *span = (vt_step_number){.first = 1, .last = steps_of(reader)};
  VT_TRY(read_amount(reader, node, none, &span->value, &nothing));
  stepped->span = span;
  stepped->spans = nothing ? 0 : 1;
  return VT_OK;
}

static vt_error read_steps_of_key(vt_study_reader *reader, const vt_yaml *node,
                                  vt_year_span *steps) {
  int outside;
  if (!vt_year_span_parse(node->key, steps))
    VT_REFUSE(reader, node, "found '%s', expected %s", node->key, step_forms);
  if (!vt_year_span_fit(steps, 1, steps_of(reader), &outside))
    VT_REFUSE(reader, node, "found the step %d, expected steps from 1 to %d as in line %d", outside,
              steps_of(reader), reader->study->model.choice.steps_line);
  steps->of = "";
  steps->line = node->line;
  return VT_OK;
}

static vt_error read_by_step(vt_study_reader *reader, const vt_yaml *node, int none,
                             vt_stepped *stepped) {
  const ptrdiff_t count = vt_yaml_count(node);
  const vt_year_span *one, *other;
  vt_step_number *span;
  vt_year_span *steps;
  int step;
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected steps with numbers");
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, span, count);
  VT_ARENA_NEW(reader->arena, steps, count);
  stepped->spans = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    vt_step_number *s = &span[stepped->spans];
    bool nothing;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(read_steps_of_key(reader, &child, &steps[i]));
    VT_TRY(read_amount(reader, &child, none, &s->value, &nothing));
    s->first = steps[i].first;
    s->last = steps[i].last;
    stepped->spans += nothing ? 0 : 1;
  }
  VT_TRY(vt_year_spans_clash((int)count, steps, &one, &other, &step));
  if (one)
    VT_FAULT(reader, other->line, "'%s': found the step %d a second time, first in line %d",
             vt_place(node), step, one->line);
  stepped->span = span;
  return VT_OK;
}

vt_error vt_read_stepped(vt_study_reader *reader, const vt_yaml *node, int none,
                         vt_stepped *stepped) {
  stepped->line = node->line;
  if (vt_type_of(node) != VT_TYPE_MAP) return read_plain(reader, node, none, stepped);
  if (reader->study->model.choice.steps_line == 0)
    VT_REFUSE(reader, node, "found a map without 'model.choice.time', expected a number");
  return read_by_step(reader, node, none, stepped);
}

vt_error vt_read_stepped_map(vt_study_reader *reader, const vt_yaml *node, int none, bool steps,
                             const vt_stepped **list, int *count) {
  const ptrdiff_t items = vt_yaml_count(node);
  const char **name;
  vt_stepped *stepped;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map from labels to numbers"));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, stepped, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    stepped[i] = (vt_stepped){.name = name[i], .line = child.line};
    if (steps)
      VT_TRY(vt_read_stepped(reader, &child, none, &stepped[i]));
    else
      VT_TRY(read_plain(reader, &child, none, &stepped[i]));
  }
  *list = stepped;
  *count = (int)items;
  return VT_OK;
}
