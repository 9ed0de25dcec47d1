#!/usr/bin/env bash
# jobs/ensemble.sbatch in a real Slurm: one node of two CPUs that this script starts in a temporary
# folder, and stops again.
#
#   bash tests/run/slurm.sh [BUILD]
#
# Prints what failed; exit code 1 if something did, 77 if Slurm is not here or does not start.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "${1:-$root/build}")
vintner=$build/src/vintner
same_results=$build/tests/common/same_results
PATH=$PATH:/usr/sbin:/sbin

skip() {
  echo "skipped: $*"
  exit 77
}
for program in munged slurmctld slurmd sbatch srun squeue scancel sinfo scontrol; do
  command -v "$program" >/dev/null || skip "program not found: $program"
done

folder=$(mktemp -d)
daemons=() # process ids, in the order of their start
stop_all() {
  local n pid
  if [ "${#daemons[@]}" -gt 1 ]; then
    timeout 60 scancel --quiet --user="$(id -un)" >/dev/null 2>&1 || true
    for ((n = 0; n < 300; n++)); do # the steps end while slurmd is still there to see it
      [ -n "$(timeout 60 squeue -h 2>/dev/null)" ] || break
      sleep 0.2
    done
  fi
  for ((n = ${#daemons[@]} - 1; n >= 0; n--)); do
    pid=${daemons[$n]}
    kill "$pid" 2>/dev/null || continue
    for _ in {1..600}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$folder" 2>/dev/null || true
}
trap stop_all EXIT
trap 'exit 1' INT TERM HUP
chmod 755 "$folder"
cd "$folder"

# until_true COMMAND...: fails when a daemon has ended, and after five minutes
until_true() {
  local end=$((SECONDS + 300)) pid
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    for pid in "${daemons[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
    sleep 0.2
  done
}
start() { # start NAME COMMAND...: in the background, output in NAME.out
  local name=$1
  shift
  "$@" >"$name.out" 2>&1 </dev/null &
  daemons+=("$!")
}

# The environment of a job that runs this test is not ours.
for name in "${!SLURM_@}" "${!SBATCH_@}" "${!SRUN_@}"; do unset "$name"; done
export SLURM_CONF=$folder/slurm.conf
node=$(hostname -s)
user=$(id -un)
free_port() { # free_port FIRST: nobody listens there
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}
port=$(free_port $((20000 + $$ % 10000)))
cat >"$SLURM_CONF" <<END
ClusterName=alone
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$(free_port $((port + 1)))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=1
KillWait=5
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=only Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
mkdir state spool
head -c 128 /dev/urandom >munge.key
chmod 600 munge.key

start munged munged --foreground --force --key-file="$folder/munge.key" \
  --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
  --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
until_true test -S munge.socket || skip "munged does not start: $(tail -n 2 munged.out)"
start slurmctld slurmctld -D -f "$SLURM_CONF"
start slurmd slurmd -D -f "$SLURM_CONF"
idle() { [ "$(timeout 60 sinfo -h -o %T)" = idle ]; }
until_true idle || skip "Slurm does not start: $(tail -qn 2 slurmctld.out slurmd.out)"

failed=0
fail() {
  failed=$((failed + 1))
  echo "FAILED: $*"
}
gone() { ! timeout 60 squeue -h -j "$1" 2>/dev/null | grep -q .; }
state_of() { timeout 60 scontrol -o show job "$1" | sed -nE 's/.*JobState=([A-Z_]+).*/\1/p'; }

# job TITLE STATE ARGUMENT...: submit with two ranks, wait, expect this state; log in $log
log=
job() {
  local title=$1 wanted=$2 id found
  shift 2
  log=none
  if ! id=$(VINTNER=$vintner timeout 300 sbatch --parsable --ntasks-per-node=2 --cpus-per-task=1 \
    --mem-per-cpu=0 "$root/jobs/ensemble.sbatch" "$@" 2>sbatch.err </dev/null); then
    fail "$title: sbatch: $(tail -n 1 sbatch.err)"
    return
  fi
  log=vintner-$id.log
  if ! until_true gone "$id"; then
    timeout 60 scancel "$id" || true
    fail "$title: not finished: $(tail -n 3 "$log" 2>&1)"
    return
  fi
  found=$(state_of "$id")
  [ "$found" = "$wanted" ] || fail "$title: state $found, expected $wanted: $(tail -n 5 "$log" 2>&1)"
}
says() { grep -q -e "$2" "$log" 2>/dev/null || fail "$1: '$2' is not in the log"; }

cp "$root/jobs/examples/basic/"* .
chmod u+w ./*
"$vintner" run ensemble.yaml -o direct.h5 --threads 1 >direct.out 2>&1 || fail "direct run"
job 'a first job' COMPLETED ensemble.yaml
says 'a first job' 'vintner run'
difference=$("$same_results" direct.h5 basic-ensemble.h5 2>&1) ||
  fail "a job computes what a direct run does: $difference"
job 'the same again' COMPLETED ensemble.yaml
says 'the same again' 'is finished, nothing is missing'
# A Slurm whose PMIx is not that of MPI: srun fails, and mpirun does it.
mkdir bin
printf '#!/usr/bin/env bash\ncase $1 in --mpi=list) echo pmix ;; *) exit 1 ;; esac\n' >bin/srun
chmod +x bin/srun
PATH=$folder/bin:$PATH job 'without PMIx' COMPLETED ensemble.yaml -o fallback.h5
says 'without PMIx' 'srun --mpi=pmix does not start'
says 'without PMIx' ': mpirun -n 2 '
difference=$("$same_results" direct.h5 fallback.h5 2>&1) || fail "below mpirun: $difference"
job 'an absent study' FAILED absent.yaml
says 'an absent study' "study not found: 'absent.yaml'"

echo "slurm: $failed failed"
[ "$failed" -eq 0 ]
