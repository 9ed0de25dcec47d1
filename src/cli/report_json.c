// report_json.c - what a results file holds, as one JSON document.
#include "report.h"

#include <math.h>

static void json_pair(FILE *out, const char *name, double value) {
  (void)fputs(", ", out);
  json_text(out, name);
  (void)fputs(": ", out);
  json_number(out, value);
}

static void json_head(FILE *out, const report *r) {
  (void)fputs("{\n  \"file\": ", out);
  json_text(out, r->path);
  for (int i = 0; i < REPORT_TOLD; i++) {
    (void)fprintf(out, ",\n  \"%s\": ", report_told[i]);
    json_text(out, vt_reader_attribute(r->reader, report_told[i]));
  }
  (void)fprintf(out, ",\n  \"finished\": %s,\n  \"scenarios\": %lld,\n  \"outcomes\": {",
                vt_reader_finished(r->reader) ? "true" : "false", (long long)r->scenarios);
  for (int o = 0; o < REPORT_OUTCOMES; o++) {
    const vt_outcome outcome = o < VT_OUTCOME_COUNT ? (vt_outcome)o : VT_NOT_DONE;
    (void)fprintf(out, "%s\"%s\": %lld", o > 0 ? ", " : "", vt_outcome_name(outcome),
                  (long long)r->outcome[o]);
  }
  (void)fputs("}", out);
  if (r->scenario < 0) return;
  (void)fprintf(out, ",\n  \"scenario\": %lld,\n  \"status\": \"%s\"", (long long)r->scenario,
                vt_outcome_name(r->status));
}

static void json_factors(FILE *out, const report *r) {
  const char *const *name = vt_reader_labels(r->reader, "factor");
  if (!r->factor || !name || vt_reader_dimension(r->reader, "factor") != r->factors) return;
  (void)fputs(",\n  \"factors\": {", out);
  for (int64_t f = 0; f < r->factors; f++) {
    if (f > 0) (void)fputs(", ", out);
    json_text(out, name[f]);
    (void)fputs(": ", out);
    char choice[1024];
    if (report_choice(r->choices, name[f], r->factor[f], choice, sizeof choice))
      json_text(out, choice);
    else
      json_number(out, r->factor[f]);
  }
  (void)fputs("}", out);
}

// Plain LCA: one number for each demand and category.
static void json_scores(FILE *out, const report *r) {
  const report_table *t = &r->score;
  const char *const *demand = vt_reader_labels(r->reader, "demand");
  const char *const *category = vt_reader_labels(r->reader, "category");
  (void)fputs(",\n  \"checks\": {\"largest_residual\": ", out);
  json_number(out, r->residual);
  (void)fputs("},\n  \"scores\": [", out);
  for (int64_t i = 0; i < t->rows * t->columns; i++) {
    (void)fputs(i > 0 ? ",\n    {\"demand\": " : "\n    {\"demand\": ", out);
    json_text(out, demand ? demand[i / t->columns] : NULL);
    (void)fputs(", \"category\": ", out);
    json_text(out, category ? category[i % t->columns] : NULL);
    json_pair(out, r->scenario >= 0 ? "value" : "mean", t->value[i]);
    (void)fputs("}", out);
  }
  (void)fputs("]", out);
}

static void json_objective(FILE *out, const report *r) {
  (void)fputs(",\n  \"objective\": {\"units\": ", out);
  json_text(out, r->units);
  if (r->scenario >= 0) {
    json_pair(out, "value", r->status == VT_OPTIMAL ? r->objective : (double)NAN);
  } else if (r->statistics) {
    (void)fprintf(out, ", \"count\": %lld", (long long)r->outcome[VT_OPTIMAL]);
    for (int k = 0; k < REPORT_FIGURES; k++) json_pair(out, report_figure_name[k], r->figure[k]);
    json_pair(out, "standard_deviation", sqrt(r->figure[1]));
    (void)fputs(", \"quantiles\": [", out);
    for (int64_t q = 0; q < r->quantiles; q++) {
      (void)fputs(q > 0 ? ", {\"p\": " : "{\"p\": ", out);
      json_number(out, r->quantile_at[q]);
      json_pair(out, "value", r->quantile[q]);
      (void)fputs("}", out);
    }
    (void)fputs("]", out);
  }
  (void)fputs("}", out);
}

static void json_impacts(FILE *out, const report *r) {
  if (!r->impact.value) return;
  const char *const *category = vt_reader_labels(r->reader, "category");
  (void)fputs(",\n  \"total_impact\": [", out);
  for (int64_t c = 0; c < r->impact.rows; c++) {
    (void)fputs(c > 0 ? ",\n    {\"category\": " : "\n    {\"category\": ", out);
    json_text(out, category ? category[c] : NULL);
    json_pair(out, r->scenario >= 0 ? "value" : "mean", r->impact.value[c]);
    if (r->spread) json_pair(out, "standard_deviation", r->spread[c]);
    (void)fputs("}", out);
  }
  (void)fputs("]", out);
}

static void json_process(FILE *out, const report *r, int64_t p, const char *const *time) {
  const report_table *t = &r->installation;
  const char *separator = "";
  (void)fputs(", \"by_year\": {", out);
  for (int64_t y = 0; y < t->columns; y++) {
    const double value = t->value[p * t->columns + y];
    if (!report_is_shown(t, value)) continue;
    (void)fputs(separator, out);
    json_text(out, time ? time[y] : "?");
    (void)fputs(": ", out);
    json_number(out, value);
    separator = ", ";
  }
  (void)fputs("}}", out);
}

static void json_installation(FILE *out, const report *r) {
  const report_table *t = &r->installation;
  if (!t->value) return;
  const char *const *code = vt_reader_labels(r->reader, "process");
  const char *const *name = vt_reader_labels(r->reader, "process_name");
  const char *const *time = vt_reader_labels(r->reader, "time");
  const char *separator = "";
  (void)fputs(",\n  \"installation\": [", out);
  for (int64_t p = 0; p < t->rows; p++) {
    bool any = false;
    for (int64_t y = 0; y < t->columns; y++)
      any = any || report_is_shown(t, t->value[p * t->columns + y]);
    if (!any) continue;
    (void)fprintf(out, "%s\n    {\"process\": ", separator);
    json_text(out, code ? code[p] : NULL);
    (void)fputs(", \"name\": ", out);
    json_text(out, name ? name[p] : NULL);
    json_process(out, r, p, time);
    separator = ",";
  }
  (void)fputs("]", out);
}

static void json_background(FILE *out, const report *r) {
  const int64_t *size = r->background;
  if (size[0] == 0) return;
  (void)fprintf(out,
                ",\n  \"background\": {\"snapshots\": %lld, \"intermediate_flows\": %lld, "
                "\"elementary_flows\": %lld",
                (long long)size[0], (long long)size[1], (long long)size[2]);
  json_pair(out, "largest_residual", r->background_residual);
  (void)fputs("}", out);
}

void report_print_json(FILE *out, const report *r) {
  json_head(out, r);
  json_background(out, r);
  json_factors(out, r);
  if (r->score.value) {
    json_scores(out, r);
    (void)fputs("\n}\n", out);
    return;
  }
  json_objective(out, r);
  (void)fputs(",\n  \"checks\": {\"scenarios\": ", out);
  (void)fprintf(out, "%lld", (long long)(r->scenario >= 0 ? 1 : r->outcome[VT_OPTIMAL]));
  json_pair(out, "largest_violation", r->violation);
  json_pair(out, "largest_gap", r->gap);
  json_pair(out, "share_unique", r->unique);
  (void)fputs("}", out);
  json_impacts(out, r);
  json_installation(out, r);
  (void)fputs("\n}\n", out);
}
