// team.c - the ranks that work together, or the one process that works alone.
#include "vintner/team.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERDICT_BYTES = 4096 };

static vt_error refuse_srun_without_mpi(void) {
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS"), *task = getenv("SLURM_PROCID");
  if (!tasks || !task || strcmp(tasks, "1") == 0) return VT_OK;
  VT_FAIL(VT_ERR_INPUT,
          "srun started %s tasks that cannot see each other: found no PMI in the environment, "
          "expected srun --mpi=pmix (or mpirun)",
          tasks);
}

// Tasks of srun whose MPI speaks another PMI each believe to be alone, and all write the file.
static vt_error refuse_strangers(const vt_team *team) {
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
  // Below mpirun the tasks that srun counts are its helpers.
  if (getenv("OMPI_COMM_WORLD_SIZE") || getenv("MPI_LOCALNRANKS")) return VT_OK;
  if (team->size > 1 || !tasks || strcmp(tasks, "1") == 0) return VT_OK;
  VT_FAIL(VT_ERR_INPUT,
          "srun started %s tasks that cannot see each other: found 1 rank, expected %s (another "
          "srun --mpi=..., see srun --mpi=list, or mpirun)",
          tasks, tasks);
}

// Whether the launcher says that all ranks are on this node.
static bool on_one_node(void) {
  const char *all = getenv("OMPI_COMM_WORLD_SIZE"), *here = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (all && here) return strcmp(all, here) == 0;
  const char *nodes = getenv("SLURM_STEP_NUM_NODES");
  return nodes && strcmp(nodes, "1") == 0;
}

// Open MPI looks for networks on starting, 0.2 s, which ranks of one node do without. What the user
// set has precedence.
static void spare_networks(void) {
  if (!on_one_node() || getenv("OMPI_MCA_pml") || getenv("OMPI_MCA_btl")) return;
  (void)setenv("OMPI_MCA_pml", "ob1", 0);
  (void)setenv("OMPI_MCA_btl", "self,vader", 0);
}

vt_error vt_team_open(int *argc, char ***argv, vt_team *team) {
  *team = (vt_team){.rank = 0, .size = 1};
  if (!vt_launched()) return refuse_srun_without_mpi();
  int provided;
  spare_networks();
  VT_CALL_MPI(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided));
  team->parallel = true;
  // A plain duplicate: errors come back as codes, and libraries cannot mix with our messages.
  VT_CALL_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &team->comm));
  VT_CALL_MPI(MPI_Comm_set_errhandler(team->comm, MPI_ERRORS_RETURN));
  VT_CALL_MPI(MPI_Comm_rank(team->comm, &team->rank));
  VT_CALL_MPI(MPI_Comm_size(team->comm, &team->size));
  return refuse_strangers(team);
}

void vt_team_close(vt_team *team) {
  if (!team->parallel) return;
  (void)MPI_Comm_free(&team->comm);
  (void)MPI_Finalize();
  team->parallel = false;
}

vt_error vt_team_of(MPI_Comm comm, vt_team *team) {
  *team = (vt_team){.size = 1, .parallel = comm != MPI_COMM_NULL, .comm = comm};
  if (!team->parallel) return VT_OK;
  VT_CALL_MPI(MPI_Comm_rank(comm, &team->rank));
  VT_CALL_MPI(MPI_Comm_size(comm, &team->size));
  return VT_OK;
}

vt_error vt_team_speaker(const vt_team *team, vt_error mine, int *speaker) {
  *speaker = mine == VT_OK ? team->size : team->rank;
  if (team->parallel)
    VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, speaker, 1, MPI_INT, MPI_MIN, team->comm));
  return VT_OK;
}

vt_error vt_team_largest(const vt_team *team, int *value) {
  if (team->parallel)
    VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, value, 1, MPI_INT, MPI_MAX, team->comm));
  return VT_OK;
}

typedef struct verdict {
  int code;
  char text[VERDICT_BYTES];
} verdict;

vt_error vt_team_settle(const vt_team *team, vt_error mine) {
  int speaker;
  VT_TRY(vt_team_speaker(team, mine, &speaker));
  if (speaker == team->size || !team->parallel) return mine;
  verdict told = {.code = (int)mine};
  (void)snprintf(told.text, sizeof told.text, "%s", vt_error_message());
  VT_CALL_MPI(MPI_Bcast(&told, (int)sizeof told, MPI_BYTE, speaker, team->comm));
  if (mine != VT_OK) return mine;
  VT_FAIL((vt_error)told.code, "%s", told.text);
}

vt_error vt_team_first(const vt_team *team, bool mine, bool *first) {
  int rank = mine ? team->rank : team->size;
  if (team->parallel)
    VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &rank, 1, MPI_INT, MPI_MIN, team->comm));
  *first = mine && rank == team->rank;
  return VT_OK;
}

vt_error vt_team_broadcast(const vt_team *team, void *bytes, int64_t count) {
  if (!team->parallel) return VT_OK;
  char *next = bytes;
  while (count > 0) {
    const int part = count > INT_MAX ? INT_MAX : (int)count;
    VT_CALL_MPI(MPI_Bcast(next, part, MPI_BYTE, 0, team->comm));
    next += part;
    count -= part;
  }
  return VT_OK;
}

vt_error vt_team_broadcast_text(const vt_team *team, vt_text *text) {
  int64_t length = text->length;
  VT_TRY(vt_team_broadcast(team, &length, (int64_t)sizeof length));
  if (team->rank != 0) {
    VT_TRY(vt_grow(&text->bytes, &text->capacity, (ptrdiff_t)length + 1, 1));
    text->length = (ptrdiff_t)length;
    text->bytes[length] = '\0';
  }
  return vt_team_broadcast(team, text->bytes, length);
}

vt_error vt_team_barrier(const vt_team *team) {
  if (team->parallel) VT_CALL_MPI(MPI_Barrier(team->comm));
  return VT_OK;
}

// Ranks of this node that are bound to the very same cores as this one.
static vt_error count_sharers(const vt_team *team, const cpu_set_t *mine, int *sharers) {
  *sharers = 1;
  if (!team->parallel) return VT_OK;
  MPI_Comm node;
  int size;
  VT_CALL_MPI(MPI_Comm_split_type(team->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  VT_CALL_MPI(MPI_Comm_size(node, &size));
  cpu_set_t *all;
  VT_NEW(all, size);
  const int gathered =
      MPI_Allgather(mine, (int)sizeof *mine, MPI_BYTE, all, (int)sizeof *mine, MPI_BYTE, node);
  int equal = 0;
  for (int i = 0; i < size; i++) equal += CPU_EQUAL(&all[i], mine) != 0;
  free(all);
  (void)MPI_Comm_free(&node);
  VT_CALL_MPI(gathered);
  *sharers = equal > 0 ? equal : 1;
  return VT_OK;
}

// OMP_NUM_THREADS may be a list, by level of nesting: the first one counts. 0: not given.
static vt_error threads_wished(int *threads) {
  const char *text = getenv("OMP_NUM_THREADS");
  char *end;
  *threads = 0;
  if (!text || text[0] == '\0') return VT_OK;
  const long wish = strtol(text, &end, 10);
  VT_CHECK(end != text && (*end == '\0' || *end == ',') && wish >= 1 && wish <= VT_MOST_THREADS,
           VT_ERR_INPUT, "OMP_NUM_THREADS: found '%.40s', expected a whole number from 1 to %d",
           text, VT_MOST_THREADS);
  *threads = (int)wish;
  return VT_OK;
}

// Cores that the cgroup's quota is worth (cgroup v2, cpu.max: quota and period, or "max").
static int quota_cores(int cores) {
  char line[256] = "", path[512];
  double quota, period;
  FILE *own = fopen("/proc/self/cgroup", "r");
  bool found = false;
  while (own && !found && fgets(line, sizeof line, own)) found = strncmp(line, "0::", 3) == 0;
  if (own) (void)fclose(own);
  if (!found) return cores;
  line[strcspn(line, "\n")] = '\0';
  (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", line + 3);
  FILE *limit = fopen(path, "r");
  const bool limited = limit && fscanf(limit, "%lf %lf", &quota, &period) == 2 && period > 0;
  if (limit) (void)fclose(limit);
  return limited && ceil(quota / period) < cores ? (int)ceil(quota / period) : cores;
}

vt_error vt_team_threads(const vt_team *team, int *threads) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) CPU_SET(0, &mine);
  int sharers;
  VT_TRY(count_sharers(team, &mine, &sharers));
  VT_TRY(threads_wished(threads));
  if (*threads == 0) *threads = quota_cores(CPU_COUNT(&mine)) / sharers;
  if (*threads < 1) *threads = 1;
  return VT_OK;
}
