// follow.c - what follows from the parameters that a study changes: downwards all that reads them,
// then upwards all that this needs.
#include "scopes.h"
#include "vintner/parameters.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A formula as it is stored, and the parameters that it reads.
typedef struct formula_reading {
  vt_formula *formula; // NULL: none, or it cannot be read
  ptrdiff_t first;     // into `read`
  int reads;
} formula_reading;

// An exchange with a formula.
typedef struct parameterised {
  ptrdiff_t exchange;
  const char *text, *group;
  formula_reading reads;
} parameterised;

typedef struct following {
  const vt_study *study;
  vt_database_set *set;
  vt_arena *arena; // of the result
  vt_arena *scratch;
  vt_scopes scopes;
  int parameters;
  formula_reading *of; // shape [parameters]
  int *read;           // parameters that formulas read, one formula after the other
  ptrdiff_t reads, read_room;
  bool *reached; // a change of those that are asked for gets there; shape [parameters]
  int *place;    // in the result, -1: it is not needed; shape [parameters]
  int *needed;   // shape [count]
  int count;
  vt_followers *to;
  parameterised *exchange; // shape [exchanges], ascending
  ptrdiff_t exchanges, exchange_room;
} following;

// -------------------------------------------------------------------------------------------------
// Messages.

enum { MESSAGE_BYTES = 900 };

// The latest error with the place of a formula before it.
static vt_error at_parameter(const following *f, int parameter, vt_error error) {
  char plain[MESSAGE_BYTES];
  if (error != VT_ERR_INPUT) return error;
  const vt_parameter *p = &f->scopes.table.parameter[parameter];
  (void)snprintf(plain, sizeof plain, "%s", vt_error_message());
  VT_FAIL(error, "%s: parameter '%s' of '%s': formula '%s': %s",
          vt_project_path(f->set, p->project), p->name, vt_scope_label(p), vt_cut(p->formula, 80),
          plain);
}

static vt_error at_exchange(const following *f, const parameterised *p, vt_error error) {
  char plain[MESSAGE_BYTES];
  if (error != VT_ERR_INPUT) return error;
  const vt_exchange *exchange = &f->set->exchange[p->exchange];
  const vt_node *node = &f->set->node[exchange->output];
  const vt_database *database = &f->set->database[node->database];
  (void)snprintf(plain, sizeof plain, "%s", vt_error_message());
  VT_FAIL(error, "%s: database '%s', activity '%s', exchange with %s: formula '%s': %s",
          database->path, database->name, node->code, vt_node_text(f->set, exchange->input),
          vt_cut(p->text, 80), plain);
}

// -------------------------------------------------------------------------------------------------
// What formulas read.

static vt_error add_read(following *f, const vt_visible *visible, const char *name,
                         ptrdiff_t length, formula_reading *of) {
  const int parameter = vt_visible_find(visible, name, length);
  if (parameter < 0) return VT_OK; // a constant, or nothing: told where it is needed
  VT_TRY(vt_grow(&f->read, &f->read_room, f->reads + 1, sizeof *f->read));
  f->read[f->reads++] = parameter;
  of->reads++;
  return VT_OK;
}

// Of a text that is no formula: whatever has the form of a name.
static vt_error scan_names(following *f, const vt_visible *visible, const char *text,
                           formula_reading *of) {
  for (const char *at = text; *at;) {
    const char *end = at;
    while (isalnum((unsigned char)*end) || *end == '_') end++;
    if (end > at && !isdigit((unsigned char)*at)) VT_TRY(add_read(f, visible, at, end - at, of));
    at = end > at ? end : at + 1;
  }
  return VT_OK;
}

static vt_error read_formula(following *f, const vt_visible *visible, const char *text,
                             formula_reading *of) {
  *of = (formula_reading){.first = f->reads};
  const vt_error compiled =
      vt_formula_compile(f->scratch, VT_GRAMMAR_BRIGHTWAY, text, &of->formula);
  if (compiled == VT_ERR_INPUT) {
    of->formula = NULL;
    return scan_names(f, visible, text, of);
  }
  VT_TRY(compiled);
  for (int i = 0; i < vt_formula_names(of->formula); i++) {
    const char *name = vt_formula_name(of->formula, i);
    VT_TRY(add_read(f, visible, name, (ptrdiff_t)strlen(name), of));
  }
  return VT_OK;
}

static vt_error read_parameters(following *f) {
  VT_ARENA_NEW(f->scratch, f->of, f->parameters);
  for (int p = 0; p < f->parameters; p++) {
    const char *text = f->scopes.table.parameter[p].formula;
    const vt_visible *visible;
    if (!text) continue;
    VT_TRY(vt_scopes_of_parameter(&f->scopes, p, &visible));
    VT_TRY(read_formula(f, visible, text, &f->of[p]));
  }
  return VT_OK;
}

static vt_error read_exchange(following *f, ptrdiff_t exchange, int database) {
  parameterised p = {.exchange = exchange};
  const vt_visible *visible;
  VT_TRY(vt_exchange_formula(f->set, &f->set->exchange[exchange], &p.text, &p.group));
  if (!p.text) return VT_OK;
  VT_TRY(at_exchange(f, &p, vt_scopes_of_exchange(&f->scopes, database, p.group, &visible)));
  VT_TRY(read_formula(f, visible, p.text, &p.reads));
  VT_TRY(vt_grow(&f->exchange, &f->exchange_room, f->exchanges + 1, sizeof *f->exchange));
  f->exchange[f->exchanges++] = p;
  return VT_OK;
}

// Of all databases that are loaded with their exchanges.
static vt_error read_exchanges(following *f) {
  for (int d = 0; d < f->set->databases; d++) {
    const vt_database *database = &f->set->database[d];
    if (database->kind != VT_DATABASE_JSON || !database->loaded) continue;
    for (int n = database->first_node; n < database->first_node + database->nodes; n++) {
      const vt_node node = f->set->node[n];
      for (ptrdiff_t x = node.first_exchange; x < node.first_exchange + node.exchanges; x++)
        VT_TRY(read_exchange(f, x, d));
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What is asked for.

static vt_error check_target(const following *f, const vt_factor *factor) {
  const char *path = f->study->path;
  VT_CHECK(factor->operation != VT_CHOOSE, VT_ERR_INPUT,
           "%s:%d: found choose on a parameter, expected set, add or multiply", path, factor->line);
  VT_CHECK(factor->target.bracketed && factor->target.axes == 2, VT_ERR_INPUT,
           "%s:%d: target '%s': found %d axes, expected 2: parameter[scope, name], where the scope "
           "is project, a database or a group",
           path, factor->line, factor->target.text, factor->target.axes);
  VT_CHECK(f->parameters > 0, VT_ERR_INPUT,
           "%s:%d: target '%s': found no parameters in the databases of the study, expected "
           "projects or documents with some",
           path, factor->line, factor->target.text);
  return VT_OK;
}

static vt_error fail_target(const following *f, const vt_factor *factor) {
  const vt_axis_selector *axis = factor->target.axis;
  const vt_pattern any = {.kind = VT_PATTERN_ANY};
  const vt_axis_selector all_of_scope[2] = {axis[0], {.count = 1, .pattern = &any}};
  const vt_factor wide = {.target = {.axes = 2, .axis = all_of_scope}};
  vt_nearest scope = {.name = axis[0].text}, name = {.name = axis[1].text};
  bool found = false;
  for (int p = 0; p < f->parameters; p++) {
    const vt_parameter *parameter = &f->scopes.table.parameter[p];
    const char *label = vt_scope_label(parameter);
    vt_nearest_try(&scope, label);
    if (!vt_parameter_selected(&wide, label, parameter->name)) continue;
    vt_nearest_try(&name, parameter->name);
    found = true;
  }
  VT_FAIL(VT_ERR_INPUT, "%s:%d: target '%s': unknown %s '%s', expected %s%s", f->study->path,
          factor->line, factor->target.text, found ? "parameter" : "scope",
          found ? axis[1].text : axis[0].text,
          found ? "a parameter of that scope" : "project, a database or a group with parameters",
          vt_nearest_hint(found ? &name : &scope));
}

// A parameter that several sources hold is one: an export and the project that it comes from.
static vt_error ask(following *f, const vt_factor *factor) {
  bool found = false;
  VT_TRY(check_target(f, factor));
  for (int p = 0; p < f->parameters; p++) {
    const vt_parameter *parameter = &f->scopes.table.parameter[p];
    if (!vt_parameter_selected(factor, vt_scope_label(parameter), parameter->name)) continue;
    f->reached[p] = true;
    found = true;
  }
  return found ? VT_OK : fail_target(f, factor);
}

// Whether a parameter varies by a distribution of its own: where a formula gives it, that counts.
static bool is_sampled(const following *f, int parameter) {
  const vt_parameter *p = &f->scopes.table.parameter[parameter];
  return f->study->uncertainty.parameters && !p->formula && p->uncertainty &&
         p->uncertainty->type >= 2;
}

static vt_error ask_all(following *f) {
  VT_ARENA_NEW(f->scratch, f->reached, f->parameters);
  for (int p = 0; p < f->parameters; p++) f->reached[p] = is_sampled(f, p);
  for (int i = 0; i < f->study->factors; i++) {
    if (vt_parameter_is_meant(&f->study->factor[i])) VT_TRY(ask(f, &f->study->factor[i]));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Downwards.

// Who reads each parameter: lists one after the other.
typedef struct readers {
  ptrdiff_t *first; // shape [parameters + 1]
  int *reader;
} readers;

static vt_error list_readers(const following *f, readers *r) {
  ptrdiff_t *next;
  VT_ARENA_NEW(f->scratch, r->first, f->parameters + 1);
  VT_ARENA_NEW(f->scratch, next, f->parameters);
  VT_ARENA_NEW(f->scratch, r->reader, f->reads);
  for (int p = 0; p < f->parameters; p++) {
    for (int i = 0; i < f->of[p].reads; i++) r->first[f->read[f->of[p].first + i] + 1]++;
  }
  for (int p = 0; p < f->parameters; p++) {
    r->first[p + 1] += r->first[p];
    next[p] = r->first[p];
  }
  for (int p = 0; p < f->parameters; p++) {
    for (int i = 0; i < f->of[p].reads; i++) r->reader[next[f->read[f->of[p].first + i]]++] = p;
  }
  return VT_OK;
}

static vt_error reach(following *f) {
  readers r;
  int *ahead, count = 0;
  VT_TRY(list_readers(f, &r));
  VT_ARENA_NEW(f->scratch, ahead, f->parameters);
  for (int p = 0; p < f->parameters; p++) {
    if (f->reached[p]) ahead[count++] = p;
  }
  while (count > 0) {
    const int p = ahead[--count];
    for (ptrdiff_t i = r.first[p]; i < r.first[p + 1]; i++) {
      if (f->reached[r.reader[i]]) continue;
      f->reached[r.reader[i]] = true;
      ahead[count++] = r.reader[i];
    }
  }
  return VT_OK;
}

static bool is_reached(const following *f, const formula_reading *of) {
  for (int i = 0; i < of->reads; i++) {
    if (f->reached[f->read[of->first + i]]) return true;
  }
  return false;
}

// Exchanges of projects lie in matrices.
static vt_error refuse_projects(following *f) {
  for (ptrdiff_t i = 0; i < f->scopes.table.exchanges; i++) {
    const vt_parameter_exchange *x = &f->scopes.table.exchange[i];
    const vt_visible *visible;
    formula_reading reads;
    VT_TRY(vt_scopes_of_group(&f->scopes, x->project, x->group, &visible));
    const char *name = vt_visible_database(&f->scopes, visible);
    int database;
    if (!name || vt_database_find(f->set, name, &database) != VT_OK) continue;
    const vt_database *d = &f->set->database[database];
    if (d->kind != VT_DATABASE_PROJECT || !d->loaded) continue;
    VT_TRY(read_formula(f, visible, x->formula, &reads));
    VT_CHECK(
        !is_reached(f, &reads), VT_ERR_INPUT,
        "%s: database '%s', exchange %" PRId64
        " of group '%s': formula '%s': it follows a parameter that the study changes, but lies "
        "in the matrices of a project; export the project as a JSON document",
        d->path, d->name, x->exchange, x->group, vt_cut(x->formula, 80));
  }
  return VT_OK;
}

static void warn(const following *f, ptrdiff_t without_group, const parameterised *first) {
  const vt_exchange *exchange = first ? &f->set->exchange[first->exchange] : NULL;
  if (first)
    vt_warn("formula",
            "%td exchange%s with a formula of parameters that change, but without a group, keep%s "
            "the amount: the first in activity '%s', formula '%s'",
            without_group, without_group == 1 ? "" : "s", without_group == 1 ? "s" : "",
            f->set->node[exchange->output].code, vt_cut(first->text, 80));
  if (f->exchanges == 0)
    vt_warn("parameter", "%s: no exchange follows the parameters that the factors change",
            f->study->path);
}

// Keeps the exchanges that follow.
static vt_error choose_exchanges(following *f) {
  ptrdiff_t kept = 0, without_group = 0;
  parameterised first = {0};
  for (ptrdiff_t i = 0; i < f->exchanges; i++) {
    const parameterised *p = &f->exchange[i];
    if (!is_reached(f, &p->reads)) continue;
    if (!p->group) {
      if (without_group++ == 0) first = *p;
      continue;
    }
    f->exchange[kept++] = *p;
  }
  f->exchanges = kept;
  warn(f, without_group, without_group > 0 ? &first : NULL);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Upwards.

static void need(following *f, int parameter) {
  if (f->place[parameter] >= 0) return;
  f->place[parameter] = f->count;
  f->needed[f->count++] = parameter;
}

static void need_reads(following *f, const formula_reading *of) {
  for (int i = 0; i < of->reads; i++) need(f, f->read[of->first + i]);
}

// Whether a factor selects a parameter, and sets it.
static bool is_asked(const following *f, int parameter, bool by_set) {
  const vt_parameter *p = &f->scopes.table.parameter[parameter];
  for (int i = 0; i < f->study->factors; i++) {
    const vt_factor *factor = &f->study->factor[i];
    if (vt_parameter_is_meant(factor) && (!by_set || factor->operation == VT_SET) &&
        vt_parameter_selected(factor, vt_scope_label(p), p->name))
      return true;
  }
  return false;
}

// Whether nobody needs the formula of a parameter, which cannot be read: it is replaced.
static bool is_replaced(const following *f, int parameter) {
  return !f->of[parameter].formula && is_asked(f, parameter, true);
}

// Those that are asked for, what the exchanges that follow read, and what these need.
static vt_error find_needed(following *f) {
  VT_ARENA_NEW(f->scratch, f->place, f->parameters);
  VT_ARENA_NEW(f->scratch, f->needed, f->parameters);
  for (int p = 0; p < f->parameters; p++) f->place[p] = -1;
  for (int p = 0; p < f->parameters; p++) {
    if (is_asked(f, p, false) || is_sampled(f, p)) need(f, p);
  }
  for (ptrdiff_t i = 0; i < f->exchanges; i++) need_reads(f, &f->exchange[i].reads);
  for (int i = 0; i < f->count; i++) {
    if (!is_replaced(f, f->needed[i])) need_reads(f, &f->of[f->needed[i]]);
  }
  return VT_OK;
}

// Bind a formula to places in the list of what is needed.
static vt_error bind(const following *f, const vt_visible *visible, const char *text,
                     vt_formula *formula) {
  int *slot;
  if (!formula) return vt_formula_compile(f->scratch, VT_GRAMMAR_BRIGHTWAY, text, &formula);
  const int names = vt_labels_count(visible->names);
  VT_NEW(slot, names);
  for (int i = 0; i < names; i++) slot[i] = f->place[visible->parameter[i]];
  const vt_error bound = vt_formula_bind(formula, visible->names, slot);
  free(slot);
  return bound;
}

static vt_error bind_all(following *f) {
  const vt_visible *visible;
  for (int i = 0; i < f->count; i++) {
    const int p = f->needed[i];
    const char *text = f->scopes.table.parameter[p].formula;
    if (!text || is_replaced(f, p)) continue;
    VT_TRY(vt_scopes_of_parameter(&f->scopes, p, &visible));
    VT_TRY(at_parameter(f, p, bind(f, visible, text, f->of[p].formula)));
  }
  for (ptrdiff_t i = 0; i < f->exchanges; i++) {
    const parameterised *p = &f->exchange[i];
    const int database = f->set->node[f->set->exchange[p->exchange].output].database;
    VT_TRY(vt_scopes_of_exchange(&f->scopes, database, p->group, &visible));
    VT_TRY(at_exchange(f, p, bind(f, visible, p->text, p->reads.formula)));
  }
  return VT_OK;
}

static vt_error sort_needed(const following *f, int *order) {
  const vt_formula **formula;
  const char **name;
  int fault;
  VT_ARENA_NEW(f->scratch, formula, f->count);
  VT_ARENA_NEW(f->scratch, name, f->count);
  for (int i = 0; i < f->count; i++) {
    formula[i] = f->of[f->needed[i]].formula;
    name[i] = f->scopes.table.parameter[f->needed[i]].name;
  }
  const vt_error sorted = vt_formula_order(f->count, formula, name, order, &fault);
  return fault >= 0 ? at_parameter(f, f->needed[fault], sorted) : sorted;
}

// -------------------------------------------------------------------------------------------------
// The result.

// `rank`: place in the result of each that is needed.
static vt_error tell_meaning(const following *f, const vt_formula *formula, const int *rank,
                             vt_meaning *to) {
  const char *text = vt_formula_text(formula);
  const int names = vt_formula_names(formula);
  VT_TRY(vt_arena_text(f->arena, text, (ptrdiff_t)strlen(text), &to->formula));
  VT_ARENA_NEW(f->arena, to->name, names);
  VT_ARENA_NEW(f->arena, to->parameter, names);
  for (int i = 0; i < names; i++) {
    const char *name = vt_formula_name(formula, i);
    const int slot = vt_formula_slot(formula, i);
    if (slot < 0) continue;
    VT_TRY(vt_arena_text(f->arena, name, (ptrdiff_t)strlen(name), &to->name[to->names]));
    to->parameter[to->names++] = rank[slot];
  }
  return VT_OK;
}

static vt_error add_draw(const following *f, int parameter, vt_followed_parameter *to) {
  const vt_parameter *p = &f->scopes.table.parameter[parameter];
  const char *const key[] = {"parameter", to->scope, to->name};
  const vt_uncertainty_plan *plan = &f->study->uncertainty;
  uint64_t stream;
  const char *why;
  vt_lone_draw *draw;
  VT_TRY(vt_lone_stream(3, key, &stream));
  VT_TRY(at_parameter(
      f, parameter,
      vt_lone_draw_create(f->to->arena, p->uncertainty, plan->mean, stream, &why, &draw)));
  VT_CHECK(!why || !plan->strict, VT_ERR_INPUT,
           "%s: parameter '%s' of '%s': found an invalid distribution, expected none with invalid: "
           "error: %s",
           vt_project_path(f->set, p->project), to->name, to->scope, why);
  if (why) {
    vt_warn("invalid distribution", "parameter '%s' of '%s' keeps its amount: %s", to->name,
            to->scope, why);
    f->to->invalid++;
  }
  if (!draw) return VT_OK;
  to->drawn = f->to->sampled;
  f->to->draw[f->to->sampled++] = draw;
  return VT_OK;
}

static vt_error tell_parameter(const following *f, int parameter, const int *rank,
                               vt_followed_parameter *to) {
  const vt_parameter *p = &f->scopes.table.parameter[parameter];
  const char *scope = vt_scope_label(p);
  VT_TRY(vt_arena_text(f->arena, scope, (ptrdiff_t)strlen(scope), &to->scope));
  VT_TRY(vt_arena_text(f->arena, p->name, (ptrdiff_t)strlen(p->name), &to->name));
  to->value = p->amount;
  to->drawn = -1;
  if (is_sampled(f, parameter)) VT_TRY(add_draw(f, parameter, to));
  if (f->of[parameter].formula)
    return tell_meaning(f, f->of[parameter].formula, rank, &to->meaning);
  VT_CHECK(isfinite(p->amount) || is_replaced(f, parameter), VT_ERR_INPUT,
           "%s: parameter '%s' of '%s': found neither an amount nor a formula, expected one",
           vt_project_path(f->set, p->project), p->name, scope);
  return VT_OK;
}

static vt_error tell_amount(const following *f, const parameterised *p, const int *rank,
                            vt_followed_amount *to) {
  const vt_exchange *exchange = &f->set->exchange[p->exchange];
  vt_text text = {0};
  vt_error told =
      vt_text_add(&text, "exchange of '%s' with %s", f->set->node[exchange->output].code,
                  vt_node_text(f->set, exchange->input));
  if (told == VT_OK) told = vt_arena_text(f->arena, text.bytes, text.length, &to->exchange);
  vt_text_free(&text);
  VT_TRY(told);
  return tell_meaning(f, p->reads.formula, rank, &to->meaning);
}

static vt_error tell(const following *f, vt_following *to) {
  int *order, *rank;
  VT_ARENA_NEW(f->scratch, order, f->count);
  VT_ARENA_NEW(f->scratch, rank, f->count);
  VT_TRY(sort_needed(f, order));
  for (int i = 0; i < f->count; i++) rank[order[i]] = i;
  to->parameters = f->count;
  VT_ARENA_NEW(f->arena, to->parameter, f->count);
  VT_ARENA_NEW(f->to->arena, f->to->draw, f->count);
  for (int i = 0; i < f->count; i++)
    VT_TRY(tell_parameter(f, f->needed[order[i]], rank, &to->parameter[i]));
  VT_CHECK(f->exchanges < INT32_MAX, VT_ERR_SYSTEM, "too many exchanges follow parameters");
  VT_ARENA_NEW(f->arena, to->amount, f->exchanges);
  VT_ARENA_NEW(f->to->arena, f->to->follower, f->exchanges);
  for (ptrdiff_t i = 0; i < f->exchanges; i++) {
    VT_TRY(tell_amount(f, &f->exchange[i], rank, &to->amount[i]));
    to->amount[i].given = -1;
    f->to->follower[i] = (vt_follower){f->exchange[i].exchange, to->amounts++};
  }
  f->to->count = to->amounts;
  return VT_OK;
}

static vt_error follow(following *f, vt_following *to) {
  VT_TRY(vt_arena_create(&f->scratch));
  VT_TRY(vt_parameters_read(f->set, &f->scopes.table));
  f->scopes.set = f->set;
  f->scopes.arena = f->scratch;
  VT_TRY(vt_scopes_create(&f->scopes));
  f->parameters = (int)f->scopes.table.parameters;
  VT_TRY(ask_all(f));
  VT_TRY(read_parameters(f));
  VT_TRY(read_exchanges(f));
  VT_TRY(reach(f));
  VT_TRY(choose_exchanges(f));
  VT_TRY(refuse_projects(f));
  VT_TRY(find_needed(f));
  VT_TRY(bind_all(f));
  return tell(f, to);
}

vt_error vt_parameters_follow(const vt_study *study, vt_database_set *set, vt_arena *arena,
                              vt_following *to, vt_followers *followers) {
  *to = (vt_following){0};
  *followers = (vt_followers){.arena = followers->arena};
  if (!vt_parameters_are_meant(study)) return VT_OK;
  following f = {.study = study, .set = set, .arena = arena, .to = followers};
  const vt_error followed = follow(&f, to);
  vt_scopes_free(&f.scopes);
  vt_arena_free(f.scratch);
  free(f.read);
  free(f.exchange);
  return followed;
}
