// temporal.c - when an exchange happens: {unit, date, amount}, offsets from the consumer's date, or
// {datetime, amount}, dates of their own.
#include "sources.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// Seconds that no date lies beyond: farther than any model reaches, and far from overflow.
static const int64_t farthest_s = 4000000000000;

static int64_t farthest_offset(char unit) {
  switch (unit) {
    case 'h': return farthest_s / 3600;
    case 'm': return farthest_s / 60;
    case 's': return farthest_s;
    default: return 100000000;
  }
}

static vt_error get_date(const char *where, struct json_object *value, int64_t *seconds) {
  vt_date_fault fault = VT_DATE_NO_DATE;
  if (json_object_is_type(value, json_type_string))
    fault = vt_date_parse(json_object_get_string(value), seconds);
  VT_CHECK(fault == VT_DATE_FINE, VT_ERR_INPUT,
           "%s: 'temporal_distribution.datetime': found %s, %s", where, vt_json_show(value),
           vt_date_fault_text(fault));
  return VT_OK;
}

// Also written as 3.0.
static vt_error get_offset(const char *where, char unit, struct json_object *value,
                           int64_t *offset) {
  const int64_t farthest = farthest_offset(unit);
  double real = 0;
  bool whole = vt_json_integer(value, offset);
  if (!whole && vt_json_number(value, &real) && fabs(real) < 1e15) {
    *offset = (int64_t)real;
    whole = real == trunc(real);
  }
  VT_CHECK(whole && *offset >= -farthest && *offset <= farthest, VT_ERR_INPUT,
           "%s: 'temporal_distribution.date': found %s, expected a whole number of units", where,
           vt_json_show(value));
  return VT_OK;
}

static vt_error get_amount(const char *where, struct json_object *value, double *amount) {
  VT_CHECK(vt_json_number(value, amount) && isfinite(*amount), VT_ERR_INPUT,
           "%s: 'temporal_distribution.amount': found %s, expected a finite number", where,
           vt_json_show(value));
  return VT_OK;
}

static vt_error fill(vt_arena *arena, const char *where, struct json_object *dates,
                     struct json_object *amounts, vt_temporal *temporal) {
  VT_ARENA_NEW(arena, temporal->date, temporal->count);
  VT_ARENA_NEW(arena, temporal->amount, temporal->count);
  for (int i = 0; i < temporal->count; i++) {
    struct json_object *date = json_object_array_get_idx(dates, (size_t)i);
    VT_TRY(temporal->unit == VT_TEMPORAL_DATES
               ? get_date(where, date, &temporal->date[i])
               : get_offset(where, temporal->unit, date, &temporal->date[i]));
    VT_TRY(get_amount(where, json_object_array_get_idx(amounts, (size_t)i), &temporal->amount[i]));
  }
  return VT_OK;
}

// The unit that a word for one begins with: years, Month, days.
static const char *unit_hint(const char *word) {
  static _Thread_local char hint[32];
  static const struct {
    const char *word;
    char unit;
  } words[] = {{"year", 'Y'}, {"month", 'M'},  {"week", 'W'},  {"day", 'D'},
               {"hour", 'h'}, {"minute", 'm'}, {"second", 's'}};
  for (size_t i = 0; i < sizeof words / sizeof words[0] && word[0]; i++) {
    const size_t length = strlen(word), known = strlen(words[i].word);
    if (strncasecmp(word, words[i].word, length < known ? length : known) != 0) continue;
    (void)snprintf(hint, sizeof hint, "; did you mean '%c'?", words[i].unit);
    return hint;
  }
  return word[0] == 'a' ? "; did you mean 'Y'?" : "";
}

static vt_error get_unit(const char *where, struct json_object *value, char *unit) {
  const char *text =
      json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
  *unit = text[0];
  VT_CHECK(text[0] && !text[1] && strchr("YMWDhms", text[0]), VT_ERR_INPUT,
           "%s: 'temporal_distribution.unit': found %s, expected 'Y', 'M', 'W', 'D', 'h', 'm' or "
           "'s'%s",
           where, vt_json_show(value), unit_hint(text));
  return VT_OK;
}

static vt_error check_keys(const char *where, struct json_object *value, bool absolute) {
  json_object_object_foreach(value, key, ignored) {
    (void)ignored;
    const bool offsets = strcmp(key, "unit") == 0 || strcmp(key, "date") == 0;
    const bool known = offsets || strcmp(key, "datetime") == 0 || strcmp(key, "amount") == 0;
    VT_CHECK(known, VT_ERR_INPUT,
             "%s: 'temporal_distribution': found '%s', expected unit, date and amount, or datetime "
             "and amount",
             where, key);
    VT_CHECK(!absolute || !offsets, VT_ERR_INPUT,
             "%s: 'temporal_distribution': found 'datetime' with '%s', expected datetime and "
             "amount alone",
             where, key);
  }
  return VT_OK;
}

// Dates and amounts that are lists of one length.
static vt_error read_lists(vt_arena *arena, const char *where, struct json_object *dates,
                           struct json_object *amounts, char unit, vt_temporal **temporal) {
  const char *name = unit == VT_TEMPORAL_DATES ? "datetime" : "date";
  VT_CHECK(json_object_is_type(dates, json_type_array), VT_ERR_INPUT,
           "%s: 'temporal_distribution.%s': found %s, expected a list", where, name,
           vt_json_show(dates));
  VT_CHECK(json_object_is_type(amounts, json_type_array), VT_ERR_INPUT,
           "%s: 'temporal_distribution.amount': found %s, expected a list", where,
           vt_json_show(amounts));
  const size_t count = json_object_array_length(dates), weights = json_object_array_length(amounts);
  VT_CHECK(count == weights && count > 0 && count <= INT32_MAX, VT_ERR_INPUT,
           "%s: 'temporal_distribution': found %zu dates and %zu amounts, expected as many of "
           "both, and some",
           where, count, weights);
  VT_ARENA_NEW(arena, *temporal, 1);
  (*temporal)->unit = unit;
  (*temporal)->count = (int)count;
  return fill(arena, where, dates, amounts, *temporal);
}

vt_error vt_temporal_read(vt_arena *arena, const char *where, struct json_object *value,
                          vt_temporal **temporal) {
  if (!value) return VT_OK;
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: 'temporal_distribution': found %s, expected an object with unit, date and amount, "
           "or datetime and amount",
           where, vt_json_show(value));
  struct json_object *dates;
  const bool absolute = json_object_object_get_ex(value, "datetime", &dates);
  char unit = VT_TEMPORAL_DATES;
  VT_TRY(check_keys(where, value, absolute));
  if (!absolute) {
    VT_TRY(get_unit(where, json_object_object_get(value, "unit"), &unit));
    dates = json_object_object_get(value, "date");
  }
  return read_lists(arena, where, dates, json_object_object_get(value, "amount"), unit, temporal);
}

// -------------------------------------------------------------------------------------------------
// What jobs/brightway_export.py keeps apart: {"class": ..., "value": {"date": ..., "amount": ...}}.

static vt_error read_exported(vt_arena *arena, const char *where, struct json_object *kept,
                              vt_temporal **temporal) {
  struct json_object *class = NULL, *value = NULL;
  if (json_object_is_type(kept, json_type_object)) {
    class = json_object_object_get(kept, "class");
    value = json_object_object_get(kept, "value");
  }
  const char *name =
      json_object_is_type(class, json_type_string) ? json_object_get_string(class) : "";
  VT_CHECK(strcmp(name, "TemporalDistribution") == 0, VT_ERR_INPUT,
           "%s: 'absolute_temporal_distribution': found the class %s, expected "
           "'TemporalDistribution'",
           where, vt_json_show(class));
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: 'absolute_temporal_distribution': found %s, expected date and amount", where,
           vt_json_show(value));
  return read_lists(arena, where, json_object_object_get(value, "date"),
                    json_object_object_get(value, "amount"), VT_TEMPORAL_DATES, temporal);
}

vt_error vt_exchange_dates(vt_database_set *set, const vt_exchange *exchange, const char *where,
                           const vt_temporal **temporal) {
  static const char key[] = "absolute_temporal_distribution";
  *temporal = exchange->temporal;
  VT_CHECK(
      !vt_exchange_has_attribute(exchange, "temporal distribution"), VT_ERR_INPUT,
      "%s: found 'temporal distribution', expected 'temporal_distribution' with unit, date and "
      "amount, or datetime and amount",
      where);
  // Most have no such attribute, and no tree is made of them.
  if (!exchange->extra || !strstr(exchange->extra, key)) return VT_OK;
  struct json_object *extra = json_tokener_parse(exchange->extra), *kept;
  VT_CHECK(extra, VT_ERR_SYSTEM, "out of memory for the attributes of an exchange");
  vt_temporal *made = NULL;
  vt_error read = VT_OK;
  if (json_object_object_get_ex(extra, key, &kept))
    read = read_exported(set->arena, where, kept, &made);
  (void)json_object_put(extra);
  if (made) *temporal = made;
  return read;
}
