#include "explanation.h"

#include "print.h"

#include <math.h>
#include <string.h>

// Ten digits, for people.
static const char *rounded(double value, char text[32]) {
  (void)snprintf(text, 32, "%.10g", value);
  return text;
}

// ---------------------------------------------------------------------------------------------
// Text.

static void print_title(FILE *out, const finding *f) {
  if (f->scenario < 0)
    (void)fputs("the reference scenario", out);
  else
    print_line(out, "scenario %lld", (long long)f->scenario);
}

static void print_change(FILE *out, const vt_explained_member *m, double change) {
  char by[32], to[32];
  print_line(out, "%s it by %s to %s", change < 0 ? "lower" : "raise", rounded(fabs(change), by),
             rounded(m->value + change, to));
}

// By how much a member would have to give way.
static void print_way_out(FILE *out, const vt_explained_member *m) {
  (void)fputs("      ", out);
  if (strcmp(m->kind, "existing capacity") == 0) {
    (void)fputs("what exists cannot be less than nothing: set it to 0 or more\n", out);
    return;
  }
  if (m->suffices && isnan(m->change)) {
    (void)fputs("dropping it alone makes the scenario feasible\n", out);
  } else if (m->suffices) {
    print_change(out, m, m->change);
    (void)fputs(", and the scenario is feasible\n", out);
  } else {
    (void)fputs("no change of it alone suffices, there are other conflicts", out);
    if (!isnan(m->change_within)) {
      (void)fputs(" (for this one: ", out);
      print_change(out, m, m->change_within);
      (void)fputs(")", out);
    }
    (void)fputs("\n", out);
  }
}

static void print_lines(FILE *out, const char *title, const char *lines) {
  if (!lines[0]) return;
  (void)fprintf(out, "%s\n  ", title);
  for (const char *c = lines; *c; c++) (void)fputs(*c == '\n' ? "\n  " : (char[]){*c, '\0'}, out);
  (void)fputc('\n', out);
}

static void print_conflict(FILE *out, const vt_explanation *e) {
  if (e->members == 0) {
    (void)fputs("no demand or limit is to blame: the capacities of the processes contradict "
                "themselves\n",
                out);
    return;
  }
  (void)fputs(e->members == 1 ? "this cannot be met, whatever else is asked for:\n"
                              : "these cannot be met together; without any one of them the others "
                                "can:\n",
              out);
  for (int i = 0; i < e->members; i++) {
    print_line(out, "  %s\n", e->member[i].text);
    print_way_out(out, &e->member[i]);
  }
  if (e->plain[0]) print_line(out, "%s\n", e->plain);
  print_lines(out, "existing capacity that counts here:", e->capacity);
}

static void print_process(FILE *out, const char *code, const char *name) {
  print_line(out, "'%s'", code);
  if (name && strcmp(name, code) != 0) print_line(out, " ('%s')", name);
}

static void print_ray(FILE *out, const vt_ray *ray) {
  enum { PARTS = 12, CAUSES = 3 };
  char text[32];
  if (ray->parts == 0) {
    (void)fputs("the objective falls without end, but no direction could be proven\n", out);
    return;
  }
  (void)fputs("the objective falls without end along:\n", out);
  for (ptrdiff_t i = 0; i < ray->parts && i < PARTS; i++) {
    const vt_ray_part *p = &ray->part[i];
    print_line(out, "  %s of ", p->installation ? "installation" : "operation");
    print_process(out, p->process, p->name);
    if (p->year != 0) print_line(out, " in %d", p->year);
    print_line(out, ": %s%s\n", p->units > 0 ? "+" : "",
               rounded(p->units / fabs(ray->part[0].units), text));
  }
  if (ray->parts > PARTS) print_line(out, "  and %td more\n", ray->parts - PARTS);
  if (ray->causes == 0) return;
  (void)fputs("the usual cause is an impact below zero that no limit stops; here it comes from:\n",
              out);
  for (ptrdiff_t i = 0; i < ray->causes && i < CAUSES; i++) {
    const vt_ray_cause *c = &ray->cause[i];
    char objective[32];
    const double unit = fabs(ray->part[0].units);
    print_line(out, "  %s '%s' of ", c->tensor, c->flow);
    print_process(out, c->process, c->name);
    print_line(out, ": %s of it change the objective by %s (%s)\n", rounded(c->amount / unit, text),
               rounded(c->objective / unit, objective), c->category);
  }
}

void explanation_print(FILE *out, const finding *f) {
  if (f->scenario == NO_SCENARIO) {
    (void)fputs("no scenario is infeasible or unbounded\n", out);
    return;
  }
  print_title(out, f);
  if (!f->explanation) {
    print_line(out, " has an optimum\n");
    return;
  }
  const vt_outcome outcome = f->explanation->outcome;
  print_line(out, " is %s", vt_outcome_name(outcome));
  if (outcome != f->stored)
    print_line(out, " when it is solved again (the file says: %s)", vt_outcome_name(f->stored));
  (void)fputs(outcome == VT_INFEASIBLE || outcome == VT_UNBOUNDED ? ": " : "", out);
  if (outcome == VT_INFEASIBLE) {
    print_conflict(out, f->explanation);
  } else if (outcome == VT_UNBOUNDED) {
    print_ray(out, &f->explanation->ray);
  } else {
    const char *reason = f->explanation->reason;
    print_line(out, "%s%s\n", reason[0] ? ": " : "", reason);
  }
}

// ---------------------------------------------------------------------------------------------
// JSON.

static void json_member(json_out *j, const vt_explained_member *m) {
  json_map(j, NULL);
  json_members(j, "text: %s, kind: %s, tensor: %s", m->text, m->kind, m->tensor);
  json_list(j, "key", JSON_ROW);
  for (int a = 0; a < m->keys; a++) {
    if (m->is_year[a])
      json_raw(j, NULL, "%s", m->key[a]);
    else
      json_text(j, NULL, m->key[a]);
  }
  json_close(j);
  json_members(j,
               "default: %i, value: %g, suffices_alone: %i, change_alone: %g, "
               "change_within_conflict: %g",
               m->fallback, m->value, m->suffices, m->change, m->change_within);
  json_close(j);
}

// Lines of a text as a list.
static void json_lines(json_out *j, const char *name, const char *lines) {
  json_list(j, name, JSON_ROW);
  while (*lines) {
    const size_t length = strcspn(lines, "\n");
    vt_text line = {0};
    if (vt_text_add_bytes(&line, lines, (ptrdiff_t)length) == VT_OK) json_text(j, NULL, line.bytes);
    vt_text_free(&line);
    lines += length + (lines[length] == '\n');
  }
  json_close(j);
}

static void json_ray(json_out *j, const vt_ray *ray) {
  json_list(j, "ray", JSON_LINES);
  for (ptrdiff_t i = 0; i < ray->parts; i++) {
    const vt_ray_part *p = &ray->part[i];
    json_object(j, NULL, "what: %s, process: %s, name: %s, year: %d, units: %g",
                p->installation ? "installation" : "operation", p->process, p->name, p->year,
                p->units);
  }
  json_close(j);
  json_list(j, "causes", JSON_LINES);
  for (ptrdiff_t i = 0; i < ray->causes; i++) {
    const vt_ray_cause *c = &ray->cause[i];
    json_object(j, NULL,
                "tensor: %s, process: %s, name: %s, flow: %s, category: %s, amount: %g, "
                "objective: %g",
                c->tensor, c->process, c->name, c->flow, c->category, c->amount, c->objective);
  }
  json_close(j);
}

void explanation_print_json(FILE *out, const finding *f) {
  const vt_explanation none = {.plain = "", .capacity = "", .reason = ""};
  const vt_explanation *e = f->explanation ? f->explanation : &none;
  const bool nothing = f->scenario == NO_SCENARIO;
  json_out j = json_begin(out, JSON_BLOCK);
  json_text(&j, "file", f->path);
  if (f->scenario >= 0)
    json_raw(&j, "scenario", "%lld", (long long)f->scenario);
  else
    json_text(&j, "scenario", nothing ? NULL : "reference");
  json_text(&j, "status",
            nothing ? NULL : vt_outcome_name(f->explanation ? e->outcome : f->stored));
  json_list(&j, "conflict", JSON_LINES);
  for (int i = 0; i < e->members; i++) json_member(&j, &e->member[i]);
  json_close(&j);
  json_text(&j, "plain", e->plain[0] ? e->plain : NULL);
  json_lines(&j, "existing_capacity", e->capacity);
  json_text(&j, "reason", e->reason[0] ? e->reason : NULL);
  json_ray(&j, &e->ray);
  json_end(&j);
}
