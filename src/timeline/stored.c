// stored.c - the rows of a timeline in the results file: the group /timeline.
#include "timeline.h"

static void fill_each(const vt_timeline_data *k,
                      double (*number)(int demand, const vt_timeline_row *row), double *value) {
  ptrdiff_t i = 0;
  for (int d = 0; d < k->demands; d++)
    for (ptrdiff_t r = 0; r < k->reference.result[d].rows; r++)
      value[i++] = number(d, &k->reference.result[d].row[r]);
}

static double demand_of(int demand, const vt_timeline_row *row) {
  (void)row;
  return demand;
}

static double activity_of(int demand, const vt_timeline_row *row) {
  (void)demand;
  return row->activity;
}

static double flow_of(int demand, const vt_timeline_row *row) {
  (void)demand;
  return row->flow;
}

static double date_of(int demand, const vt_timeline_row *row) {
  (void)demand;
  return (double)row->date;
}

static double amount_of(int demand, const vt_timeline_row *row) {
  (void)demand;
  return row->amount;
}

static double kind_of(int demand, const vt_timeline_row *row) {
  (void)demand;
  return row->kind;
}

static void fill_scenario(const void *context, double *value) {
  (void)context;
  (void)value; // zeros
}

#define VT_FILL(name)                                                                              \
  static void fill_##name(const void *context, double *value) {                                    \
    fill_each(context, name##_of, value);                                                          \
  }
VT_FILL(demand)
VT_FILL(activity)
VT_FILL(flow)
VT_FILL(date)
VT_FILL(amount)
VT_FILL(kind)

vt_error vt_timeline_lay_rows_out(const vt_timeline_data *k, vt_layout *layout) {
  const vt_constant columns[] = {{.name = "scenario",
                                  .long_name = "scenario",
                                  .fill = fill_scenario,
                                  .storage = VT_STORE_INT64},
                                 {.name = "demand",
                                  .long_name = "place on the axis demand",
                                  .fill = fill_demand,
                                  .storage = VT_STORE_INT32},
                                 {.name = "activity",
                                  .long_name = "place among the activities",
                                  .fill = fill_activity,
                                  .storage = VT_STORE_INT32},
                                 {.name = "elementary_flow",
                                  .long_name = "place on the axis elementary_flow",
                                  .fill = fill_flow,
                                  .storage = VT_STORE_INT32},
                                 {.name = "date",
                                  .long_name = "seconds since 1970-01-01T00:00:00",
                                  .fill = fill_date,
                                  .storage = VT_STORE_INT64},
                                 {.name = "amount", .long_name = "amount", .fill = fill_amount},
                                 {.name = "kind",
                                  .long_name = "0 direct, 1 closed, 2 background",
                                  .fill = fill_kind,
                                  .storage = VT_STORE_INT8}};
  vt_dimension axis = {.name = "row", .long_name = "row of a timeline"};
  int place;
  for (int d = 0; d < k->demands; d++) axis.size += k->reference.result[d].rows;
  VT_TRY(vt_layout_add_axis(layout, &axis, &place));
  for (size_t i = 0; place >= 0 && i < sizeof columns / sizeof *columns; i++) {
    vt_constant c = columns[i];
    c.group = "timeline";
    c.context = k;
    VT_TRY(vt_layout_add_constant(layout, &c, 1, &place));
  }
  return VT_OK;
}
