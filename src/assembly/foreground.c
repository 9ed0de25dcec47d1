// foreground.c - the study's words for snapshots, years and demand to the tensors of a foreground.
#include "assembly.h"

#include <stdio.h>

static vt_error find_database(const vt_assembly *a, const char *name, int line, int *database) {
  return vt_error_at_line(a->study->path, line, vt_database_find(a->set, name, database));
}

static vt_error find_snapshot(const vt_assembly *a, const vt_snapshot_plan *from, int foreground,
                              vt_snapshot *to) {
  int *database;
  VT_ARENA_NEW(a->arena, database, from->databases);
  for (int k = 0; k < from->databases; k++) {
    VT_TRY(find_database(a, from->database[k], from->line, &database[k]));
    VT_CHECK(database[k] != foreground, VT_ERR_INPUT,
             "%s:%d: found the foreground '%s' as a background, expected another database",
             a->study->path, from->line, from->database[k]);
  }
  const vt_database *first = &a->set->database[database[0]];
  VT_CHECK(from->has_year || first->has_time, VT_ERR_INPUT,
           "%s:%d: database '%s' has no representative_time, expected its year: {%s: 2030}",
           a->study->path, from->line, from->name, from->name);
  *to = (vt_snapshot){from->name, from->databases, database,
                      from->has_year ? from->year : first->year};
  return VT_OK;
}

static vt_error find_backgrounds(const vt_assembly *a, vt_foreground *f) {
  const vt_database_plan *plan = a->plan;
  vt_snapshot_variant *set;
  VT_ARENA_NEW(a->arena, set, plan->backgrounds);
  for (int i = 0; i < plan->backgrounds; i++) {
    const vt_background_variant *variant = &plan->background[i];
    vt_snapshot *snapshot;
    VT_ARENA_NEW(a->arena, snapshot, variant->snapshots);
    for (int k = 0; k < variant->snapshots; k++)
      VT_TRY(find_snapshot(a, &variant->snapshot[k], f->database, &snapshot[k]));
    set[i] = (vt_snapshot_variant){variant->name, variant->snapshots, snapshot};
  }
  f->background = set;
  f->backgrounds = plan->backgrounds;
  return VT_OK;
}

static vt_error list_demand(const vt_assembly *a, vt_foreground *f) {
  const vt_database_plan *plan = a->plan;
  f->path = a->study->path;
  f->demand = plan->demand;
  f->demands = plan->demands;
  if (!plan->demand_file) return VT_OK;
  vt_yearly_demand *entry;
  VT_TRY(vt_demand_read(a->arena, plan->demand_file, plan->first_year, plan->last_year, &entry,
                        &f->demands));
  f->demand = entry;
  return VT_OK;
}

// What messages about the snapshots begin with.
static vt_error tell_place(const vt_assembly *a, vt_foreground *f) {
  const vt_database_plan *plan = a->plan;
  const int line = plan->backgrounds > 0 ? plan->background[0].line : plan->foreground_line;
  char text[512];
  const int length = snprintf(text, sizeof text, "%s:%d: ", vt_cut(a->study->path, 480), line);
  return vt_arena_text(a->arena, text, length, &f->background_place);
}

static vt_error read_differences(vt_assembly *a) {
  vt_differing *d = &a->differing;
  a->foreground.differing = d;
  d->followers.arena = a->arena;
  if (a->study->design.kind != VT_DESIGN_EXCHANGES) return VT_OK;
  VT_TRY(vt_differences_read(&a->study->design, a->arena, &d->tables));
  VT_ARENA_NEW(a->arena, d->wanted, d->tables.count);
  VT_ARENA_NEW(a->arena, d->found, d->tables.count);
  VT_ARENA_NEW(a->arena, d->given_of, d->tables.count);
  return vt_differences_find(&d->tables, a->set, d->wanted);
}

vt_error vt_assembly_foreground(vt_assembly *a) {
  const vt_database_plan *plan = a->plan;
  vt_foreground *f = &a->foreground;
  *f = (vt_foreground){
      .first_year = plan->first_year, .last_year = plan->last_year, .study = a->study};
  VT_TRY(find_database(a, plan->foreground, plan->foreground_line, &f->database));
  VT_TRY(find_backgrounds(a, f));
  VT_TRY(list_demand(a, f));
  VT_TRY(tell_place(a, f));
  VT_TRY(read_differences(a));
  return vt_foreground_build(a->set, f, &a->inputs, &a->flow_node, &a->elementary_node);
}
