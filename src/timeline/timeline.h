// timeline.h - the inside of timelines: what the files of this room share.
//
// Exchanges are parts at their consumer's date (no distribution, and the fraction at offset 0) and
// parts at other dates. A timeline begins with a dated demand and goes on by generations: the
// demands of one are expanded together, and what they ask for, merged by product and date, is the
// next. Dates are exact (calendar.c); results count them by class, that is by bin and by whatever
// else decides what an emission does (classes.c).
#ifndef VT_TIMELINE_TIMELINE_H
#define VT_TIMELINE_TIMELINE_H

#include "vintner/assembly.h"
#include "vintner/impact.h"
#include "vintner/kind.h"
#include "vintner/store.h"
#include "vintner/system.h"
#include "vintner/timeline.h"

#include <stdlib.h>

// ---------------------------------------------------------------------------------------------
// Exchanges.

/// When an exchange happens: fractions of its amount, their sum is 1.
typedef struct vt_temporal_spread {
  int points;
  bool absolute;    ///< `second` are dates, else offsets
  int64_t *month;   ///< shape [points]
  int64_t *second;  ///< shape [points]
  double *fraction; ///< shape [points]
} vt_temporal_spread;

/// An exchange of a matrix; several may add up to one entry.
typedef struct vt_dated_exchange {
  int row, column;
  int spread;   ///< -1: at its consumer's date
  bool made;    ///< production, else it is consumed, substituted or emitted
  double value; ///< what it adds to its entry
  double unit;  ///< what one of the stored amount adds: less than 0 where it is flipped
  const vt_record_group *group; ///< of which it is a record
  ptrdiff_t record;
} vt_dated_exchange;

/// The exchanges of a system.
typedef struct vt_dated_exchanges {
  ptrdiff_t count;
  vt_dated_exchange *exchange; ///< by column, then row, then as stored; shape [count]
} vt_dated_exchanges;

// ---------------------------------------------------------------------------------------------
// Methods: methods.c

/// A row of a table: the factor of emissions in a year that acts `lag` years later.
typedef struct vt_table_row {
  int flow, lag;
  bool always; ///< for all years
  double year, factor;
} vt_table_row;

/// A category, and what it says of each flow.
typedef struct vt_timeline_category {
  const vt_timeline_method *plan;
  vt_metric metric;
  int method;     ///< of the set; -1: a table
  double *factor; ///< the method's, that of static_score; shape [flows]
  bool *listed;   ///< whether the method has it; shape [flows]
  bool *dynamic;  ///< whether it has a function; shape [flows], else NULL
  vt_gas *gas;    ///< where dynamic; shape [flows], else NULL
  double *worst;  ///< what an emission does at worst, >= 0; shape [flows]
  ptrdiff_t rows; ///< of a table: by flow, lag and year
  vt_table_row *row;
  ptrdiff_t *first_row; ///< shape [flows + 1]
  const char *unit;     ///< or NULL
} vt_timeline_category;

// ---------------------------------------------------------------------------------------------
// The numbers of a scenario, that a graph is made of.

typedef struct vt_timeline_numbers {
  double *technosphere, *biosphere; ///< amounts of exchanges, as vt_dated_exchange.value
  /// What is added to the relative offsets of exchanges; NULL: nothing.
  int64_t *month[2], *second[2]; ///< of technosphere, biosphere; shape [exchanges]
  double *amount;                ///< of demands
  int64_t start_month, start_second;
  /// Factors of each flow of static categories, multipliers of others; NULL: none differ; shape
  /// [categories][flows], rows NULL: as read.
  double **factor;
  int background;                    ///< which set of snapshots
  bool graph_differs, worth_differs; ///< from the reference's
} vt_timeline_numbers;

/// What a unit of each product is worth as a share of the start of a demand: in the category where
/// that is largest. shape [demands][products].
typedef struct vt_timeline_worth {
  double *share;
} vt_timeline_worth;

/// All demands of a scenario.
typedef struct vt_timeline_answer {
  struct vt_timeline_graph *graph;
  bool own_graph, own_worth; ///< else the reference's
  vt_timeline_worth worth;
  struct vt_timeline_result *result; ///< shape [demands]
} vt_timeline_answer;

// ---------------------------------------------------------------------------------------------
// What was read: read.c

/// A database that stands for the background at a date.
typedef struct vt_snapshot_date {
  int database;
  double year; ///< decimal
  int64_t date;
} vt_snapshot_date;

/// Snapshots that belong together, ascending by date.
typedef struct vt_snapshot_set {
  int snapshots;
  vt_snapshot_date *snapshot; ///< shape [snapshots]
  int *match; ///< row of the product in each snapshot, -1: not there; shape [snapshots][products]
} vt_snapshot_set;

/// Axes with labels of their own.
typedef enum vt_timeline_axis {
  VT_TIMELINE_DEMAND,
  VT_TIMELINE_CATEGORY,
  VT_TIMELINE_ACTIVITY,
  VT_TIMELINE_FLOW,
  VT_TIMELINE_AXES
} vt_timeline_axis;

/// All ranks read the same.
typedef struct vt_timeline_data {
  const vt_study *study;
  const vt_timeline_plan *plan;
  const vt_team *team;
  vt_background *background;
  vt_arena *arena;
  vt_database_set *set;
  vt_system *system;
  int demands, products, processes, flows, categories;
  int *product;   ///< row that is demanded; shape [demands]
  double *amount; ///< shape [demands]
  bool *dated;    ///< has a date of its own, else that of the start; shape [demands]
  int64_t *date;  ///< shape [demands]
  const char **label[VT_TIMELINE_AXES];
  vt_dated_exchanges technosphere, biosphere;
  int spreads;
  vt_temporal_spread *spread;
  bool *is_static;            ///< processes of databases that are never expanded; shape [processes]
  int *snapshot;              ///< whether processes are of a snapshot, else -1; shape [processes]
  int backgrounds;            ///< 0: none
  vt_snapshot_set *snapshots; ///< shape [backgrounds]
  vt_timeline_category *category;
  vt_timeline_numbers numbers; ///< of the reference
  vt_timeline_answer reference;
  double wall_s; ///< that it took
} vt_timeline_data;

vt_error vt_timeline_read(vt_timeline_data *data);
void vt_timeline_data_free(vt_timeline_data *data); ///< what it holds, not itself

/// exchanges.c: the exchanges of the system and when they happen.
vt_error vt_timeline_list_exchanges(vt_timeline_data *data);
/// methods.c
vt_error vt_timeline_find_methods(vt_timeline_data *data);
/// snapshots.c
vt_error vt_timeline_find_snapshots(vt_timeline_data *data);

/// "activity 'code' (name)" of a process; valid until this thread's fourth next call.
const char *vt_timeline_activity(const vt_timeline_data *data, int process);

// ---------------------------------------------------------------------------------------------
// The graph: graph.c, shrink.c

/// When something happens after (or instead of) another.
typedef struct vt_step {
  int base; ///< 0: the date it is added to; else an absolute date, 1 + its place
  int64_t month, second;
} vt_step;

/// A part of an exchange that happens at another date than its consumer's.
typedef struct vt_late_part {
  int row;
  int step;
  double value;
} vt_late_part;

/// Parts by column.
typedef struct vt_late_parts {
  ptrdiff_t count;
  ptrdiff_t *start;   ///< shape [processes + 1]
  vt_late_part *part; ///< shape [count]
} vt_late_parts;

/// Processes that need each other at their date; most are alone.
typedef struct vt_knot {
  int size;
  const int *process; ///< shape [size], ascending
  double *lu;         ///< dense factors; NULL: alone, or `solver`
  int *pivot;
  double *matrix;  ///< what was factorised, for refinement
  vt_sparse block; ///< with `solver`
  vt_solver *solver;
} vt_knot;

/// What runs of a knot ask for, or emit, elsewhere.
enum { VT_NO_STEP = -1 }; ///< at their date

typedef struct vt_ask_term {
  int place; ///< of the process in its knot
  double value;
} vt_ask_term;

typedef struct vt_ask_row {
  int step; ///< or VT_NO_STEP
  int row;
  ptrdiff_t first, end; ///< of its terms
} vt_ask_row;

typedef struct vt_asks {
  ptrdiff_t rows;
  ptrdiff_t *first; ///< row of each knot; shape [knots + 1]
  vt_ask_row *row;  ///< by knot, then step; shape [rows]
  vt_ask_term *term;
} vt_asks;

typedef struct vt_timeline_graph {
  const vt_timeline_data *data;
  vt_sparse now, total;                     ///< A at its date, and as a whole
  vt_sparse biosphere_now, biosphere_total; ///< B likewise
  vt_late_parts late, late_biosphere;
  vt_asks asks, emissions; ///< of products; of flows at other dates
  int steps;
  vt_step *step;
  int bases;     ///< absolute dates
  int64_t *base; ///< shape [bases]
  int knots;
  vt_knot *knot;      ///< shape [knots]
  int *knot_of;       ///< shape [processes]
  int *place_in_knot; ///< shape [processes]
  int *member;        ///< processes by knot; shape [processes]
  bool *endless;      ///< of a cycle that does not shrink; shape [processes]
  vt_solver *solver;  ///< of `total`
  /// The system with every sign made positive: production on the diagonal, -|amount| for all else;
  /// and the sizes of flows, below them a row of ones.
  vt_sparse positive, sizes;
  vt_solver *positive_solver;
  bool converges; ///< whether its supply chains do: it is an M-matrix
} vt_timeline_graph;

vt_error vt_timeline_graph_create(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                                  vt_timeline_graph **graph);
void vt_timeline_graph_free(vt_timeline_graph *graph); ///< accepts NULL

/// Runs of the processes of a knot that make `demand` of their products at one date.
/// @param demand  shape [size], overwritten with the runs
/// @param work    shape [3 * size]
vt_error vt_knot_solve(const vt_timeline_graph *graph, vt_knot *knot, double *demand, double *work);

/// Strongly connected components: knots. `edge` lists where the processes lead.
/// @param component  shape [count]; numbered so that what a component leads to comes before it
vt_error vt_components(int count, const ptrdiff_t *start, const int *edge, int *components,
                       int *component);

/// shrink.c: which cycles do not shrink; needs all else of the graph.
vt_error vt_timeline_find_endless(vt_timeline_graph *graph, const vt_timeline_numbers *numbers);

/// Whether a process leads to the maker of what it asks for: products of snapshots are looked up by
/// their date, unless the snapshot itself asks. components.c
bool vt_is_followed(const vt_timeline_data *data, int from, int to);
/// Whether what a process asks for at its date is made in its own knot.
bool vt_stays_in_knot(const vt_timeline_graph *graph, int process, int row);

/// asks.c
vt_error vt_timeline_gather_asks(vt_timeline_graph *graph);
void vt_asks_free(vt_asks *asks);

// dense.c: small systems

/// Factorise a row-major n x n matrix with partial pivoting; false: singular.
bool vt_dense_factorise(int n, double *a, int *pivot);
void vt_dense_solve(int n, const double *lu, const int *pivot, double *x);

// ---------------------------------------------------------------------------------------------
// Worth: worth.c

vt_error vt_timeline_value(const vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                           vt_timeline_worth *worth);

// ---------------------------------------------------------------------------------------------
// Dates and classes: dates.c

/// A bin by its place: years, months, days or hours, counted from 0 (or 1970).
int64_t vt_bin_of(const vt_timeline_plan *plan, int64_t seconds);
int64_t vt_bin_label(vt_resolution resolution, int64_t bin);
int64_t vt_bin_start(vt_resolution resolution, int64_t bin);
int64_t vt_bin_of_label(vt_resolution resolution, int64_t label);

/// Dates that results do not tell apart.
typedef struct vt_date_class {
  int64_t bin;
  int64_t date;        ///< one of them; the only one where years are added to dates
  int64_t first, last; ///< dates of it at which something is emitted
  double year;         ///< of the start of the bin, decimal
  int *window;         ///< years left of each category's window; shape [categories]
} vt_date_class;

/// A date as it came about.
typedef struct vt_timeline_date {
  int base;
  int64_t month, second;
  int64_t at; ///< seconds since 1970-01-01
  int class;
} vt_timeline_date;

/// The dates of a timeline.
typedef struct vt_dates {
  const vt_timeline_graph *graph;
  int64_t start;  ///< of the demand
  int64_t window; ///< from which windows are counted
  bool exact;     ///< each date is a class
  int count, classes;
  ptrdiff_t room, class_room, slots, class_slots;
  vt_timeline_date *date;
  vt_date_class *class;
  int *slot, *class_slot; ///< hash tables of places + 1
  int *spare;             ///< windows of the next class, or NULL
  vt_arena *arena;
} vt_dates;

vt_error vt_dates_create(const vt_timeline_graph *graph, int64_t start, int64_t window,
                         vt_dates **dates);
void vt_dates_free(vt_dates *dates); ///< accepts NULL
/// The place of a date, made if it is new. A year beyond 9999 is VT_ERR_INPUT; `process` is whose
/// exchange leads there.
vt_error vt_dates_find(vt_dates *dates, int base, int64_t month, int64_t second, int process,
                       int *place);
/// Something is emitted at a date.
void vt_dates_note(vt_dates *dates, int place);
/// The same for a step from a date.
vt_error vt_dates_step(vt_dates *dates, int from, int step, int process, int *place);

// ---------------------------------------------------------------------------------------------
// The traversal: traverse.c, generation.c

/// Demands of a generation at one date.
typedef struct vt_block_of_demands {
  int date;
  ptrdiff_t count, merged, room;
  int *product;
  double *amount;
} vt_block_of_demands;

/// Demands of a generation.
typedef struct vt_generation {
  int blocks;
  ptrdiff_t room;
  vt_block_of_demands *block;
  int *block_of; ///< place + 1 of a date's block; shape [date_room]
  ptrdiff_t date_room;
} vt_generation;

/// Work space of merging; shape [products] each.
typedef struct vt_merging {
  int products;
  double *sum;
  bool *seen;
  int *list;
} vt_merging;

vt_error vt_generation_add(vt_generation *g, vt_merging *m, int date, int product, double amount);
/// Merge what there is by product and date, and put the dates in order.
vt_error vt_generation_settle(vt_generation *g, vt_merging *m, const vt_dates *dates);
void vt_generation_clear(vt_generation *g);
void vt_generation_free(vt_generation *g);

typedef enum vt_timeline_row_kind {
  VT_ROW_DIRECT,
  VT_ROW_CLOSED,
  VT_ROW_BACKGROUND
} vt_timeline_row_kind;

/// A row of a timeline.
typedef struct vt_timeline_row {
  int flow, activity;
  int kind; ///< vt_timeline_row_kind
  int64_t date;
  double amount;
} vt_timeline_row;

/// What became of a demand.
typedef struct vt_timeline_result {
  vt_dates *dates;
  int64_t calculations;
  double share;             ///< closed
  double *inventory;        ///< shape [classes][flows]
  double *static_inventory; ///< shape [flows]
  double *remainder;        ///< shape [flows]
  double violation;
  ptrdiff_t direct_rows; ///< at least so many
  vt_generation closed;  ///< by their static inventory, in order
  vt_generation taken;   ///< from the snapshots of a background, likewise
  ptrdiff_t rows, row_room;
  vt_timeline_row *row; ///< where asked for: direct ones, then all, sorted and merged
} vt_timeline_result;

void vt_timeline_result_free(vt_timeline_result *result); ///< what it holds

/// Traverse from a demand.
/// @param rows  whether rows are wanted
vt_error vt_timeline_traverse(vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                              const vt_timeline_worth *worth, int demand, bool rows,
                              vt_timeline_result *result);

/// closing.c: put what was closed, and check that nothing is lost.
/// @param closed   what was closed, as products are made; shape [classes][products], NULL rows:
/// none
/// @param runs     runs at their date; shape [classes][processes], likewise
/// @param size     sum of the sizes of direct flows; shape [flows]
vt_error vt_timeline_close(vt_timeline_graph *graph, const vt_timeline_numbers *numbers, int demand,
                           double *const *runs, const double *size, vt_timeline_result *result);

/// rows.c: expand closures, sort and merge.
vt_error vt_timeline_finish_rows(vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                                 vt_timeline_result *result);

/// snapshots.c: the snapshots that a product is taken from at a date: rows and weights.
typedef struct vt_mix {
  int parts;
  int row[2];
  double weight[2];
} vt_mix;
/// Find the products of snapshots in one another; needs the exchanges.
vt_error vt_timeline_match_snapshots(vt_timeline_data *data);

vt_mix vt_snapshot_mix(const vt_timeline_data *data, int background, int product, double year);

// ---------------------------------------------------------------------------------------------
// Impacts: methods.c

/// table.c: the rows of a category that is a table.
vt_error vt_timeline_read_table(vt_timeline_data *data, vt_timeline_category *category);

typedef void vt_impact_add(void *context, int category, int64_t bin, double impact);

/// What the emissions of a class do: a call for each category and bin.
void vt_timeline_impacts(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                         const vt_date_class *class, const double *inventory, vt_impact_add *add,
                         void *context);

// ---------------------------------------------------------------------------------------------
// Results: layout.c, scenario.c

/// Where results go; variables, or -1.
typedef struct vt_timeline_places {
  int inventory, by_activity, impact, total, score, remainder, share, violation, calculations,
      outside;
  vt_input_places input;
} vt_timeline_places;

/// Bins of the results.
typedef struct vt_bins {
  int64_t first, last;
} vt_bins;

vt_error vt_timeline_answer_create(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                                   bool rows, vt_timeline_answer *answer);
void vt_timeline_answer_free(const vt_timeline_data *data, vt_timeline_answer *answer);

/// How far dates may be from those of the reference: the least (at most 0), the greatest.
typedef struct vt_shift {
  int64_t month[2], second[2];
} vt_shift;

/// Widen bins by all that an answer reaches, and would if its dates were elsewhere.
void vt_timeline_reach(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                       const vt_timeline_answer *answer, const vt_shift *shift, vt_bins *bins);

/// Numbers as they are stored; the caller frees them with vt_timeline_numbers_free.
vt_error vt_timeline_numbers_create(const vt_timeline_data *data, vt_timeline_numbers *numbers);
/// Amounts as they are stored, and the start as it is; not factors and offsets.
void vt_timeline_numbers_reset(const vt_timeline_data *data, vt_timeline_numbers *numbers);
void vt_timeline_numbers_free(const vt_timeline_data *data, vt_timeline_numbers *numbers);

/// Fill a row of the results.
void vt_timeline_fill(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                      const vt_timeline_answer *answer, const vt_timeline_places *place,
                      const vt_bins *bins, double *const *row);

vt_error vt_timeline_label(vt_timeline_data *data);
/// A tensor of 2^31 cells is VT_ERR_INPUT.
vt_error vt_timeline_check_size(const vt_timeline_data *data, const vt_bins *bins);
vt_error vt_timeline_lay_out(const vt_timeline_data *data, const vt_bins *bins, vt_layout *layout,
                             vt_timeline_places *place);

/// stored.c: the group /timeline of the reference's rows.
vt_error vt_timeline_lay_rows_out(const vt_timeline_data *data, vt_layout *layout);

/// told.c: as vt_kind says.
vt_error vt_timeline_tell_rows(const vt_study *study, void *data, int64_t scenario,
                               vt_told_rows *told);
vt_error vt_timeline_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                    const char *from, const char *to, vt_told_exchanges *told);

#endif
