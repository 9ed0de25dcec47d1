// parameters.c - numbers with names, and formulas that tie them together.
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static vt_error add_name(vt_study_reader *reader, const vt_yaml *node) {
  int index;
  if (!vt_formula_is_name(node->key))
    VT_REFUSE(reader, node,
              "bad name: found '%s', expected letters, digits and '_', no digit first", node->key);
  if (vt_formula_reserved(node->key))
    VT_REFUSE(reader, node,
              "reserved name: found '%s', expected one that is no word or function "
              "of formulas",
              node->key);
  return vt_labels_add(reader->parameters, node->key, (ptrdiff_t)strlen(node->key), &index, NULL);
}

// That no parameter reads itself; `fault` is one that does.
static vt_error find_cycles(const vt_study_parameter *parameter, int count,
                            const vt_formula **formula, const char **name, int *fault) {
  int *order;
  *fault = -1;
  VT_NEW(order, count);
  for (int i = 0; i < count; i++) {
    formula[i] = parameter[i].value.formula;
    name[i] = parameter[i].name;
  }
  const vt_error ordered = vt_formula_order(count, formula, name, order, fault);
  free(order);
  return ordered;
}

static vt_error check_cycles(vt_study_reader *reader, const vt_yaml *node,
                             const vt_study_parameter *parameter, int count) {
  const vt_formula **formula;
  const char **name;
  int fault;
  VT_ARENA_NEW(reader->arena, formula, count);
  VT_ARENA_NEW(reader->arena, name, count);
  const vt_error found = find_cycles(parameter, count, formula, name, &fault);
  if (fault < 0) return found;
  vt_yaml child;
  VT_TRY(vt_map_pair(reader, node, fault, &child));
  VT_REFUSE(reader, &child, "%s", vt_error_message());
}

vt_error vt_read_parameters(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  const char **name;
  vt_study_parameter *parameter;
  int count;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map of names to values"));
  VT_TRY(vt_factor_count(reader, node, &count));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, parameter, count);
  vt_yaml child;
  for (int i = 0; i < count; i++) {
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(add_name(reader, &child));
  }
  for (int i = 0; i < count; i++) {
    VT_TRY(vt_map_pair(reader, node, i, &child));
    parameter[i] = (vt_study_parameter){.name = name[i], .line = child.line};
    VT_TRY(vt_read_value(reader, &child, false, &parameter[i].value));
  }
  VT_TRY(check_cycles(reader, node, parameter, count));
  study->parameter = parameter;
  study->parameters = count;
  return VT_OK;
}

// A formula and a number hold in every design; what is random in none is what it is in the
// reference.
vt_error vt_check_parameters(const vt_study_reader *reader) {
  const vt_study *study = reader->study;
  const vt_design_plan *design = &study->design;
  const vt_design_type *type = &vt_design_types[design->kind];
  const bool table = design->kind == VT_DESIGN_TABLE;
  const bool none = design->kind == VT_DESIGN_NONE || design->kind == VT_DESIGN_EXCHANGES;
  for (int i = 0; i < study->parameters; i++) {
    const vt_study_parameter *p = &study->parameter[i];
    const bool random = p->value.kind == VT_VALUE_DISTRIBUTION;
    if (p->value.kind == VT_VALUE_EMPTY && !table)
      VT_FAULT(reader, p->line,
               "'parameters.%s': found nothing, expected a value: only a table gives one", p->name);
    if (!random || table || none || design->quantiles > 0) continue;
    if (!(type->values & 1U << p->value.kind))
      VT_FAULT(reader, p->line,
               "'parameters.%s': found a distribution, expected %s in the design "
               "'%s'",
               p->name,
               type->takes & VT_ARGUMENT_QUANTILES ? "a number, a list of levels, or quantiles"
                                                   : "a number or a list of levels",
               type->name);
  }
  return VT_OK;
}
