// petsc.c - the module: PETSc's GMRES and KLU on plain arrays. Loaded with dlopen; see kernel.h.
#include "kernel.h"
#include "klu.h"

#include <petscksp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <suitesparse/amd.h>

struct vt_kernel_factor {
  Mat matrix; // rows of PETSc's matrix are the columns of ours: it is the transpose
  KSP solver;
  Mat lu;
  Vec b, x;
  // Only of LU, which works on a permuted copy:
  vt_kernel_matrix copy;
  int *order; // row and column of the matrix that comes k-th
  double *b_copy, *x_copy;
};

enum { RESTART = 40, ITERATION_LIMIT = 200 };

// PETSc calls its handler once for each level of the stack; the first has the reason.
static PetscErrorCode keep_text(MPI_Comm comm, int line, const char *function, const char *file,
                                PetscErrorCode code, PetscErrorType kind, const char *message,
                                void *context) {
  (void)comm;
  (void)file;
  char *text = context;
  if (kind == PETSC_ERROR_INITIAL && text)
    (void)snprintf(text, VT_KERNEL_TEXT, "PETSc error %d in %s, line %d: %s", (int)code,
                   function ? function : "?", line, message && *message ? message : "no text");
  return code;
}

static PetscErrorCode start_petsc(void) {
  // No options of the user's other programs, no signal handlers: the program has its own.
  PetscCall(PetscOptionsSetValue(NULL, "-skip_petscrc", "1"));
  PetscCall(PetscOptionsSetValue(NULL, "-no_signal_handler", "1"));
  PETSC_COMM_WORLD = MPI_COMM_SELF; // other ranks may have nothing to solve
  return PetscInitializeNoArguments();
}

// Hide a variable of the environment; the caller gives its value back with show().
static char *hide(const char *name) {
  const char *value = getenv(name);
  char *kept = value ? strdup(value) : NULL;
  if (value) (void)unsetenv(name);
  return kept;
}

static void show(const char *name, char *kept) {
  if (kept) (void)setenv(name, kept, 1);
  free(kept);
}

static int open_petsc(char *text) {
  PetscBool running;
  if (PetscInitialized(&running) || running) return 0;
  char *options = hide("PETSC_OPTIONS"), *yaml = hide("PETSC_OPTIONS_YAML");
  const PetscErrorCode started = start_petsc();
  show("PETSC_OPTIONS", options);
  show("PETSC_OPTIONS_YAML", yaml);
  if (started) {
    (void)snprintf(text, VT_KERNEL_TEXT, "PETSc does not start: error %d", (int)started);
    return (int)started;
  }
  return (int)PetscPushErrorHandler(keep_text, text);
}

static void close_petsc(void) {
  PetscBool running;
  if (PetscInitialized(&running) || !running) return;
  (void)PetscPopErrorHandler();
  (void)PetscFinalize();
}

static PetscErrorCode order_amd(const vt_kernel_matrix *matrix, int *order) {
  double control[AMD_CONTROL], info[AMD_INFO];
  amd_defaults(control);
  // Rows of markets go to the end unordered: ordering them takes 40 times as long, for nothing.
  control[AMD_DENSE] = 1;
  const int status = amd_order(matrix->n, matrix->start, matrix->row, order, control, info);
  PetscCheck(status >= AMD_OK, PETSC_COMM_SELF,
             status == AMD_OUT_OF_MEMORY ? PETSC_ERR_MEM : PETSC_ERR_LIB, "AMD ends with status %d",
             status);
  return 0;
}

static PetscErrorCode make_matrix(const vt_kernel_matrix *ours, vt_kernel_factor *factor) {
  const PetscInt n = ours->n;
  PetscCall(MatCreateSeqAIJWithArrays(PETSC_COMM_SELF, n, n, ours->start, ours->row, ours->value,
                                      &factor->matrix));
  PetscCall(VecCreateSeqWithArray(PETSC_COMM_SELF, 1, n, NULL, &factor->b));
  return VecCreateSeqWithArray(PETSC_COMM_SELF, 1, n, NULL, &factor->x);
}

// PETSc 3.18 reads KLU's options without the prefix of the matrix.
static PetscErrorCode set_klu_options(double pivot) {
  char number[32];
  (void)snprintf(number, sizeof number, "%.17g", pivot);
  return PetscOptionsSetValue(NULL, "-mat_klu_pivot_tol", number);
}

// PETSc 3.18 hands KLU no ordering but the identity: so the matrix is brought into order here.
static void permute(const vt_kernel_matrix *ours, const int *order, const int *position,
                    vt_kernel_matrix *copy) {
  int filled = 0;
  for (int j = 0; j < ours->n; j++) {
    for (int k = ours->start[order[j]]; k < ours->start[order[j] + 1]; k++) {
      copy->row[filled] = position[ours->row[k]];
      copy->value[filled++] = ours->value[k];
    }
    copy->start[j + 1] = filled;
  }
}

static PetscErrorCode copy_permuted(const vt_kernel_matrix *ours, const int *order,
                                    vt_kernel_factor *factor) {
  const size_t n = (size_t)ours->n, entries = (size_t)ours->start[ours->n];
  vt_kernel_matrix *copy = &factor->copy;
  copy->n = ours->n;
  copy->start = calloc(n + 1, sizeof *copy->start);
  copy->row = calloc(entries, sizeof *copy->row);
  copy->value = calloc(entries, sizeof *copy->value);
  factor->order = calloc(2 * n, sizeof *factor->order);
  factor->b_copy = calloc(2 * n, sizeof *factor->b_copy);
  PetscCheck(copy->start && copy->row && copy->value && factor->order && factor->b_copy,
             PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for a matrix of %d rows", ours->n);
  factor->x_copy = factor->b_copy + n;
  int *position = factor->order + n;
  for (int k = 0; k < ours->n; k++) {
    factor->order[k] = order[k];
    position[order[k]] = k;
  }
  permute(ours, order, position, copy);
  return 0;
}

static PetscErrorCode factor_klu(const vt_kernel_matrix *ours, const int *order, double pivot,
                                 vt_kernel_factor *factor) {
  PetscCall(copy_permuted(ours, order, factor));
  PetscCall(make_matrix(&factor->copy, factor));
  PetscCall(set_klu_options(pivot));
  PetscCall(MatGetFactor(factor->matrix, MATSOLVERKLU, MAT_FACTOR_LU, &factor->lu));
  IS identity;
  PetscCall(ISCreateStride(PETSC_COMM_SELF, ours->n, 0, 1, &identity));
  PetscCall(ISSetPermutation(identity));
  MatFactorInfo info;
  PetscCall(MatFactorInfoInitialize(&info));
  PetscCall(MatLUFactorSymbolic(factor->lu, factor->matrix, identity, identity, &info));
  PetscCall(ISDestroy(&identity));
  PetscCall(MatLUFactorNumeric(factor->lu, factor->matrix, &info));
  MatFactorError trouble;
  PetscCall(MatFactorGetError(factor->lu, &trouble));
  PetscCheck(trouble == MAT_FACTOR_NOERROR, PETSC_COMM_SELF, PETSC_ERR_MAT_LU_ZRPVT,
             "KLU finds no pivot");
  return 0;
}

static PetscErrorCode set_up_gmres(const vt_kernel_matrix *ours, vt_kernel_factor *factor) {
  PC preconditioner;
  PetscCall(make_matrix(ours, factor));
  PetscCall(KSPCreate(PETSC_COMM_SELF, &factor->solver));
  PetscCall(KSPSetOperators(factor->solver, factor->matrix, factor->matrix));
  PetscCall(KSPSetType(factor->solver, KSPGMRES));
  PetscCall(KSPGMRESSetRestart(factor->solver, RESTART));
  PetscCall(KSPSetPCSide(factor->solver, PC_RIGHT));
  PetscCall(KSPGetPC(factor->solver, &preconditioner));
  PetscCall(PCSetType(preconditioner, PCILU));
  return KSPSetUp(factor->solver);
}

static PetscErrorCode destroy(vt_kernel_factor *factor) {
  PetscCall(KSPDestroy(&factor->solver));
  PetscCall(MatDestroy(&factor->lu));
  PetscCall(VecDestroy(&factor->b));
  PetscCall(VecDestroy(&factor->x));
  return MatDestroy(&factor->matrix);
}

static void free_factor(vt_kernel_factor *factor) {
  if (!factor) return;
  (void)destroy(factor);
  free(factor->copy.start);
  free(factor->copy.row);
  free(factor->copy.value);
  free(factor->order);
  free(factor->b_copy);
  free(factor);
}

static int create_lu(const vt_kernel_matrix *matrix, const int *order, double pivot,
                     vt_kernel_factor **factor) {
  *factor = calloc(1, sizeof **factor);
  return *factor ? (int)factor_klu(matrix, order, pivot, *factor) : (int)PETSC_ERR_MEM;
}

static int create_gmres(const vt_kernel_matrix *matrix, vt_kernel_factor **factor) {
  *factor = calloc(1, sizeof **factor);
  return *factor ? (int)set_up_gmres(matrix, *factor) : (int)PETSC_ERR_MEM;
}

static int order(const vt_kernel_matrix *matrix, int *result) {
  return (int)order_amd(matrix, result);
}

// The transpose of PETSc's matrix is ours, so what is transposed to one is plain to the other.
static PetscErrorCode solve_petsc(vt_kernel_factor *factor, bool transposed, double reduction,
                                  int64_t *iterations) {
  *iterations = 0;
  if (factor->lu && transposed) return MatSolve(factor->lu, factor->b, factor->x);
  if (factor->lu) return MatSolveTranspose(factor->lu, factor->b, factor->x);
  PetscCall(KSPSetTolerances(factor->solver, reduction, 0, PETSC_DEFAULT, ITERATION_LIMIT));
  PetscCall(transposed ? KSPSolve(factor->solver, factor->b, factor->x)
                       : KSPSolveTranspose(factor->solver, factor->b, factor->x));
  PetscInt taken;
  PetscCall(KSPGetIterationNumber(factor->solver, &taken));
  *iterations = taken;
  return 0;
}

static PetscErrorCode solve_arrays(vt_kernel_factor *factor, bool transposed, double reduction,
                                   const double *b, double *x, int64_t *iterations) {
  PetscCall(VecPlaceArray(factor->b, b));
  PetscCall(VecPlaceArray(factor->x, x));
  const PetscErrorCode solved = solve_petsc(factor, transposed, reduction, iterations);
  PetscCall(VecResetArray(factor->b));
  PetscCall(VecResetArray(factor->x));
  return solved;
}

static int solve(vt_kernel_factor *factor, int transposed, double reduction, const double *b,
                 double *x, int64_t *iterations) {
  if (!factor->lu) return (int)solve_arrays(factor, transposed != 0, reduction, b, x, iterations);
  const int n = factor->copy.n;
  for (int k = 0; k < n; k++) factor->b_copy[k] = b[factor->order[k]];
  const PetscErrorCode code =
      solve_arrays(factor, transposed != 0, reduction, factor->b_copy, factor->x_copy, iterations);
  for (int k = 0; k < n; k++) x[factor->order[k]] = factor->x_copy[k];
  return (int)code;
}

const vt_kernel vt_background_kernel = {
    .version = VT_KERNEL_VERSION,
    .open = open_petsc,
    .close = close_petsc,
    .order = order,
    .create_lu = create_lu,
    .create_gmres = create_gmres,
    .free = free_factor,
    .solve = solve,
    .create_direct = vt_klu_create,
    .refactor_direct = vt_klu_refactor,
    .free_direct = vt_klu_free,
    .direct_bytes = vt_klu_bytes,
    .solve_direct = vt_klu_solve,
};
