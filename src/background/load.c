// load.c - loads the module with PETSc when something is to be solved, and starts MPI for it.
#include "room.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

vt_error vt_background_check(const vt_background *background, int code, const char *doing) {
  if (code == 0) return VT_OK;
  VT_FAIL(VT_ERR_SYSTEM, "%s fails: %s", doing,
          *background->text ? background->text : "out of memory");
}

vt_error vt_background_create(MPI_Comm comm, vt_background **background) {
  vt_team team;
  VT_TRY(vt_team_of(comm, &team));
  VT_NEW(*background, 1);
  (*background)->team = team;
  return VT_OK;
}

// The folder of the running program.
static vt_error own_folder(char *path, size_t size) {
  const ssize_t length = readlink("/proc/self/exe", path, size - 1);
  VT_CHECK(length > 0 && (size_t)length < size - 1, VT_ERR_SYSTEM,
           "cannot find the folder of the running program");
  path[length] = '\0';
  char *slash = strrchr(path, '/');
  if (slash) slash[1] = '\0';
  return VT_OK;
}

// Beside the program as installed, as built, and for the test programs of a build folder.
static vt_error find_module(vt_text *path) {
  const char *const places[] = {"", "background/", "../src/background/", "../../src/background/",
                                VT_MODULE_FOLDER};
  char folder[PATH_MAX];
  VT_TRY(own_folder(folder, sizeof folder));
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    path->length = 0;
    const bool absolute = places[i][0] == '/';
    VT_TRY(vt_text_add(path, "%s%s%s%s", absolute ? "" : folder, places[i], absolute ? "/" : "",
                       VT_KERNEL_MODULE));
    if (access(path->bytes, R_OK) == 0) return VT_OK;
  }
  VT_FAIL(VT_ERR_SYSTEM, "cannot find %s: expected beside the program in '%s' or in '%s'",
          VT_KERNEL_MODULE, folder, VT_MODULE_FOLDER);
}

// Runs in a thread of its own, which shares nothing but the path with others. dlopen a second time
// costs nothing, and tells why if this one failed.
static void *link_module(void *path) {
  return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

// Threads inside BLAS would make sums depend on how many cores a rank has. Read once, on loading.
static void calm_blas(void) {
  (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
  (void)setenv("BLIS_NUM_THREADS", "1", 1);
  (void)setenv("MKL_NUM_THREADS", "1", 1);
}

void vt_background_prefetch(vt_background *background) {
  if (background->module || background->loading) return;
  if (find_module(&background->module_path) != VT_OK) return;
  calm_blas();
  background->loading =
      pthread_create(&background->loader, NULL, link_module, background->module_path.bytes) == 0;
}

static void finish_prefetch(vt_background *background) {
  if (background->loading) (void)pthread_join(background->loader, NULL);
  background->loading = false;
}

static vt_error load_module(vt_background *background, const char *path) {
  calm_blas();
  background->module = link_module((void *)(uintptr_t)path);
  VT_CHECK(background->module, VT_ERR_SYSTEM, "cannot load PETSc: %s", dlerror());
  const vt_kernel *kernel = dlsym(background->module, VT_KERNEL_SYMBOL);
  VT_CHECK(kernel && kernel->version == VT_KERNEL_VERSION, VT_ERR_SYSTEM,
           "'%s' belongs to another version of the program", path);
  background->kernel = kernel;
  return VT_OK;
}

// PETSc needs MPI even on one process. Open MPI then starts a daemon and looks for networks, 0.3 s,
// unless told that it stays alone, 0.02 s; and of the machine it needs to know the cores only. What
// the user set has precedence.
static vt_error start_mpi(vt_background *background) {
  int running;
  VT_CHECK(MPI_Initialized(&running) == MPI_SUCCESS, VT_ERR_SYSTEM, "MPI does not answer");
  if (running) return VT_OK;
  if (!vt_launched()) {
    (void)setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    (void)setenv("OMPI_MCA_pml", "ob1", 0);
    (void)setenv("OMPI_MCA_btl", "self", 0);
    // Processes that stay alone all call themselves job 0: in a folder or shared memory named after
    // it, two that start at the same moment would meet.
    (void)setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    (void)setenv("HWLOC_COMPONENTS", "-pci,-linuxio,-opencl,-gl,-cuda,-nvml", 0);
  }
  int provided;
  VT_CHECK(MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS,
           VT_ERR_SYSTEM, "MPI does not start");
  background->started_mpi = true;
  return VT_OK;
}

static vt_error load(vt_background *background) {
  finish_prefetch(background);
  VT_TRY(find_module(&background->module_path));
  VT_TRY(load_module(background, background->module_path.bytes));
  vt_error started = start_mpi(background);
  if (started == VT_OK)
    started = vt_background_check(background, background->kernel->open(background->text),
                                  "starting PETSc");
  if (started != VT_OK) background->kernel = NULL;
  return started;
}

vt_error vt_background_load(vt_background *background, double *seconds) {
  if (background->kernel) return VT_OK;
  const double start = vt_clock_s();
  VT_TRY(load(background));
  *seconds += vt_clock_s() - start;
  return VT_OK;
}

vt_error vt_background_start(vt_background *background) {
  double seconds = 0;
  return vt_background_load(background, &seconds);
}

void vt_background_free(vt_background *background) {
  if (!background) return;
  finish_prefetch(background);
  if (background->kernel) background->kernel->close();
  if (background->started_mpi) (void)MPI_Finalize();
  // The module stays loaded: PETSc leaves hooks behind that run when the process ends.
  vt_text_free(&background->module_path);
  free(background);
}
