// run.c - a study's systems and demands over the ranks. The solves of all requests stand in one
// line, and each rank takes a stretch of it of about the same cost: so that most systems are
// factorised on one rank only. A result does not depend on who computes it.
#include "room.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// One request, as it is solved.
typedef struct request_work {
  vt_request *request;
  ptrdiff_t solves;
  double *column;   // adjoint: shape [solves][demands], the answers of each solve
  double *residual; // shape [solves]
} request_work;

// ---------------------------------------------------------------------------------------------
// Which way, and who

static int flow_count(const vt_request *r) {
  if (!r->inventory || !r->system.biosphere) return 0;
  return r->flow ? r->flow_count : r->system.biosphere->rows;
}

static ptrdiff_t score_count(const vt_request *r) {
  return r->score ? r->weight_count : 0;
}

static ptrdiff_t adjoint_solves(const vt_request *r) {
  return score_count(r) + flow_count(r);
}

static ptrdiff_t table_width(const vt_request *r) {
  return (ptrdiff_t)r->weight_count * 2 * r->top * VT_TOP_NUMBERS;
}

static bool is_adjoint(const vt_request *r) {
  return !r->supply && r->top == 0 && adjoint_solves(r) < r->demand_count;
}

ptrdiff_t vt_request_solves(const vt_request *r) {
  return is_adjoint(r) ? adjoint_solves(r) : r->demand_count;
}

static double cost_of_solve(const request_work *j) {
  return (double)j->request->system.technosphere->entries + 1;
}

// A request's preparation costs about 20 solves.
static double cost_of(const request_work *j) {
  return j->solves > 0 ? cost_of_solve(j) * (20 + (double)j->solves) : 0;
}

// What rank 0 has to do besides where it alone wants the results: it has read the sources while the
// others started PETSc, which it still has to do, and collects at the end.
static const double FIRST_RANK_COST = 5e6;

// Where the work of a rank begins, on a line of all jobs' costs.
static double start_of(const vt_team *team, int rank, double total, double before) {
  const double fair = (total + before) / team->size;
  if (fair > before) return fair * rank - before;
  return total * (rank - 1) / (team->size - 1); // rank 0 has enough to do without
}

// How many solves of a request belong to the ranks before `rank`.
static ptrdiff_t first_of(const request_work *jobs, ptrdiff_t count, const vt_team *team, int rank,
                          ptrdiff_t which) {
  const ptrdiff_t solves = jobs[which].solves;
  if (rank == 0) return 0;
  if (rank == team->size) return solves;
  const double before = jobs[which].request->first_only ? FIRST_RANK_COST : 0;
  double total = 0, start = 0;
  for (ptrdiff_t k = 0; k < count; k++) {
    if (k == which) start = total;
    total += cost_of(&jobs[k]);
  }
  const double share = (start_of(team, rank, total, before) - start) / cost_of(&jobs[which]);
  if (!(share > 0)) return 0;
  return share < 1 ? (ptrdiff_t)ceil((double)solves * share) : solves;
}

// ---------------------------------------------------------------------------------------------
// Solving

static double weighted(const double *weight, const double *inventory, int flows) {
  double sum = 0;
  for (int e = 0; e < flows; e++) sum += weight[e] * inventory[e];
  return sum;
}

// `inventory` and `supply` are work space.
static vt_error solve_forward(vt_solver *solver, const request_work *j, const vt_tables *tables,
                              ptrdiff_t d, double *inventory, double *supply) {
  const vt_request *r = j->request;
  const vt_sparse *b = r->system.biosphere;
  const ptrdiff_t n = r->system.technosphere->columns, kept = flow_count(r);
  const bool flows = r->inventory || r->score || r->top > 0;
  if (r->supply) supply = r->supply + d * n;
  VT_TRY(
      vt_solver_forward(solver, &r->demand[d], supply, flows ? inventory : NULL, &j->residual[d]));
  for (ptrdiff_t e = 0; e < kept; e++)
    r->inventory[d * kept + e] = inventory[r->flow ? r->flow[e] : e];
  for (ptrdiff_t c = 0; c < score_count(r); c++)
    r->score[d * r->weight_count + c] =
        b ? weighted(r->weight + c * b->rows, inventory, b->rows) : 0;
  if (r->top == 0) return VT_OK;
  const vt_error filled =
      vt_tables_fill(r, tables, supply, inventory, r->table + d * table_width(r));
  if (filled == VT_ERR_INPUT && r->demand[d].count > 0)
    solver->infinite =
        (vt_culprits){.infinite = true, .products = 1, .product = {r->demand[d].product[0]}};
  return filled;
}

static double value_of(const vt_final_demand *demand, const double *score) {
  double sum = 0;
  for (int k = 0; k < demand->count; k++) sum += demand->amount[k] * score[demand->product[k]];
  return sum;
}

// Solve number `a` of an adjoint request: the weights first, then a unit of each flow.
static vt_error solve_adjoint(vt_solver *solver, const request_work *j, ptrdiff_t a, double *unit,
                              double *score) {
  const vt_request *r = j->request;
  const double *weight = unit;
  if (a < score_count(r)) {
    weight = r->weight + a * (r->system.biosphere ? r->system.biosphere->rows : 0);
  } else {
    const ptrdiff_t kept = a - score_count(r);
    unit[r->flow ? r->flow[kept] : kept] = 1;
  }
  VT_TRY(vt_solver_adjoint(solver, weight, score, &j->residual[a]));
  if (weight == unit) {
    const ptrdiff_t kept = a - score_count(r);
    unit[r->flow ? r->flow[kept] : kept] = 0;
  }
  for (ptrdiff_t d = 0; d < r->demand_count; d++)
    j->column[a * r->demand_count + d] = value_of(&r->demand[d], score);
  return VT_OK;
}

static vt_error solve_stretch(vt_solver *solver, const request_work *j, ptrdiff_t first,
                              ptrdiff_t end) {
  const vt_request *r = j->request;
  const ptrdiff_t flows = r->system.biosphere ? r->system.biosphere->rows : 0;
  double *work;
  vt_tables tables;
  VT_NEW(work, flows + r->system.technosphere->rows);
  vt_error result = vt_tables_open(r, &tables);
  for (ptrdiff_t k = first; result == VT_OK && k < end; k++)
    result = r->adjoint ? solve_adjoint(solver, j, k, work, work + flows)
                        : solve_forward(solver, j, &tables, k, work, work + flows);
  vt_tables_close(&tables);
  free(work);
  return result;
}

static vt_error solve_share(vt_background *background, request_work *jobs, ptrdiff_t count,
                            const vt_team *team) {
  for (ptrdiff_t k = 0; k < count; k++) {
    const ptrdiff_t first = first_of(jobs, count, team, team->rank, k);
    const ptrdiff_t end = first_of(jobs, count, team, team->rank + 1, k);
    if (first >= end) continue;
    vt_request *r = jobs[k].request;
    vt_solver *solver;
    VT_TRY(vt_solver_create(background, &r->system, jobs[k].solves, &r->culprits, &solver));
    const vt_error result = solve_stretch(solver, &jobs[k], first, end);
    r->figures = *vt_solver_figures(solver);
    if (result != VT_OK) r->culprits = solver->infinite;
    vt_solver_free(solver);
    VT_TRY(result);
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Gathering

// Rows of an array that each rank has, shape [size] each: how many, and where they begin.
typedef struct parts {
  MPI_Datatype row;
  int *count, *start;
} parts;

static int exchange(const vt_team *team, const parts *p, double *rows, ptrdiff_t width,
                    bool first) {
  if (!first)
    return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, rows, p->count, p->start, p->row,
                          team->comm);
  if (team->rank == 0)
    return MPI_Gatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, rows, p->count, p->start, p->row, 0,
                       team->comm);
  return MPI_Gatherv(rows + p->start[team->rank] * width, p->count[team->rank], p->row, NULL, NULL,
                     NULL, p->row, 0, team->comm);
}

// Every rank has some rows of an array; all get the others, or rank 0 alone does.
static vt_error gather(const vt_team *team, const request_work *jobs, ptrdiff_t count,
                       ptrdiff_t which, double *rows, ptrdiff_t width) {
  if (!rows || width == 0 || team->size == 1) return VT_OK;
  VT_CHECK(width <= INT_MAX && jobs[which].solves <= INT_MAX, VT_ERR_INPUT,
           "too many results for one request: %td rows of %td", jobs[which].solves, width);
  parts p;
  VT_NEW(p.count, 2 * (ptrdiff_t)team->size);
  p.start = p.count + team->size;
  for (int r = 0; r < team->size; r++) {
    p.start[r] = (int)first_of(jobs, count, team, r, which);
    p.count[r] = (int)first_of(jobs, count, team, r + 1, which) - p.start[r];
  }
  int failed = MPI_Type_contiguous((int)width, MPI_DOUBLE, &p.row);
  if (!failed) failed = MPI_Type_commit(&p.row);
  if (!failed) failed = exchange(team, &p, rows, width, jobs[which].request->first_only);
  (void)MPI_Type_free(&p.row);
  free(p.count);
  VT_CALL_MPI(failed);
  return VT_OK;
}

// An adjoint request has its answers by solve; its results are by demand.
static void turn(const request_work *j) {
  vt_request *r = j->request;
  const ptrdiff_t scores = score_count(r), kept = flow_count(r), demands = r->demand_count;
  for (ptrdiff_t d = 0; d < demands; d++) {
    for (ptrdiff_t c = 0; c < scores; c++) r->score[d * scores + c] = j->column[c * demands + d];
    for (ptrdiff_t e = 0; e < kept; e++)
      r->inventory[d * kept + e] = j->column[(scores + e) * demands + d];
  }
}

static void set_residuals(const request_work *j) {
  const vt_request *r = j->request;
  double worst = 0;
  for (ptrdiff_t k = 0; k < j->solves; k++) worst = fmax(worst, j->residual[k]);
  for (ptrdiff_t d = 0; r->residual && d < r->demand_count; d++)
    r->residual[d] = r->adjoint ? worst : j->residual[d];
}

static vt_error gather_all(const vt_team *team, const request_work *jobs, ptrdiff_t count) {
  for (ptrdiff_t k = 0; k < count; k++) {
    vt_request *r = jobs[k].request;
    VT_TRY(gather(team, jobs, count, k, jobs[k].residual, 1));
    if (r->adjoint) {
      VT_TRY(gather(team, jobs, count, k, jobs[k].column, r->demand_count));
      turn(&jobs[k]);
    } else {
      const ptrdiff_t n = r->system.technosphere->columns;
      VT_TRY(gather(team, jobs, count, k, r->supply, n));
      VT_TRY(gather(team, jobs, count, k, r->inventory, flow_count(r)));
      VT_TRY(gather(team, jobs, count, k, r->score, score_count(r)));
      VT_TRY(gather(team, jobs, count, k, r->table, table_width(r)));
    }
    set_residuals(&jobs[k]);
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Errors: the lowest rank that failed speaks for all, and tells whose system is singular.

typedef struct blame {
  int request; // -1 = none
  vt_culprits culprits;
} blame;

static blame find_blame(const request_work *jobs, ptrdiff_t count) {
  blame b = {.request = -1};
  for (ptrdiff_t k = 0; k < count; k++) {
    const vt_culprits *found = &jobs[k].request->culprits;
    if (found->products + found->processes > 0) b = (blame){(int)k, *found};
  }
  return b;
}

static vt_error agree(const vt_team *team, vt_error mine, const request_work *jobs,
                      ptrdiff_t count) {
  int speaker;
  if (!team->parallel) return mine;
  VT_TRY(vt_team_speaker(team, mine, &speaker));
  if (speaker == team->size) return VT_OK;
  blame b = find_blame(jobs, count);
  VT_CALL_MPI(MPI_Bcast(&b, (int)sizeof b, MPI_BYTE, speaker, team->comm));
  if (b.request >= 0 && b.request < count) jobs[b.request].request->culprits = b.culprits;
  return vt_team_settle(team, mine);
}

// ---------------------------------------------------------------------------------------------

static vt_error plan(vt_request *request, ptrdiff_t count, request_work *jobs) {
  for (ptrdiff_t k = 0; k < count; k++) {
    vt_request *r = &request[k];
    r->adjoint = is_adjoint(r);
    r->culprits = (vt_culprits){0};
    r->figures = (vt_solve_figures){0};
    jobs[k].request = r;
    jobs[k].solves = vt_request_solves(r);
    VT_NEW(jobs[k].residual, jobs[k].solves);
    if (r->adjoint) VT_NEW(jobs[k].column, jobs[k].solves * r->demand_count);
    for (ptrdiff_t d = 0; d < r->demand_count; d++) {
      for (int i = 0; i < r->demand[d].count; i++) {
        const int product = r->demand[d].product[i];
        VT_CHECK(product >= 0 && product < r->system.technosphere->rows, VT_ERR_BUG,
                 "a demand for product %d of %d", product, r->system.technosphere->rows);
      }
    }
  }
  return VT_OK;
}

static void free_jobs(request_work *jobs, ptrdiff_t count) {
  for (ptrdiff_t k = 0; k < count; k++) {
    free(jobs[k].residual);
    free(jobs[k].column);
  }
  free(jobs);
}

static vt_error run(vt_background *background, ptrdiff_t count, vt_request *request,
                    const vt_team *team) {
  request_work *jobs;
  VT_NEW(jobs, count);
  vt_error result = plan(request, count, jobs);
  if (result == VT_OK) result = solve_share(background, jobs, count, team);
  result = agree(team, result, jobs, count);
  if (result == VT_OK) result = gather_all(team, jobs, count);
  free_jobs(jobs, count);
  return result;
}

vt_error vt_background_run(vt_background *background, ptrdiff_t count, vt_request *request) {
  return run(background, count, request, &background->team);
}

vt_error vt_background_run_alone(vt_background *background, ptrdiff_t count, vt_request *request) {
  const vt_team alone = {.size = 1};
  return run(background, count, request, &alone);
}
