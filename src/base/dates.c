// dates.c - dates of the proleptic Gregorian calendar, without time zones and leap seconds, as
// whole seconds since 1970-01-01.
#include "vintner/base.h"

#include <string.h>

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60, MONTHS = 12 };

static int64_t floor_quotient(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

bool vt_is_leap_year(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int vt_days_in_month(int64_t year, int month) {
  static const int days[MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && vt_is_leap_year(year));
}

// Days since 1970-01-01: years that begin in March have their leap day at the end. 400 years are
// 146097 days.
static int64_t days_of(int64_t year, int month, int day) {
  const int64_t shifted = month <= 2 ? year - 1 : year;
  const int64_t era = floor_quotient(shifted, 400), of_era = shifted - 400 * era;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t vt_date_seconds(const vt_date *d) {
  return days_of(d->year, d->month, d->day) * DAY_S + d->hour * HOUR_S + d->minute * MINUTE_S +
         d->second;
}

void vt_date_of(int64_t seconds, vt_date *d) {
  const int64_t day = floor_quotient(seconds, DAY_S), rest = seconds - day * DAY_S;
  const int64_t moved = day + 719468, era = floor_quotient(moved, 146097);
  const int64_t of_era = moved - era * 146097;
  const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const int64_t month = (5 * of_year + 2) / 153;
  d->day = (int)(of_year - (153 * month + 2) / 5 + 1);
  d->month = (int)(month < 10 ? month + 3 : month - 9);
  d->year = year + 400 * era + (d->month <= 2);
  d->hour = (int)(rest / HOUR_S);
  d->minute = (int)(rest % HOUR_S / MINUTE_S);
  d->second = (int)(rest % MINUTE_S);
}

int64_t vt_date_add(int64_t seconds, int64_t months, int64_t more_seconds) {
  if (months == 0) return seconds + more_seconds;
  vt_date d;
  vt_date_of(seconds, &d);
  const int64_t month = d.year * MONTHS + d.month - 1 + months;
  d.year = floor_quotient(month, MONTHS);
  d.month = (int)(month - d.year * MONTHS) + 1;
  const int last = vt_days_in_month(d.year, d.month);
  if (d.day > last) d.day = last;
  return vt_date_seconds(&d) + more_seconds;
}

double vt_date_decimal_year(int64_t seconds) {
  vt_date d;
  vt_date_of(seconds, &d);
  const int64_t start = days_of(d.year, 1, 1) * DAY_S;
  const int64_t length = (vt_is_leap_year(d.year) ? 366 : 365) * (int64_t)DAY_S;
  return (double)d.year + (double)(seconds - start) / (double)length;
}

// ---------------------------------------------------------------------------------------------
// Text.

// `digits` decimal digits, and what must follow them (0: anything).
static bool take_digits(const char **text, int digits, int *number) {
  *number = 0;
  for (int i = 0; i < digits; i++) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + (c - '0');
  }
  *text += digits;
  return true;
}

static bool take(const char **text, char c) {
  if (**text != c) return false;
  (*text)++;
  return true;
}

static bool take_time(const char **at, vt_date *d) {
  if (!take_digits(at, 2, &d->hour) || !take(at, ':') || !take_digits(at, 2, &d->minute))
    return false;
  if (!take(at, ':')) return true;
  if (!take_digits(at, 2, &d->second)) return false;
  // Nothing is finer than a second: only zeros may follow.
  if (!take(at, '.')) return true;
  const size_t zeros = strspn(*at, "0");
  *at += zeros;
  return zeros > 0;
}

vt_date_fault vt_date_parse(const char *text, int64_t *seconds) {
  vt_date d = {0};
  const char *at = text;
  int year;
  const bool before = take(&at, '-');
  if (!take_digits(&at, VT_YEAR_DIGITS, &year) || !take(&at, '-') ||
      !take_digits(&at, 2, &d.month) || !take(&at, '-') || !take_digits(&at, 2, &d.day))
    return VT_DATE_NO_DATE;
  if ((*at == 'T' || *at == ' ') && at[1] >= '0' && at[1] <= '9') {
    at++;
    if (!take_time(&at, &d)) return VT_DATE_NO_DATE;
  }
  d.year = before ? -year : year;
  const char *zone = at + strspn(at, " ");
  if (*zone == 'Z' || *zone == 'z' || *zone == '+' || *zone == '-') return VT_DATE_ZONE;
  if (*at) return VT_DATE_NO_DATE;
  const bool exists = d.month >= 1 && d.month <= MONTHS && d.day >= 1 &&
                      d.day <= vt_days_in_month(d.year, d.month) && d.hour < 24 && d.minute < 60 &&
                      d.second < 60;
  if (!exists) return VT_DATE_NOT_THERE;
  *seconds = vt_date_seconds(&d);
  return VT_DATE_FINE;
}

const char *vt_date_fault_text(vt_date_fault fault) {
  switch (fault) {
    case VT_DATE_ZONE: return "a date with a time zone, expected one without";
    case VT_DATE_NOT_THERE:
      return "a date that does not exist, expected one of the calendar such as 2024-02-29";
    case VT_DATE_NO_DATE: return "no date, expected one such as 2024-03-01 or 2024-03-01T12:00:00";
    case VT_DATE_FINE: break;
  }
  return "a date";
}
