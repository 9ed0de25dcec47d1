#!/usr/bin/env bash
# Topic `netcdf`: results as netCDF tools read them.
#
#   bash tests/run/netcdf.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

netcdf() {
  edited ensemble.yaml 's/1000/30/; s/(keep:).*/\1 [installation, operation, impact]/' net.yaml
  expect 'a run' 0 run 2 1 run net.yaml -q -o net.h5
  expect 'a single run' 0 "$vintner" run single.yaml -q -o one.h5
  expect 'plans' 0 "$vintner" run regret.yaml -q -o plans.h5
  local tools=0 python
  if command -v ncdump >/dev/null; then
    tools=1
    expect 'ncdump -k' 0 ncdump -k net.h5
    holds 'is netCDF-4' grep -qx netCDF-4 stdout
    expect 'ncdump -h' 0 ncdump -h net.h5
    for word in 'double objective(scenario)' 'installation(scenario, process, time)' \
      'impact(scenario, category, process, time)' 'total_impact(scenario, category)' \
      'group: statistics' 'group: reference' 'group: performance'; do
      holds "ncdump names $word" grep -qF "$word" stdout
    done
    expect 'ncdump of a single run' 0 ncdump -h one.h5
    expect 'ncdump of plans' 0 ncdump -h plans.h5
    holds 'ncdump names the pairs' grep -qF 'double regret(plan, scenario)' stdout
  fi
  python=$(find_python 'xarray, netCDF4, h5netcdf')
  if [ -n "$python" ]; then
    tools=1
    expect 'xarray' 0 "$python" -c '
import sys, xarray
for path in sys.argv[1:]:
    for engine in ("netcdf4", "h5netcdf"):
        for group in (None, "statistics", "reference", "performance"):
            with xarray.open_dataset(path, engine=engine, group=group) as data:
                data.load()
                if group is None:
                    assert data.installation.dims == ("scenario", "process", "time")
                    assert list(data.process.values) == ["P1R1", "P1R2", "P2R1", "P2R2"]
                    assert data.time.values[0] == 2020 and data.time.values[-1] == 2049
                    assert data.objective.sizes["scenario"] in (1, 30)
                    total = data.impact.sum(["process", "time"])
                    assert abs(total - data.total_impact).max() < 1e-6
                if group == "statistics":
                    assert "objective_mean" in data and "process" in data.coords
' net.h5 one.h5
    expect 'xarray: plans' 0 "$python" -c '
import xarray
for engine in ("netcdf4", "h5netcdf"):
    with xarray.open_dataset("plans.h5", engine=engine, group="regret") as data:
        data.load()
        assert data.regret.dims == ("plan", "scenario") and data.attrs["plans"] == data.sizes["plan"]
        assert data.attrs["robust_plan"] in data.plan_scenario.values
        assert (abs(data.regret.max("scenario") - data.regret_max) < 1e-6).all()
'
  fi
  if [ "$tools" -eq 0 ]; then exit 77; fi
}

netcdf
finish
