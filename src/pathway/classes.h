// classes.h - activities: classes of vintages that run alike in a year, and units that are built.
#ifndef VT_PATHWAY_CLASSES_H
#define VT_PATHWAY_CLASSES_H

#include "vintner/pathway.h"

/// One flow of one activity: `line` at year `time`, `cell` per unit.
typedef struct vt_rate {
  int line, time, cell;
} vt_rate;

/// Vintages of one process that run alike in one year: one operation column.
typedef struct vt_class {
  int process, time;
  int column;           ///< of the programme
  int least_production; ///< cell of f in specs/pathway.md §4.2 (CELL_ONE for unit lifetime)
  bool capped;          ///< has a capacity row
  int capacity;         ///< cell: sum of existing capacity in the class
  ptrdiff_t first_member, members; ///< indices into the process's vintages
  ptrdiff_t first_rate, rates;
} vt_class;

/// What one installed unit of a vintage of the horizon does by itself.
typedef struct vt_build {
  ptrdiff_t first_rate, rates;
} vt_build;

typedef struct vt_classes {
  vt_rate *rate;
  ptrdiff_t rates, rate_capacity;
  vt_class *class_; ///< shape [count]
  ptrdiff_t count, capacity;
  ptrdiff_t *first; ///< shape [processes * times + 1]: classes of a process and year are together
  int *member;
  ptrdiff_t members, member_capacity;
  vt_build *build; ///< shape [processes * times]
  int64_t running; ///< vintages that run, by process and year: classes before the reduction
} vt_classes;

/// @param reduced  vintages that run alike share a class
vt_error vt_classes_build(vt_pathway *m, bool reduced);

#endif
