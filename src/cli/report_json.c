// report_json.c - what a results file holds, as one JSON document.
#include "report.h"
#include "show_regret.h"
#include "show_sensitivity.h"

#include <math.h>
#include <string.h>

// One a line in the file.
static void json_warnings(json_out *j, const char *text) {
  char line[4096];
  if (!text) return;
  json_list(j, "warnings", JSON_LINES);
  for (const char *end; *text; text = *end ? end + 1 : end) {
    end = text + strcspn(text, "\n");
    (void)snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
    json_text(j, NULL, line);
  }
  json_close(j);
}

static void json_head(json_out *j, const report *r) {
  json_text(j, "file", r->path);
  for (int i = 0; i < REPORT_TOLD; i++)
    json_text(j, report_told[i], vt_reader_attribute(r->reader, report_told[i]));
  json_warnings(j, vt_reader_attribute(r->reader, "warnings"));
  json_members(j, "finished: %i, scenarios: %lld", vt_reader_finished(r->reader),
               (long long)r->scenarios);
  int64_t pairs = 0, pairs_left = 0;
  if (!vt_reader_finished(r->reader)) show_count_pairs(r, &pairs, &pairs_left);
  if (pairs > 0)
    json_members(j, "plan_pairs: %lld, plan_pairs_not_done: %lld", (long long)pairs,
                 (long long)pairs_left);
  json_map(j, "outcomes");
  for (int o = 0; o < REPORT_OUTCOMES; o++) {
    const vt_outcome outcome = o < VT_OUTCOME_COUNT ? (vt_outcome)o : VT_NOT_DONE;
    json_raw(j, vt_outcome_name(outcome), "%lld", (long long)r->outcome[o]);
  }
  json_close(j);
  if (r->scenario < 0) return;
  json_members(j, "scenario: %lld, status: %s", (long long)r->scenario, vt_outcome_name(r->status));
}

static void json_factors(json_out *j, const report *r) {
  const char *const *name = report_labels(r, "factor", r->factors);
  if (!r->factor || !name) return;
  json_map(j, "factors");
  for (int64_t f = 0; f < r->factors; f++) {
    char choice[1024];
    if (report_choice(r->choices, name[f], r->factor[f], choice, sizeof choice))
      json_text(j, name[f], choice);
    else
      json_number(j, name[f], r->factor[f]);
  }
  json_close(j);
}

// Plain LCA: one number for each demand and category.
static void json_scores(json_out *j, const report *r) {
  const report_table *t = &r->score;
  const char *const *demand = report_labels(r, "demand", t->rows);
  const char *const *category = report_labels(r, "category", t->columns);
  json_object(j, "checks", "largest_residual: %g", r->residual);
  json_list(j, "scores", JSON_LINES);
  for (int64_t i = 0; i < t->rows * t->columns; i++) {
    json_map(j, NULL);
    json_members(j, "demand: %s, category: %s", demand ? demand[i / t->columns] : NULL,
                 category ? category[i % t->columns] : NULL);
    json_number(j, r->scenario >= 0 ? "value" : "mean", t->value[i]);
    json_close(j);
  }
  json_close(j);
}

static void json_objective(json_out *j, const report *r) {
  json_map(j, "objective");
  json_text(j, "units", r->units);
  if (r->scenario >= 0) {
    json_number(j, "value", r->status == VT_OPTIMAL ? r->objective : (double)NAN);
  } else if (r->statistics) {
    json_raw(j, "count", "%lld", (long long)r->outcome[VT_OPTIMAL]);
    for (int k = 0; k < REPORT_FIGURES; k++) json_number(j, report_figure_name[k], r->figure[k]);
    json_number(j, "standard_deviation", sqrt(r->figure[1]));
    json_list(j, "quantiles", JSON_ROW);
    for (int64_t q = 0; q < r->quantiles; q++) {
      json_object(j, NULL, "p: %g, value: %g", r->quantile_at[q], r->quantile[q]);
    }
    json_close(j);
  }
  json_close(j);
}

static void json_checks(json_out *j, const report *r) {
  json_object(
      j, "checks", "scenarios: %lld, largest_violation: %g, largest_gap: %g, share_unique: %g",
      (long long)(r->scenario >= 0 ? 1 : r->outcome[VT_OPTIMAL]), r->violation, r->gap, r->unique);
}

static void json_impacts(json_out *j, const report *r) {
  if (!r->impact.value) return;
  const char *const *category = report_labels(r, "category", r->impact.rows);
  json_list(j, "total_impact", JSON_LINES);
  for (int64_t c = 0; c < r->impact.rows; c++) {
    json_map(j, NULL);
    json_text(j, "category", category ? category[c] : NULL);
    json_number(j, r->scenario >= 0 ? "value" : "mean", r->impact.value[c]);
    if (r->spread) json_number(j, "standard_deviation", r->spread[c]);
    json_close(j);
  }
  json_close(j);
}

static void json_installation(json_out *j, const report *r) {
  const report_table *t = &r->installation;
  if (!t->value) return;
  const char *const *code = report_labels(r, "process", t->rows);
  const char *const *name = report_labels(r, "process_name", t->rows);
  const char *const *time = report_labels(r, "time", t->columns);
  json_list(j, "installation", JSON_LINES);
  for (int64_t p = 0; p < t->rows; p++) {
    const double *value = t->value + p * t->columns;
    int64_t y = 0;
    while (y < t->columns && !report_is_shown(t, value[y])) y++;
    if (y == t->columns) continue;
    json_map(j, NULL);
    json_members(j, "process: %s, name: %s", code ? code[p] : NULL, name ? name[p] : NULL);
    json_map(j, "by_year");
    for (; y < t->columns; y++) {
      if (report_is_shown(t, value[y])) json_number(j, time ? time[y] : "?", value[y]);
    }
    json_close(j);
    json_close(j);
  }
  json_close(j);
}

static void json_choices(json_out *j, const report *r) {
  const report_table *t = &r->choice;
  const char *const *label = report_labels(r, "alternative", t->rows);
  if (!t->value) return;
  json_list(j, "choice_level", JSON_LINES);
  for (int64_t a = 0; a < t->rows; a++) {
    json_map(j, NULL);
    json_text(j, "alternative", label ? label[a] : NULL);
    if (t->columns == 1)
      json_number(j, "level", t->value[a]);
    else
      json_numbers(j, "levels", t->value + a * t->columns, (int)t->columns);
    json_close(j);
  }
  json_close(j);
}

static void json_background(json_out *j, const report *r) {
  const int64_t *size = r->background;
  if (size[0] == 0) return;
  json_object(j, "background",
              "snapshots: %lld, intermediate_flows: %lld, elementary_flows: %lld, "
              "largest_residual: %g",
              (long long)size[0], (long long)size[1], (long long)size[2], r->background_residual);
}

void report_print_json(FILE *out, const report *r) {
  json_out j = json_begin(out, JSON_BLOCK);
  json_head(&j, r);
  json_background(&j, r);
  json_factors(&j, r);
  if (r->score.value) {
    json_scores(&j, r);
  } else {
    json_objective(&j, r);
    json_checks(&j, r);
    json_impacts(&j, r);
    json_installation(&j, r);
    json_choices(&j, r);
  }
  if (r->statistics) json_sensitivity(&j, r);
  if (r->scenario < 0) json_regret(&j, r);
  json_end(&j);
}
