// sensitivity.c - what a study asks of the sensitivity, in terms of a layout: which inputs, which
// cells of which variables.
#include "vintner/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OUTPUTS = 100000 };

// What is told of where the study names no outputs: those that the layout has.
static const char *const implied_outputs[] = {"objective", "total_impact", "score"};
enum { IMPLIED = sizeof implied_outputs / sizeof *implied_outputs };

// Texts are the arena's; outputs grow.
typedef struct collection {
  const vt_study *study;
  const vt_layout *layout;
  vt_sensitivity *s;
  bool **taken; // shape [variables]: cells that are outputs; NULL: none is
  ptrdiff_t output_room, name_room;
} collection;

// ---------------------------------------------------------------------------------------------
// Inputs.

static vt_error add_inputs(const vt_study *study, vt_sensitivity *s) {
  const vt_design_plan *design = &study->design;
  const char **name;
  int *place;
  bool *nominal;
  VT_ARENA_NEW(s->arena, name, design->inputs);
  VT_ARENA_NEW(s->arena, place, design->inputs);
  VT_ARENA_NEW(s->arena, nominal, design->inputs);
  for (int i = 0; i < design->inputs; i++) {
    if (!vt_sensitivity_counts(design, i)) continue;
    name[s->inputs] = design->input[i].name;
    place[s->inputs] = i;
    nominal[s->inputs++] =
        design->input[i].value.kind == VT_VALUE_NAMES || design->input[i].variants > 0;
  }
  s->input = name;
  s->place = place;
  s->nominal = nominal;
  return VT_OK;
}

static vt_error check_rows(const vt_study *study, const vt_layout *layout,
                           const vt_sensitivity *s) {
  if (study->sensitivity.method != VT_SENSITIVITY_REGRESSION) return VT_OK;
  VT_CHECK(layout->scenarios > s->inputs + 1, VT_ERR_INPUT,
           "%s:%d: 'results.sensitivity': found %lld scenarios and %d random inputs, expected at "
           "least %d scenarios for a regression",
           study->path, study->sensitivity.line, (long long)layout->scenarios, s->inputs,
           s->inputs + 2);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Labels of cells.

// What stands at a place of an axis.
static const char *label_at(const vt_dimension *axis, ptrdiff_t at, char room[32]) {
  if (axis->label) return axis->label[at];
  if (axis->number)
    (void)snprintf(room, 32, "%.17g", axis->number[at]);
  else
    (void)snprintf(room, 32, "%td", at);
  return room;
}

static bool is_range(const char *label) {
  return strchr(label, ':') && label[strspn(label, "0123456789:+- ")] == '\0';
}

// Whether a selector reads the label only in quotes.
static bool needs_quotes(const char *label) {
  const size_t length = strlen(label);
  return length == 0 || label[0] == ' ' || label[length - 1] == ' ' ||
         strpbrk(label, ",|[]\"\\*?\n\r\t") || is_range(label);
}

static vt_error add_label(vt_text *text, const char *label) {
  if (!needs_quotes(label)) return vt_text_add(text, "%s", label);
  VT_TRY(vt_text_add(text, "\""));
  for (const char *c = label; *c; c++) {
    if (*c == '"' || *c == '\\') VT_TRY(vt_text_add(text, "\\"));
    if ((unsigned char)*c < ' ')
      VT_TRY(vt_text_add(text, "\\u%04x", (unsigned)*c));
    else
      VT_TRY(vt_text_add_bytes(text, c, 1));
  }
  return vt_text_add(text, "\"");
}

// Places of a cell on the axes of its variable.
static void places_of(const vt_layout *layout, const vt_variable *v, ptrdiff_t cell,
                      ptrdiff_t place[VT_MAX_DIMENSIONS]) {
  for (int a = v->dimensions - 1; a >= 0; a--) {
    const ptrdiff_t size = layout->dimension[v->dimension[a]].size;
    place[a] = cell % size;
    cell /= size;
  }
}

// "total_impact[climate_change]"
static vt_error describe(const vt_layout *layout, const vt_variable *v, ptrdiff_t cell,
                         vt_text *text) {
  ptrdiff_t place[VT_MAX_DIMENSIONS];
  places_of(layout, v, cell, place);
  VT_TRY(vt_text_add(text, "%s", v->name));
  for (int a = 0; a < v->dimensions; a++) {
    char room[32];
    VT_TRY(vt_text_add(text, a == 0 ? "[" : ", "));
    VT_TRY(add_label(text, label_at(&layout->dimension[v->dimension[a]], place[a], room)));
  }
  return v->dimensions > 0 ? vt_text_add(text, "]") : VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Outputs.

static bool pattern_meets(const vt_pattern *p, const char *label) {
  char *end;
  switch (p->kind) {
    case VT_PATTERN_ANY: return true;
    case VT_PATTERN_LABEL: return strcmp(p->text, label) == 0;
    case VT_PATTERN_GLOB: return vt_glob_matches(p->text, label);
    case VT_PATTERN_RANGE: break;
  }
  const long long number = strtoll(label, &end, 10);
  return end > label && *end == '\0' && p->first <= number && number <= p->last;
}

static vt_error add_output(collection *c, int variable, ptrdiff_t cell) {
  vt_sensitivity *s = c->s;
  vt_text text = {0};
  const char *name = NULL;
  VT_CHECK(s->outputs < MAX_OUTPUTS, VT_ERR_INPUT,
           "%s:%d: 'results.sensitivity.outputs': found more than %d cells, expected fewer",
           c->study->path, c->study->sensitivity.line, (int)MAX_OUTPUTS);
  vt_error done = describe(c->layout, &c->layout->variable[variable], cell, &text);
  if (done == VT_OK) done = vt_arena_text(s->arena, text.bytes, text.length, &name);
  vt_text_free(&text);
  VT_TRY(done);
  VT_TRY(vt_grow(&s->output, &c->output_room, s->outputs + 1, sizeof *s->output));
  VT_TRY(vt_grow(&s->output_name, &c->name_room, s->outputs + 1, sizeof *s->output_name));
  s->output[s->outputs] = (vt_output_cell){variable, cell};
  s->output_name[s->outputs++] = name;
  return VT_OK;
}

// Which places of an axis a selector picks; each of its patterns must pick one.
static vt_error pick(const collection *c, const vt_selector *selector, int a,
                     const vt_dimension *axis, bool *picked) {
  for (int i = 0; i < selector->axis[a].count; i++) {
    const vt_pattern *p = &selector->axis[a].pattern[i];
    vt_nearest nearest = {.name = p->text};
    bool met = false;
    for (ptrdiff_t at = 0; at < axis->size; at++) {
      char room[32];
      const char *label = label_at(axis, at, room);
      const bool meets = pattern_meets(p, label);
      if (axis->label) vt_nearest_try(&nearest, label);
      picked[at] = picked[at] || meets;
      met = met || meets;
    }
    VT_CHECK(met, VT_ERR_INPUT,
             "%s:%d: 'results.sensitivity.outputs': unknown '%s' in '%s', expected a label of the "
             "axis '%s'%s",
             c->study->path, c->study->sensitivity.output_line, p->text, selector->text, axis->name,
             vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

static vt_error add_cells(collection *c, const vt_selector *selector, int variable) {
  const vt_variable *v = &c->layout->variable[variable];
  bool *picked[VT_MAX_DIMENSIONS];
  VT_CHECK(!selector->bracketed || selector->axes == v->dimensions, VT_ERR_INPUT,
           "%s:%d: 'results.sensitivity.outputs': found %d axes in '%s', expected the %d of '%s'",
           c->study->path, c->study->sensitivity.output_line, selector->axes, selector->text,
           v->dimensions, v->name);
  for (int a = 0; a < v->dimensions; a++) {
    const vt_dimension *axis = &c->layout->dimension[v->dimension[a]];
    VT_ARENA_NEW(c->s->arena, picked[a], axis->size);
    if (selector->bracketed)
      VT_TRY(pick(c, selector, a, axis, picked[a]));
    else
      memset(picked[a], true, (size_t)axis->size * sizeof **picked);
  }
  if (!c->taken[variable]) VT_ARENA_NEW(c->s->arena, c->taken[variable], v->cells);
  for (ptrdiff_t cell = 0; cell < v->cells; cell++) {
    ptrdiff_t place[VT_MAX_DIMENSIONS];
    bool wanted = !c->taken[variable][cell];
    places_of(c->layout, v, cell, place);
    for (int a = 0; a < v->dimensions; a++) wanted = wanted && picked[a][place[a]];
    if (!wanted) continue;
    c->taken[variable][cell] = true;
    VT_TRY(add_output(c, variable, cell));
  }
  return VT_OK;
}

// A variable of numbers that each scenario has.
static bool may_be_output(const vt_variable *v) {
  return v->statistics && !v->once && v->group == VT_GROUP_ROOT;
}

static vt_error refuse_output(const collection *c, const vt_selector *selector) {
  vt_nearest nearest = {.name = selector->tensor};
  for (int v = 0; v < c->layout->variables; v++) {
    if (may_be_output(&c->layout->variable[v]))
      vt_nearest_try(&nearest, c->layout->variable[v].name);
  }
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: 'results.sensitivity.outputs': unknown variable '%s', expected one that is kept, "
          "such as objective%s",
          c->study->path, c->study->sensitivity.output_line, selector->tensor,
          vt_nearest_hint(&nearest));
}

static vt_error add_outputs(collection *c) {
  const vt_sensitivity_plan *plan = &c->study->sensitivity;
  VT_ARENA_NEW(c->s->arena, c->taken, c->layout->variables);
  for (int i = 0; i < plan->outputs; i++) {
    const int variable = vt_layout_find(c->layout, plan->output[i].tensor);
    if (variable < 0 || !may_be_output(&c->layout->variable[variable]))
      return refuse_output(c, &plan->output[i]);
    VT_TRY(add_cells(c, &plan->output[i], variable));
  }
  for (int i = 0; i < IMPLIED && plan->outputs == 0; i++) {
    const vt_selector all = {.text = implied_outputs[i]};
    const int variable = vt_layout_find(c->layout, implied_outputs[i]);
    if (variable >= 0) VT_TRY(add_cells(c, &all, variable));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error fill(const vt_study *study, const vt_layout *layout, vt_sensitivity *s) {
  collection c = {.study = study, .layout = layout, .s = s};
  VT_TRY(vt_arena_create(&s->arena));
  s->plan = &study->sensitivity;
  s->design_plan = &study->design;
  s->factor_value = vt_layout_find(layout, "factor_value");
  VT_CHECK(s->factor_value >= 0, VT_ERR_BUG, "an ensemble without factor_value");
  VT_TRY(add_inputs(study, s));
  s->derivative = vt_layout_find(layout, "derivative");
  VT_CHECK(!study->sensitivity.derivative || s->derivative >= 0, VT_ERR_INPUT,
           "%s:%d: 'results.sensitivity.derivative': found no derivatives among the rows, expected "
           "those of a run that was asked for them",
           study->path, study->sensitivity.derivative_line);
  VT_TRY(check_rows(study, layout, s));
  if (study->sensitivity.method == VT_SENSITIVITY_MORRIS)
    VT_TRY(vt_design_create(&study->design, &s->design));
  return add_outputs(&c);
}

vt_error vt_sensitivity_create(const vt_study *study, const vt_layout *layout,
                               vt_sensitivity **sensitivity) {
  vt_sensitivity *s;
  *sensitivity = NULL;
  if (!study->sensitivity.wanted) return VT_OK;
  VT_NEW(s, 1);
  const vt_error filled = fill(study, layout, s);
  if (filled != VT_OK) vt_sensitivity_free(s);
  VT_TRY(filled);
  *sensitivity = s;
  return VT_OK;
}

void vt_sensitivity_free(vt_sensitivity *s) {
  if (!s) return;
  vt_design_free(s->design);
  free(s->output);
  free(s->output_name);
  vt_arena_free(s->arena);
  free(s);
}
