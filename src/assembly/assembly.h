// assembly.h - what the steps of an assembly share.
#ifndef VT_ASSEMBLY_ASSEMBLY_H
#define VT_ASSEMBLY_ASSEMBLY_H

#include "vintner/assembly.h"
#include "vintner/store.h"

/// One snapshot of the background and what is asked of it.
typedef struct vt_snapshot_work {
  const char *name; ///< of the snapshot
  int databases;
  const int *database; ///< shape [databases]
  vt_system *system;
  int demands;
  int *flow;    ///< intermediate flow of each demand; shape [demands]
  int *product; ///< row of A of each demand; shape [demands]
  double *amount;
  vt_final_demand *demand;
  int kept;          ///< elementary flows that the model takes
  int *row, *label;  ///< their rows of B and numbers in ELEMENTARY_FLOW, ascending by label
  double *inventory; ///< shape [demands, kept], and after it:
  double *residual;  ///< shape [demands]
  bool *cut;         ///< entries below the cutoff; shape [demands, kept]; NULL: none is
  char key[65];      ///< of the cache, empty if it is not worth it
  bool known;        ///< the cache has them
} vt_snapshot_work;

/// Elementary flows that some source emits: candidates for the axis ELEMENTARY_FLOW. One code is
/// one flow, whatever databases it lies in: those of the foreground come first.
typedef struct vt_candidates {
  vt_labels *code;
  int direct;            ///< the first ones: emitted by the foreground
  int nodes;             ///< all nodes behind the candidates
  int *node, *candidate; ///< shape [nodes]: the node, its candidate
  int *first_node;       ///< of each candidate, index into node; shape [count]
  ptrdiff_t node_room, candidate_room, first_room;
  double *factor;      ///< characterisation; shape [categories, count, years]
  bool *characterised; ///< in some category; shape [count]
  int *label;          ///< number in ELEMENTARY_FLOW, -1: dropped; shape [count]
} vt_candidates;

typedef struct vt_assembly {
  vt_arena *arena; ///< of what is needed until the inputs are made
  const vt_study *study;
  const vt_database_plan *plan;
  vt_database_set *set;
  vt_foreground foreground;
  vt_inputs *inputs;
  int *flow_node, *elementary_node;
  int snapshots;
  vt_snapshot_work *snapshot; ///< in the order of BACKGROUND; shape [snapshots]
  vt_candidates candidates;
  int *method; ///< of each category; shape [categories]
  vt_differing differing;
} vt_assembly;

/// Whether the model of a study whose databases vary looks at single flows of the background.
bool vt_drawn_inventories(const vt_study *study);

/// Take what an assembly has read, whose inputs are gone; it is empty afterwards.
vt_error vt_drawn_databases_keep(vt_assembly *a, vt_drawn_databases **drawn);

/// Everything but what has to be solved: foreground, systems, candidates and their factors.
vt_error vt_assembly_prepare(vt_assembly *a);
void vt_assembly_drop(vt_assembly *a);

/// Foreground tensors, with what the study says of snapshots, years and demand.
vt_error vt_assembly_foreground(vt_assembly *a);

/// The system of each snapshot, and which of its products the intermediate flows are.
vt_error vt_assembly_systems(vt_assembly *a);

/// Warn of what foreground and snapshots say in silence.
void vt_assembly_note(const vt_assembly *a);

/// Candidates and their characterisation.
vt_error vt_assembly_characterise(vt_assembly *a);

/// Which candidates become ELEMENTARY_FLOWs; the tensor of characterisation.
vt_error vt_assembly_select_flows(vt_assembly *a);

/// Whether the study retains the elementary flow of this code, characterised or not.
bool vt_assembly_retains(const vt_assembly *a, const char *code);

/// The flows of each snapshot that the model takes, unless they are known.
vt_error vt_assembly_pick_flows(const vt_assembly *a);

/// Background inventories, solved and stored.
vt_error vt_assembly_background(vt_assembly *a, vt_background *background);

// mapping.c: snapshots to years.

/// BACKGROUND, the mapping and, for several backgrounds, PATHWAY and the mapping of each.
vt_error vt_foreground_map(const vt_database_set *set, const vt_foreground *from,
                           vt_inputs *inputs);

/// The snapshot of this name among those of all backgrounds, or NULL: then the name is that of a
/// database with a representative time.
const vt_snapshot *vt_snapshot_named(const vt_foreground *from, const char *name);

#endif
