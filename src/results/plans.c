// plans.c - the group /regret of a new results file.
#include "regret.h"

#include <stdio.h>

static vt_error make_number(vt_maker *m, const vt_maker_group *g, const char *name, int64_t value) {
  return vt_maker_put_values(m, g->id, name, H5T_NATIVE_INT64, m->scalar, &value);
}

static vt_error make_by_plan(vt_maker *m, const vt_maker_group *g, int plan, const char *units) {
  const struct {
    const char *name, *long_name, *units;
    hid_t type;
  } field[] = {
      {"plan_scenario", "scenario whose plan it is, -1: none", "1", H5T_STD_I64LE},
      {"regret_mean", "mean regret over the scenarios in which it is feasible", units,
       H5T_IEEE_F64LE},
      {"regret_max", "largest regret over the scenarios in which it is feasible", units,
       H5T_IEEE_F64LE},
      {"feasible_share", "share of the scenarios with an optimum in which it is feasible", "1",
       H5T_IEEE_F64LE},
  };
  for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
    vt_field f = vt_maker_along(field[i].name, field[i].long_name, field[i].type, plan);
    f.units = field[i].units;
    VT_TRY(vt_maker_add_variable(m, g, &f, NULL));
  }
  return VT_OK;
}

static vt_error make_pairs(vt_maker *m, const vt_maker_group *g, int plan, const char *units) {
  const vt_field field[] = {
      {.name = "status",
       .long_name = "outcome of the scenario with the plan",
       .units = "1",
       .type = H5T_STD_I8LE},
      {.name = "objective",
       .long_name = "objective of the scenario with the plan",
       .units = units,
       .type = H5T_IEEE_F64LE},
      {.name = "regret",
       .long_name = "objective with the plan minus that of the scenario",
       .units = units,
       .type = H5T_IEEE_F64LE},
  };
  for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
    vt_field f = field[i];
    hid_t dataset;
    f.axes = 2;
    f.axis[0] = plan;
    f.axis[1] = m->scenario_axis;
    VT_TRY(vt_maker_add_variable(m, g, &f, &dataset));
    if (i == VT_PAIR_STATUS) VT_TRY(vt_maker_put_outcomes(m, dataset));
  }
  return VT_OK;
}

vt_error vt_regret_make(vt_maker *m) {
  const vt_regret *regret = m->layout->regret;
  vt_maker_group g;
  int plan;
  bool *used;
  if (!regret) return VT_OK;
  const char *units = m->layout->variable[regret->objective].units;
  double *number;
  VT_ARENA_NEW(m->arena, number, (ptrdiff_t)regret->places);
  for (int64_t i = 0; i < regret->places; i++) number[i] = (double)i;
  const vt_dimension axis = {.name = "plan",
                             .long_name = "plan",
                             .size = (ptrdiff_t)regret->places,
                             .integer = true,
                             .number = number};
  VT_TRY(vt_maker_axis(m, &axis, &plan));
  VT_ARENA_NEW(m->arena, used, m->axes);
  used[plan] = used[m->scenario_axis] = true;
  VT_TRY(vt_maker_group_add(m, "regret", &g));
  VT_TRY(vt_maker_add_axes(m, &g, used));
  // What they say is known later: only their numbers change then.
  VT_TRY(make_number(m, &g, "plans", 0));
  VT_TRY(make_number(m, &g, "robust_plan", -1));
  VT_TRY(make_number(m, &g, "robust_mean_plan", -1));
  VT_TRY(make_by_plan(m, &g, plan, units));
  return make_pairs(m, &g, plan, units);
}
