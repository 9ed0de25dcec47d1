// test_dates.c - dates of the calendar, back and forth.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vintner/base.h"

enum { DAY_S = 86400 };

static int64_t at(const char *text) {
  int64_t seconds = INT64_MIN;
  assert_int_equal(vt_date_parse(text, &seconds), VT_DATE_FINE);
  return seconds;
}

static void every_day_of_400_years_comes_back(void **state) {
  (void)state;
  vt_date before;
  vt_date_of(-200001 * (int64_t)DAY_S, &before);
  for (int64_t day = -200000; day < 200000; day++) {
    vt_date d;
    vt_date_of(day * DAY_S, &d);
    assert_int_equal(vt_date_seconds(&d), day * DAY_S);
    assert_true(d.day == before.day + 1 || d.day == 1);
    assert_true(d.day <= vt_days_in_month(d.year, d.month));
    before = d;
  }
}

static void known_dates_have_their_seconds(void **state) {
  (void)state;
  assert_int_equal(at("1970-01-01"), 0);
  assert_int_equal(at("2024-02-29T12:00:30"), 1709208030);
  assert_int_equal(at("1969-12-31 23:59"), -60);
  assert_int_equal(at("0000-03-01"), -719468 * (int64_t)DAY_S);
  assert_int_equal(at("-0001-12-31"), at("0000-01-01") - DAY_S);
}

static void months_clamp_to_their_last_day(void **state) {
  (void)state;
  assert_int_equal(vt_date_add(at("2024-01-31"), 1, 0), at("2024-02-29"));
  assert_int_equal(vt_date_add(at("2024-02-29"), 12, 0), at("2025-02-28"));
  assert_int_equal(vt_date_add(at("2024-03-31T06:00"), -13, 60), at("2023-02-28T06:01"));
  assert_int_equal(vt_date_add(at("2024-01-01"), -24 * 12 - 1, 0), at("1999-12-01"));
}

static void texts_that_are_no_dates_are_told_apart(void **state) {
  (void)state;
  int64_t seconds;
  assert_int_equal(vt_date_parse("2023-02-29", &seconds), VT_DATE_NOT_THERE);
  assert_int_equal(vt_date_parse("2023-13-01", &seconds), VT_DATE_NOT_THERE);
  assert_int_equal(vt_date_parse("2023-01-01T24:00", &seconds), VT_DATE_NOT_THERE);
  assert_int_equal(vt_date_parse("2023-01-01T00:00Z", &seconds), VT_DATE_ZONE);
  assert_int_equal(vt_date_parse("2023-01-01T00:00+01:00", &seconds), VT_DATE_ZONE);
  assert_int_equal(vt_date_parse("2023-1-1", &seconds), VT_DATE_NO_DATE);
  assert_int_equal(vt_date_parse("now", &seconds), VT_DATE_NO_DATE);
  assert_int_equal(vt_date_parse("", &seconds), VT_DATE_NO_DATE);
}

static void decimal_years_know_leap_years(void **state) {
  (void)state;
  assert_true(fabs(vt_date_decimal_year(at("2024-07-01")) - (2024 + 182.0 / 366)) < 1e-12);
  assert_true(fabs(vt_date_decimal_year(at("2025-07-01")) - (2025 + 181.0 / 365)) < 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_day_of_400_years_comes_back),
      cmocka_unit_test(known_dates_have_their_seconds),
      cmocka_unit_test(months_clamp_to_their_last_day),
      cmocka_unit_test(texts_that_are_no_dates_are_told_apart),
      cmocka_unit_test(decimal_years_know_leap_years),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
