// variation.h - the databases' own uncertainty: which exchanges of a system vary, and their values
// in scenario k.
//
// A plan of sampling is made once, by every rank alike; it is constant from then on, so that all
// threads share it. A scenario's values depend on (seed, key of the exchange, k) alone: not on the
// other exchanges, the order of anything, or who draws them. Facts: Brightway's matrix rules and
// stats_arrays.
#ifndef VT_VARIATION_H
#define VT_VARIATION_H

#include "vintner/design.h"
#include "vintner/system.h"

// ---------------------------------------------------------------------------------------------
// What is asked for.

/// What of the databases varies, as `background_uncertainty` says it.
typedef struct vt_variation_choice {
  bool technosphere, biosphere, methods;
  int databases;       ///< whose exchanges vary, by who lists them; 0: those of all of the system
  const int *database; ///< shape [databases], of the set
  bool mean;           ///< lognormal: the amount is the mean, loc moves by -scale^2 / 2
  bool strict;         ///< an invalid distribution is VT_ERR_INPUT instead of constant
} vt_variation_choice;

/// One system, and what of it can reach the result. Several are snapshots: the same exchange has
/// the same u in all of them, and its own distribution in each. All is borrowed while the plan
/// lives.
typedef struct vt_variation_snapshot {
  const vt_system *system;
  int products;       ///< that are asked for, or may be; -1: all, makers are not looked at
  const int *product; ///< rows of A; shape [products]
  /// Flows that count for the result, shape [system->flows]: those of an inventory that is kept,
  /// those with a factor; NULL: all.
  const bool *flow;
  bool without_factors; ///< of methods: vt_sample_matrices.factor is empty
} vt_variation_snapshot;

/// All that a plan is made of.
typedef struct vt_variation_plan {
  vt_database_set *set;
  vt_variation_choice choice;
  int snapshots;
  const vt_variation_snapshot *snapshot; ///< shape [snapshots]
  int methods;
  const int *method;      ///< of the set; their factors vary if choice.methods; shape [methods]
  ptrdiff_t array_column; ///< as the systems were made with, or VT_NO_COLUMN
} vt_variation_plan;

// ---------------------------------------------------------------------------------------------
// The plan of sampling.

typedef struct vt_variation vt_variation;

/// Find what varies. Sampled are records with a distribution (type 2 to 13) that count in their
/// cell, whose process is reached from the products asked for, and whose flow counts; a spread of 0
/// and min = max are constant. Invalid distributions are constant too, and counted; one warning
/// names the first. What varies by one record of a cell leaves the others of it at their data.
/// @return VT_ERR_INPUT for types above 13, and with choice.strict for the first invalid row;
///         the text names the ends of the exchange
vt_error vt_variation_create(const vt_variation_plan *plan, vt_variation **variation);
void vt_variation_free(vt_variation *variation); ///< accepts NULL

/// What a plan has found.
typedef struct vt_variation_counts {
  ptrdiff_t exchanges; ///< sampled, of all snapshots; factors of methods too
  ptrdiff_t streams;   ///< of random numbers: exchanges of several snapshots share them
  ptrdiff_t draws;     ///< values evaluated: equal distributions of a stream share them
  ptrdiff_t constant;  ///< with a distribution that has no spread
  ptrdiff_t unreached; ///< left out, for they cannot reach the result
  ptrdiff_t invalid;   ///< rows that are constant because their distribution is none
} vt_variation_counts;
const vt_variation_counts *vt_variation_count(const vt_variation *variation);

/// Whether anything of the matrices of a snapshot varies, factors aside.
bool vt_variation_reaches(const vt_variation *variation, int snapshot);

/// Bytes of the plan, which the threads of a rank share, and of one sample.
void vt_variation_bytes(const vt_variation *variation, double *plan, double *sample);

// ---------------------------------------------------------------------------------------------
// Samples.

/// The matrices of one snapshot in one scenario: values of the entries of the system's matrices,
/// in their order. Entries that do not vary have the system's values. A caller may change them
/// before they are solved: the next draw writes all of them.
typedef struct vt_sample_matrices {
  double *technosphere; ///< shape [system->technosphere.entries]
  double *biosphere;    ///< shape [system->biosphere.entries]
  double *factor;       ///< shape [methods][system->flows]
} vt_sample_matrices;

/// One scenario's values and the work space of draws: one a thread.
typedef struct vt_sample {
  vt_sample_matrices *snapshot; ///< shape [snapshots]
  double *u, *normal;           ///< work space: uniform numbers, and standard normal ones
  double *value;                ///< shape [draws]
} vt_sample;

vt_error vt_sample_create(const vt_variation *variation, vt_sample **sample);
void vt_sample_free(vt_sample *sample); ///< accepts NULL

/// Draw scenario k into a sample. Allocates nothing, and cannot fail: values may be infinite where
/// a distribution's are.
void vt_variation_draw(const vt_variation *variation, uint64_t seed, int64_t k, vt_sample *sample);

/// Where an exchange of a system's matrices is in samples: for amounts that are others than the
/// stored ones in a scenario, because a formula was evaluated again or a table gives them.
typedef struct vt_exchange_place {
  int snapshot;
  bool biosphere;
  ptrdiff_t entry;    ///< of A or B
  ptrdiff_t exchange; ///< among those that vary, -1: it does not
  double stored, factor;
  const vt_record_group *group;
  ptrdiff_t record;
} vt_exchange_place;

/// Find an exchange, which must be one that counts in its entry.
/// @return VT_ERR_BUG if the matrix has no such entry
vt_error vt_variation_locate(const vt_variation *variation, int snapshot,
                             const vt_record_group *group, ptrdiff_t record,
                             vt_exchange_place *place);

/// Ends and type of an exchange: technosphere is what is consumed, substitution too.
typedef struct vt_wanted_exchange {
  int from, to; ///< nodes
  vt_exchange_type type;
} vt_wanted_exchange;

/// Find exchanges by their ends in the system of a snapshot.
/// @param[out] found  how many there are of each; shape [count]
/// @param[out] place  of the last one found; shape [count]
vt_error vt_variation_find(const vt_variation *variation, int snapshot, int count,
                           const vt_wanted_exchange *wanted, int *found, vt_exchange_place *place);

/// After a draw, at most once for an exchange: let it vary around another amount. Of a lognormal
/// the median, or the mean, is that amount; any other distribution is moved by the difference, its
/// bounds too. What does not vary gets the amount.
void vt_variation_move(const vt_variation *variation, const vt_exchange_place *place, double amount,
                       vt_sample *sample);

/// What an exchange adds to its entry after a draw: flip and rescale applied.
double vt_variation_amount(const vt_variation *variation, const vt_exchange_place *place,
                           const vt_sample *sample);

/// The reference values, without any draw.
void vt_variation_reference(const vt_variation *variation, vt_sample *sample);

// ---------------------------------------------------------------------------------------------
// What is no exchange.

/// A number that varies by itself, such as a parameter.
typedef struct vt_lone_draw vt_lone_draw;

/// What a stored distribution draws. Belongs to the arena.
/// @param stream  from vt_lone_stream
/// @param why     NULL, or why the distribution is none: nothing is drawn then
/// @param draw    NULL for what does not vary
/// @return VT_ERR_INPUT for types above 13, without a place
vt_error vt_lone_draw_create(vt_arena *arena, const vt_uncertainty *uncertain, bool mean,
                             uint64_t stream, const char **why, vt_lone_draw **draw);
double vt_lone_draw_value(const vt_lone_draw *draw, uint64_t seed, int64_t k);

/// The stream of what these texts name, as keys of exchanges are made.
vt_error vt_lone_stream(int count, const char *const *field, uint64_t *stream);

// ---------------------------------------------------------------------------------------------
// One exchange by itself.

/// One of the parallel exchanges from a node to a process, in one scenario.
typedef struct vt_drawn_exchange {
  int from, to;             ///< nodes
  const char *type;         ///< as stored: production, substitution, technosphere, biosphere
  bool drawn;               ///< else `amount` is the stored one, and the rest is not set
  double stored, amount;    ///< before flip and rescale
  uint64_t stream;          ///< the first 8 bytes of the key
  double u;                 ///< in (0, 1)
  vt_uncertainty uncertain; ///< as stored
} vt_drawn_exchange;

/// Exchanges between two nodes in a snapshot's system, in the order of their sources. The bits are
/// those of vt_variation_draw. The caller frees *exchange with free().
/// @return VT_ERR_INPUT if there is none, with both ends named
vt_error vt_variation_show(const vt_variation *variation, uint64_t seed, int64_t k, int snapshot,
                           int from, int to, int *count, vt_drawn_exchange **exchange);

#endif
