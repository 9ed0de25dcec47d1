#!/usr/bin/env bash
# Topic `export`: tables of results.
#
#   bash tests/run/export.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

exported() {
  edited ensemble.yaml 's/1000/7/; s/(keep:).*/\1 [installation, impact]/' small.yaml
  sed -E -i 's/^ "CATEGORY"/ "process_names": {"P1R1": "one, \\"old\\"", "P2R1": "two"},\n&/' model_inputs.json
  expect 'a run' 0 "$vintner" run small.yaml -q -o small.h5
  expect 'export' 0 "$vintner" export small.h5 --csv tables
  holds 'the default tables' [ "$(cd tables && echo *)" = \
    'factor_value.csv impact.csv installation.csv objective.csv status.csv total_impact.csv' ]
  holds 'are listed' [ "$(grep -c '\.csv .*rows' stdout)" = 6 ]
  holds 'a header' [ "$(head -n 1 tables/impact.csv)" = 'scenario,category,process,process_name,time,value' ]
  holds 'a line per number' [ "$(wc -l <tables/installation.csv)" = $((7 * 4 * 30 + 1)) ]
  holds 'quotes' grep -qF '0,P1R1,"one, ""old""",2020,' tables/installation.csv
  holds 'codes where there is no name' grep -q '^6,P2R2,P2R2,2049,' tables/installation.csv
  holds 'the numbers of the file' diff <(value small.h5 impact) <(tail -n +2 tables/impact.csv |
    awk -F, '{ printf "%.17g\n", $NF }')
  holds 'exactly' diff <(value small.h5 objective) <(tail -n +2 tables/objective.csv |
    awk -F, '{ printf "%.17g\n", $2 }')
  expect 'again' 2 "$vintner" export small.h5 --csv tables
  holds 'names a file' grep -q 'tables/status.csv.*--force' stderr
  expect 'again by force' 0 "$vintner" export small.h5 --csv tables --force -q
  holds '-q is silent' [ ! -s stdout ]
  expect 'some' 0 "$vintner" export small.h5 --csv some --variables unique,gap --scenarios 2:3
  holds 'only those' [ "$(cd some && echo *)" = 'gap.csv unique.csv' ]
  holds 'of those scenarios' [ "$(cut -d, -f1 some/unique.csv | tr '\n' ' ')" = 'scenario 2 3 ' ]
  expect 'one scenario' 0 "$vintner" export small.h5 --csv one --variables objective --scenarios 4
  holds 'is one' [ "$(wc -l <one/objective.csv)" = 2 ]
  expect 'from a scenario on' 0 "$vintner" export small.h5 --csv on --variables objective --scenarios 5:
  holds 'is two' [ "$(wc -l <on/objective.csv)" = 3 ]
  sed 's/^results:/&\n  precision: single/' small.yaml >single-precision.yaml
  expect 'single precision' 0 "$vintner" run single-precision.yaml -q -o single.h5
  expect 'exported' 0 "$vintner" export single.h5 --csv short --variables installation
  holds 'has short numbers' [ "$(awk -F, '{ if (length($NF) > n) n = length($NF) } END { print n }' short/installation.csv)" -le 15 ]
  infeasible_study none.yaml
  "$vintner" run none.yaml -q -o none.h5 >stdout || true
  expect 'a scenario without optimum' 0 "$vintner" export none.h5 --csv none
  holds 'has its status' grep -qx '0,1' none/status.csv
  holds 'and empty numbers' grep -qx '0,' none/objective.csv

  expect 'no folder' 2 "$vintner" export small.h5
  expect 'unknown variable' 2 "$vintner" export small.h5 --csv bad --variables instalation
  holds 'a hint' grep -q "did you mean 'installation'" stderr
  expect 'a variable that has no scenarios' 2 "$vintner" export small.h5 --csv bad --variables process
  expect 'a variable twice' 2 "$vintner" export small.h5 --csv bad --variables gap,gap
  expect 'an empty name' 2 "$vintner" export small.h5 --csv bad --variables gap,
  for range in 7 3:7 5:2 : '' a 1:2:3 -1 1.5 99999999999999999999; do
    if [ "$range" = : ]; then continue; fi
    expect "scenarios '$range'" 2 "$vintner" export small.h5 --csv bad --scenarios "$range"
    holds "one line for '$range'" [ "$(wc -l <stderr)" -eq 1 ]
  done
  holds 'nothing was made' [ ! -e bad ]
  expect 'a folder that is a file' 2 "$vintner" export small.h5 --csv small.yaml
  expect 'a folder in a missing one' 2 "$vintner" export small.h5 --csv nowhere/tables
  expect 'no file' 2 "$vintner" export nowhere.h5 --csv bad
  expect 'not a results file' 2 "$vintner" export small.yaml --csv bad
  expect 'a full disk' 1 bash -c "trap '' XFSZ; ulimit -f 1; exec '$vintner' export small.h5 --csv full --variables impact"
  holds 'is told in one line' [ "$(wc -l <stderr)" -eq 1 ]
  holds 'leaves neither table nor folder' [ ! -e full ]
}

exported
finish
