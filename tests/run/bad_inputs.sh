#!/usr/bin/env bash
# Bad studies, inputs and command lines: each must end with its exit code and one line on stderr
# that names what is wrong, print nothing on stdout and leave no results file.
#
#   bash tests/run/bad_inputs.sh [BUILD [RANKS]]      RANKS > 0: start with mpirun -n RANKS, every
#                                                     eighth case (a launch takes two seconds)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ranks=${2:-0}
basic=$root/jobs/examples/basic/model_inputs.json
trap 'umount "$folder/small" 2>/dev/null || true; rm -rf "$folder"' EXIT
cases=0

fresh() {
  find . -mindepth 1 -maxdepth 1 -not -name small -exec rm -rf {} +
  cp "$basic" model_inputs.json
  chmod u+w model_inputs.json
  cat >study.yaml <<'YAML'
vintner: 1
name: bad
model:
  pathway:
    inputs: model_inputs.json
    objective: climate_change
    unit: annual
ensemble:
  seed: 1
  design: {monte-carlo: 10}
  factors:
    f: {target: "demand[*, *]", multiply: {uniform: [0.9, 1.1]}}
results:
  keep: [installation]
YAML
}

launch() {
  if [ "$ranks" -gt 0 ]; then mpirun -n "$ranks" "$vintner" "$@"; else "$vintner" "$@"; fi
}

complain() {
  problem="$problem    $1"$'\n'
}

# expect TITLE CODES PATTERN... -- ARGUMENT...: in place of the topics' own, run and check; PATTERNs are extended regular
# expressions that the line on stderr must match, CODES a list like "1|2"
expect() {
  local title=$1 codes=$2 code=0 patterns=() pattern
  shift 2
  while [ "$1" != -- ]; do patterns+=("$1") && shift; done
  shift
  problem=
  cases=$((cases + 1))
  if [ "$ranks" -gt 0 ] && [ $((cases % 8)) -ne 1 ]; then return; fi
  (trap '' XFSZ && ulimit -f "${file_blocks:-unlimited}" && launch_timed "$@") \
    >"$folder/stdout" 2>"$folder/stderr" </dev/null || code=$?
  if ! grep -qE "^($codes)\$" <<<"$code"; then complain "exit code $code, expected $codes"; fi
  if [ "$(grep -c '^vintner: ' stderr)" -ne 1 ]; then complain "not one line 'vintner: ...'"; fi
  if [ "$ranks" -eq 0 ] && [ "$(wc -l <stderr)" -ne 1 ]; then complain 'more than that line'; fi
  if [ -s stdout ]; then complain "on stdout: $(head -c 200 stdout)"; fi
  for pattern in "${patterns[@]}"; do
    if ! grep '^vintner: ' stderr | grep -qE -- "$pattern"; then complain "no '$pattern'"; fi
  done
  if [ "$(wc -c <stderr)" -gt 4000 ]; then complain 'a line of more than 4000 bytes'; fi
  if grep -qiE 'nan\(|\(null\)|%[a-z]|runtime error|Sanitizer' stderr; then complain 'junk in the text'; fi
  for pattern in ./*.h5 ./*.partial small/*; do
    if [ -e "$pattern" ] && [ "$pattern" != ./existing.h5 ] && [ "$pattern" != ./folder.h5 ] &&
      [ "$pattern" != ./text.h5 ]; then
      complain "left behind: $pattern"
    fi
  done
  if [ -z "$problem" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n%s    stderr: %s\n' "$title" "$problem" "$(head -c 600 stderr)"
  fi
}

launch_timed() {
  export -f launch
  export ranks vintner
  timeout --kill-after=60 300 bash -c 'launch "$@"' launch "$@"
}

# bad_inputs TITLE SED_SCRIPT PATTERN...: the basic inputs, edited
bad_inputs() {
  local title=$1 script=$2
  shift 2
  fresh
  sed -E "$script" "$basic" >model_inputs.json
  if cmp -s "$basic" model_inputs.json; then
    failed=$((failed + 1))
    echo "FAILED: $title: the test does not change the inputs"
    return
  fi
  expect "$title" 2 model_inputs.json "$@" -- run study.yaml -o out.h5
}

# bad_field TITLE FIELD_TEXT PATTERN...: one more field in the inputs
bad_field() {
  local title=$1 text=$2
  shift 2
  bad_inputs "$title" "s~^ \"CATEGORY\"~ $text,\n&~" "$@"
}

# bad_study TITLE SED_SCRIPT PATTERN...: the good study, edited
bad_study() {
  local title=$1 script=$2
  shift 2
  fresh
  cp study.yaml before.yaml
  sed -E -i "$script" study.yaml
  if cmp -s before.yaml study.yaml; then
    failed=$((failed + 1))
    echo "FAILED: $title: the test does not change the study"
    return
  fi
  expect "$title" 2 study.yaml "$@" -- run study.yaml -o out.h5
}

# bad_factor TITLE FACTOR PATTERN...: another factor `f` on line 12
bad_factor() {
  local title=$1 factor=$2
  shift 2
  fresh
  awk -v factor="    f: $factor" 'NR == 12 { print factor; next } { print }' study.yaml >new.yaml
  mv new.yaml study.yaml
  expect "$title" 2 'study.yaml:12' "$@" -- run study.yaml -o out.h5
}

# -- the base case must be fine, or nothing below means anything
fresh
if ! launch run study.yaml -o good.h5 -q >stdout 2>stderr || [ ! -f good.h5 ]; then
  echo "FAILED: the good study does not run: $(head -c 600 stderr)"
  exit 1
fi

# ---------------------------------------------------------------------------------------------
# Files

fresh
expect 'missing study' 2 'nowhere\.yaml' -- run nowhere.yaml -o out.h5
expect 'a folder as study' 2 "$folder" 'folder|directory' -- run "$folder" -o out.h5
printf '' >empty.yaml
expect 'empty study' 2 'empty\.yaml' -- run empty.yaml -o out.h5
head -c 3000 /dev/urandom >binary.yaml
expect 'binary study' 2 'binary\.yaml' -- run binary.yaml -o out.h5
fresh && rm model_inputs.json
expect 'missing inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5
mkdir model_inputs.json
expect 'a folder as inputs' 2 'model_inputs\.json' 'folder|directory' -- run study.yaml -o out.h5
fresh && printf '' >model_inputs.json
expect 'empty inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5
fresh && head -c 4000 "$basic" >model_inputs.json
expect 'truncated inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5
fresh && head -c 3000 /dev/urandom >model_inputs.json
expect 'binary inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5
fresh && { head -c 200000 /dev/zero | tr '\0' '['; } >model_inputs.json
expect 'deeply nested inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5
fresh && echo '[1, 2]' >model_inputs.json
expect 'inputs that are a list' 2 'model_inputs\.json' -- run study.yaml -o out.h5
fresh && echo '} {' >>model_inputs.json
expect 'text after the inputs' 2 'model_inputs\.json' -- run study.yaml -o out.h5

# ---------------------------------------------------------------------------------------------
# Inputs: fields and types

bad_inputs 'misspelt field' 's/"demand": \{/"demnd": {/' demnd "demand"
bad_field 'unknown field' '"process_limit_max": {}' process_limit_max
bad_inputs 'required field is null' '/^ "mapping"/,/^ \},/c\ "mapping": null,' mapping
bad_inputs 'required field absent' '/^ "mapping"/,/^ \},/d' mapping
bad_inputs 'a set that is text' '/^ "PRODUCT"/,/^ \],/c\ "PRODUCT": "Product 1",' PRODUCT
bad_inputs 'a label that is a number' 's/^  "P1R1",$/  17,/' PROCESS
bad_inputs 'a year that is not whole' 's/^  2030,$/  2030.5,/' SYSTEM_TIME
bad_inputs 'a year that is text' 's/^  2030,$/  "2030",/' SYSTEM_TIME
bad_inputs 'a year out of all range' 's/^  2030,$/  99999999999999999999,/' SYSTEM_TIME
bad_inputs 'a process time out of all range' 's/^  15$/  4000000000/' PROCESS_TIME
bad_inputs 'duplicate process' 's/^  "P1R2",$/  "P1R1",/' PROCESS P1R1
bad_inputs 'duplicate year' 's/^  2031,$/  2030,/' SYSTEM_TIME 2030
bad_inputs 'empty PROCESS' '/^ "PROCESS"/,/^ \],/c\ "PROCESS": [],' PROCESS
bad_inputs 'empty horizon' '/^ "SYSTEM_TIME"/,/^ \],/c\ "SYSTEM_TIME": [],' SYSTEM_TIME
bad_inputs 'empty CATEGORY' '/^ "CATEGORY"/,/^ \],/c\ "CATEGORY": [],' CATEGORY
bad_inputs 'a tensor that is a list' '/^ "demand"/,/^ \},/c\ "demand": [1, 2],' demand
bad_inputs 'a tensor that is a number' '/^ "demand"/,/^ \},/c\ "demand": 7,' demand
bad_inputs 'a value that is text' 's/^(  "\["?.*"Product 2.*2030\]": ).*,$/\1"7",/' demand 2030
bad_inputs 'a value that is a list' 's/^(  .*Product 2.*2030\]": ).*,$/\1[7],/' demand 2030
bad_inputs 'a value that is null' 's/^(  .*Product 2.*2030\]": ).*,$/\1null,/' demand 2030
bad_inputs 'NaN amount' 's/^(  .*Product 2.*2030\]": ).*,$/\1NaN,/' demand 2030 '[Nn]a[Nn]'
bad_inputs 'infinite amount' 's/^(  .*Product 2.*2030\]": ).*,$/\1Infinity,/' demand 2030 '[Ii]nf'
bad_inputs 'amount beyond double' 's/^(  .*Product 2.*2030\]": ).*,$/\11e999,/' demand 2030
bad_inputs 'infinite emission' 's/^(  .*P1R1.*CO2.*, 1\]": ).*,$/\1-Infinity,/' foreground_biosphere P1R1 CO2
bad_inputs 'operation flag that is 2' 's/^(  .*P1R1.*CO2[^0-9]*\]": )true/\12/' operation_flow P1R1

# ---------------------------------------------------------------------------------------------
# Inputs: keys and names

bad_inputs 'unknown process in a key' 's/P1R1(.*Product 1.*, 1\]")/P1R9\1/' foreground_production P1R9
bad_inputs 'unknown year in a key' 's/(Product 2.*, )2030\]/\12090]/' demand 2090
bad_inputs 'unknown snapshot in the mapping' 's/db_2020(.*, 2021\])/db_1999\1/' mapping db_1999
bad_inputs 'key too short' 's/^  .*Product 2.*, 2030\]"(: .*)/  "[\\"Product 2\\"]"\1/' demand 'Product 2'
bad_inputs 'key too long' 's/^(  .*Product 2.*, 2030)\]"(: .*)/\1, 1]"\2/' demand 2030
bad_inputs 'key that is no list' 's/^  .*Product 2.*, 2030\]"(: .*)/  "Product 2, 2030"\1/' demand 'Product 2, 2030'
bad_inputs 'key of the wrong type' 's/(Product 2.*, )2030\]/\1\\"2030\\"]/' demand 2030
bad_inputs 'key cut off' 's/(Product 2.*, )2030\]"/\12030"/' demand 2030
bad_inputs 'the same key twice' 's/^  .*Product 2.*, 2030\]"(: .*)/&\n  "[  \\"Product 2\\",2030 ]"\1/' demand 2030
bad_inputs 'window of an unknown process' 's/^  "P1R1": \[$/  "P1R9": [/' operation_time_limits P1R9
bad_inputs 'backward window' '/^  "P2R2": \[$/,/\]/{s/ 0,/ 9,/}' operation_time_limits P2R2
bad_inputs 'window of three' '/^  "P2R2": \[$/,/\]/{s/ 0,/ 0, 1,/}' operation_time_limits P2R2
bad_inputs 'mapping weights do not sum to 1' 's/^(  .*db_2020.*2021\]": ).*,$/\10.5,/' mapping 2021
bad_inputs 'operated emission that is not constant' 's/^(  .*P1R1.*CO2.*, 2\]": ).*,$/\1-9.0,/' P1R1 CO2

bad_field 'limit of an unknown process' '"process_deployment_limits_max": {"[\\"P9\\", 2030]": 1.0}' process_deployment_limits_max P9
bad_field 'limit in an unknown year' '"process_operation_limits_max": {"[\\"P1R1\\", 2090]": 1.0}' process_operation_limits_max 2090
bad_field 'limit of an unknown flow' '"cumulative_flow_limits_max": {"CO3": 1.0}' cumulative_flow_limits_max CO3
bad_field 'limit of an unknown category' '"cumulative_category_impact_limits": {"climat_change": 1.0}' cumulative_category_impact_limits climat_change
bad_field 'limit that is NaN' '"cumulative_process_limits_max": {"P1R1": NaN}' cumulative_process_limits_max P1R1
bad_field 'deployment minimum above maximum' \
  '"process_deployment_limits_min": {"[\\"P1R1\\", 2030]": 5.0}, "process_deployment_limits_max": {"[\\"P1R1\\", 2030]": 3.0}' \
  process_deployment_limits P1R1 2030
bad_field 'operation minimum above the default maximum' \
  '"process_operation_limits_min": {"[\\"P1R1\\", 2030]": 5.0}, "process_operation_limits_max_default": 3.0' \
  process_operation_limits P1R1 2030
bad_field 'cumulative minimum above maximum' \
  '"cumulative_process_limits_min": {"P1R1": 5.0}, "cumulative_process_limits_max": {"P1R1": 3.0}' \
  cumulative_process_limits P1R1
bad_field 'flow minimum above maximum' \
  '"flow_limits_min": {"[\\"CO2\\", 2030]": 5.0}, "flow_limits_max": {"[\\"CO2\\", 2030]": 3.0}' flow_limits CO2 2030
bad_field 'existing capacity inside the horizon' '"existing_capacity": {"[\\"P1R1\\", 2025]": 1.0}' existing_capacity P1R1 2025
bad_field 'negative existing capacity' '"existing_capacity": {"[\\"P1R1\\", 2015]": -1.0}' existing_capacity P1R1 2015
bad_field 'coupling of zero' '"process_coupling": {"[\\"P1R1\\", \\"P1R2\\"]": 0.0}' process_coupling P1R1 P1R2
bad_field 'negative coupling' '"process_coupling": {"[\\"P1R1\\", \\"P1R2\\"]": -2.0}' process_coupling P1R1 P1R2
bad_field 'coupling of an unknown process' '"process_coupling": {"[\\"P1R1\\", \\"P9\\"]": 2.0}' process_coupling P9
bad_field 'name of an unknown process' '"process_names": {"P9": "plant"}' process_names P9
bad_field 'default that is text' '"process_deployment_limits_max_default": "none"' process_deployment_limits_max_default

# ---------------------------------------------------------------------------------------------
# Study file

bad_study 'not YAML' '5s/$/ [/' 'study\.yaml:[0-9]+'
bad_study 'unknown key at the top' '3s/model/modle/' modle 'study\.yaml:3' 'model'
bad_study 'unknown key of the pathway' '6s/objective/objctive/' objctive 'study\.yaml:6' "objective"
bad_study 'unknown key of results' '14s/keep/kep/' kep 'study\.yaml:14'
bad_study 'unknown key of the ensemble' '9s/seed/sed/' "'sed'" 'study\.yaml:9'
bad_study 'unknown key of the solver' '$a solver: {iteration_limt: 5}' iteration_limt 'study\.yaml:15'
bad_study 'duplicate key' '2a name: again' name 'study\.yaml:3'
bad_study 'duplicate factor' '12p' 'study\.yaml:13'
bad_study 'no version' '1d' vintner
bad_study 'another version' '1s/1/2/' 'study\.yaml:1' 2
bad_study 'no name' '2d' name
bad_study 'a name with a slash' '2s/bad/a\/b/' 'study\.yaml:2' 'a/b'
bad_study 'no model' '3,7d' model
bad_study 'two model kinds' '7a \  choice: {}' 'study\.yaml'
bad_study 'no inputs' '5d' inputs
bad_study 'unknown category' '6s/climate_change/climat_change/' climat_change "climate_change"
bad_study 'years to add that are too many' '7a \    extend: 2000' 'study\.yaml:8' 2000
bad_study 'unknown unit' '7s/annual/yearly/' 'study\.yaml:7' yearly
bad_study 'infinite weight' '6s/climate_change/{climate_change: .inf}/' 'study\.yaml:6'
bad_study 'two documents' '$a ---\nvintner: 1' 'study\.yaml'
bad_study 'seed that is negative' '9s/1/-1/' 'study\.yaml:9'
bad_study 'seed that is a word' '9s/1/one/' 'study\.yaml:9' one
bad_study 'seed beyond 64 bits' '9s/1/99999999999999999999999/' 'study\.yaml:9'
bad_study 'unknown design' '10s/monte-carlo/monte-calro/' monte-calro 'study\.yaml:10' 'monte-carlo'
bad_study 'no scenarios' '10s/10/0/' 'study\.yaml:10'
bad_study 'negative number of scenarios' '10s/10/-5/' 'study\.yaml:10'
bad_study 'number of scenarios that is not whole' '10s/10/1.5/' 'study\.yaml:10'
bad_study 'number of scenarios beyond all range' '10s/10/1e30/' 'study\.yaml:10'
bad_study 'more scenarios than any machine holds' '10s/10/9000000000000000000/' 'study\.yaml|scenarios'
bad_study 'factorial without end' \
  '10s/\{.*/factorial/; 12s/multiply.*/multiply: [1, 2, 3, 4, 5, 6, 7, 8]}/; 12{p;s/f:/g1:/p;s/g1:/g2:/p;s/g2:/g3:/p;s/g3:/g4:/p;s/g4:/g5:/p;s/g5:/g6:/p;s/g6:/g7:/p;s/g7:/g8:/p;s/g8:/g9:/p;s/g9:/h1:/p;s/h1:/h2:/p;s/h2:/h3:/p;s/h3:/h4:/p;s/h4:/h5:/p;s/h5:/h6:/p;s/h6:/h7:/p;s/h7:/h8:/p;s/h8:/h9:/p;s/h9:/i1:/p;s/i1:/i2:/p;s/i2:/i3:/p;d}' 'study\.yaml'
bad_study 'two designs' '10s/10/10, factorial: ~/' 'study\.yaml:10'
bad_study 'unknown tensor to keep' '14s/installation/instalation/' instalation 'study\.yaml:14' 'installation'
bad_study 'quantile above 1' '$a \  quantiles: [0.5, 1.5]' 'study\.yaml:15' '1\.5'
bad_study 'unknown precision' '$a \  precision: half' 'study\.yaml:15' half

bad_factor 'no target' '{multiply: {uniform: [0.9, 1.1]}}' target
bad_factor 'no operation' '{target: "demand[*, *]"}' 'set|add|multiply'
bad_factor 'two operations' '{target: "demand[*, *]", multiply: {uniform: [0.9, 1.1]}, set: 3}'
bad_factor 'misspelt operation' '{target: "demand[*, *]", multipy: {uniform: [0.9, 1.1]}}' multipy 'multiply'
bad_factor 'misspelt distribution' '{target: "demand[*, *]", multiply: {unifrom: [0.9, 1.1]}}' unifrom 'uniform'
bad_factor 'uniform backward' '{target: "demand[*, *]", multiply: {uniform: [2, 1]}}' uniform
bad_factor 'uniform of three' '{target: "demand[*, *]", multiply: {uniform: [1, 2, 3]}}' uniform
bad_factor 'uniform of words' '{target: "demand[*, *]", multiply: {uniform: [low, high]}}' low
bad_factor 'uniform with NaN' '{target: "demand[*, *]", multiply: {uniform: [.nan, 1]}}' uniform
bad_factor 'negative deviation' '{target: "demand[*, *]", multiply: {normal: {mean: 1, sd: -1}}}' 'sd'
bad_factor 'normal without mean' '{target: "demand[*, *]", multiply: {normal: {sd: 1}}}' mean
bad_factor 'misspelt parameter' '{target: "demand[*, *]", multiply: {normal: {mean: 1, std: 1}}}' std
bad_factor 'lognormal of zero' '{target: "demand[*, *]", multiply: {lognormal: {median: 0, gsd: 2}}}' median
bad_factor 'triangular out of order' '{target: "demand[*, *]", multiply: {triangular: [1, 3, 2]}}' triangular
bad_factor 'weights without values' '{target: "demand[*, *]", multiply: {discrete: {values: [1, 2], weights: [1]}}}' weights
bad_factor 'negative weight' '{target: "demand[*, *]", multiply: {discrete: {values: [1, 2], weights: [1, -1]}}}' weights
bad_factor 'truncation that leaves nothing' '{target: "demand[*, *]", multiply: {uniform: [1, 2], min: 5}}'
bad_factor 'no value in a random design' '{target: "demand[*, *]", multiply: ~}'
bad_factor 'unknown tensor' '{target: "demnd[*, *]", multiply: {uniform: [0.9, 1.1]}}' demnd 'demand'
bad_factor 'too few axes' '{target: "demand[*]", multiply: {uniform: [0.9, 1.1]}}' 'demand\[\*\]'
bad_factor 'too many axes' '{target: "demand[*, *, *]", multiply: {uniform: [0.9, 1.1]}}' demand
bad_factor 'no axes' '{target: demand, multiply: {uniform: [0.9, 1.1]}}' demand
bad_factor 'bracket left open' '{target: "demand[*, 2030", multiply: {uniform: [0.9, 1.1]}}' demand
bad_factor 'text after the bracket' '{target: "demand[*, 2030] x", multiply: {uniform: [0.9, 1.1]}}' demand
bad_factor 'unknown label' '{target: "demand[Produkt 2, *]", multiply: {uniform: [0.9, 1.1]}}' 'Produkt 2' 'Product 2'
bad_factor 'unknown year' '{target: "demand[*, 2090:]", multiply: {uniform: [0.9, 1.1]}}' 2090
bad_factor 'backward years' '{target: "demand[*, 2040:2030]", multiply: {uniform: [0.9, 1.1]}}' '2040:2030'
bad_factor 'a glob that matches nothing' '{target: "foreground_biosphere[X*, *, *]", multiply: {uniform: [0.9, 1.1]}}' 'X\*'
bad_factor 'an entry that is not stored' '{target: "demand[Product 1, *]", multiply: {uniform: [0.9, 1.1]}}' 'Product 1'
bad_factor 'a limit that is not set' '{target: "cumulative_process_limits_max[P1R1]", multiply: {uniform: [0.9, 1.1]}}' cumulative_process_limits_max
bad_factor 'limit of an unknown process' '{target: "cumulative_process_limits_max[P1R9]", set: {uniform: [1, 2]}}' P1R9 P1R1

fresh
sed -E -i 's/^ "CATEGORY"/ "process_names": {"P1R1": "same", "P2R1": "same"},\n&/' model_inputs.json
sed -i '12s/demand\[\*, \*\]/foreground_technosphere[same, *, *]/' study.yaml
expect 'ambiguous process name' 2 'study\.yaml:12' same P1R1 P2R1 -- run study.yaml -o out.h5

bad_study 'distribution in a factorial design' '10s/\{.*/factorial/' 'study\.yaml:1[02]'
bad_study 'distribution one at a time' '10s/\{.*/one-at-a-time/' 'study\.yaml:1[02]'
# bad_plan TITLE LINES PATTERN...: databases in place of the inputs, with LINES after them
bad_plan() {
  local title=$1 lines=$2
  shift 2
  bad_study "$title" "5c\\    databases: [fg.json]$lines" "$@"
}
head='\n    foreground: fg\n    years: [2025, 2030]' # lines 6 and 7
plan="$head"'\n    methods: {climate_change: [a]}\n    demand: '
bad_study 'inputs with databases' '5a \    databases: [fg.json]' 'study\.yaml:4' "'inputs' and 'databases'"
bad_study 'inputs with a foreground' '5a \    foreground: fg' 'study\.yaml:6' "'inputs'" "'databases'"
bad_plan 'databases alone' '' 'study\.yaml:4' foreground
bad_plan 'databases without demand' "$head" 'study\.yaml:4' demand
bad_plan 'years of demand that overlap' "$plan{p: {2026: 1, 2025:2027: 2}}" 'study\.yaml:9' 'year 2026'
bad_plan 'demand after the horizon' "$plan{p: {2031: 1}}" 'study\.yaml:9' 2031 2030
bad_plan 'two forms of background' "$plan{p: 1}\n    background: {s: [a], b: 2020}" \
  'study\.yaml:10' 'background\.b'
bad_plan 'a category that no method has' "$head\n    demand: {p: 1}\n    methods: {climate_chang: [a]}" \
  'study\.yaml:10' climate_change "'climate_chang'"

bad_study 'override with a distribution' '7a \    overrides: [{target: "demand[*, *]", set: {uniform: [1, 2]}}]' 'study\.yaml:8'
bad_study 'override that matches nothing' '7a \    overrides: [{target: "demand[Product 3, *]", multiply: 2}]' 'study\.yaml:8' 'Product 3'
bad_study 'override to a bad number' '7a \    overrides: [{target: "demand[*, *]", multiply: .nan}]' 'study\.yaml:8'
fresh
sed -i '7a \    overrides: [{target: "cumulative_process_limits_min[P1R1]", set: 5}, {target: "cumulative_process_limits_max[P1R1]", set: 3}]' study.yaml
expect 'overrides that cross limits' 2 'study\.yaml|model_inputs\.json' P1R1 -- run study.yaml -o out.h5

table() { # table TITLE CSV_TEXT PATTERN...
  local title=$1 csv=$2
  shift 2
  fresh
  sed -i '10s/{.*/{table: values.csv}/; 12s/multiply.*/multiply: ~}/' study.yaml
  printf "$csv" >values.csv
  expect "$title" 2 'values\.csv' "$@" -- run study.yaml -o out.h5
}
table 'table without the factor' 'g\n1\n' "'[fg]'"
table 'table with one column too many' 'f,g\n1,2\n' g
table 'table with the same column twice' 'f,f\n1,2\n' f
table 'ragged table' 'f\n1\n1,2\n' 'values\.csv:3'
table 'a cell that is no number' 'f\n1\nx\n' 'values\.csv:3' "x"
table 'a cell with text behind the number' 'f\n1x\n' 'values\.csv:2' 1x
table 'an empty cell' 'f\n1\n""\n' 'values\.csv:3'
table 'a cell that is NaN' 'f\n1\nnan\n' 'values\.csv:3' nan
table 'an infinite cell' 'f\n1\n1e999\n' 'values\.csv:3'
table 'table without rows' 'f\n'
table 'empty table' ''
fresh && sed -i '10s/{.*/{table: values.csv}/; 12s/multiply.*/multiply: ~}/' study.yaml
expect 'missing table' 2 'values\.csv' -- run study.yaml -o out.h5
fresh && sed -i '10s/{.*/{table: values.csv}/' study.yaml && printf 'f\n1\n' >values.csv
expect 'distribution beside a table' 2 'study\.yaml:1[02]' -- run study.yaml -o out.h5

# ---------------------------------------------------------------------------------------------
# Command line and output

fresh
expect 'unknown command' 2 "rnu" "run" -- rnu study.yaml
expect 'unknown option' 2 -- '--forse' -- run study.yaml --forse
expect 'no study' 2 -- run
expect 'two studies' 2 -- run study.yaml study.yaml -o out.h5
expect 'no threads' 2 threads -- run study.yaml -o out.h5 --threads 0
expect 'threads that are a word' 2 threads -- run study.yaml -o out.h5 --threads many
expect 'option without its value' 2 -- run study.yaml -o
expect 'show of a missing file' 2 'nowhere\.h5' -- show nowhere.h5
expect 'show of a folder' 2 'folder|directory' -- show .
expect 'resume of a missing file' 2 'nowhere\.h5' -- resume nowhere.h5
echo hello >text.h5
expect 'show of a text file' 2 'text\.h5' -- show text.h5
expect 'diagnose of a text file' 2 'text\.h5' -- diagnose text.h5
expect 'diagnose of a missing file' 2 'nowhere\.h5' -- diagnose nowhere.h5
expect 'export of a text file' 2 'text\.h5' -- export text.h5 --csv tables
expect 'export without a folder' 2 csv -- export text.h5
expect 'export with an option of run' 2 export output -- export text.h5 --csv tables -o out.h5
expect 'diagnose of a scenario that is a word' 2 scenario -- diagnose text.h5 --scenario two
expect 'resume of a text file' 2 'text\.h5' -- resume text.h5
expect 'check of a bad study' 2 'nowhere\.yaml' -- check nowhere.yaml

fresh
echo precious >existing.h5
expect 'existing output' 2 'existing\.h5' '--force' resume -- run study.yaml -o existing.h5
if [ "$(cat existing.h5)" != precious ]; then failed=$((failed + 1)) && echo 'FAILED: overwritten'; fi
fresh
expect 'output in a missing folder' 2 'nowhere' -- run study.yaml -o nowhere/out.h5
mkdir folder.h5
expect 'output that is a folder' '1|2' 'folder\.h5' -- run study.yaml -o folder.h5
expect 'output that is a folder, by force' '1|2' 'folder\.h5' -- run study.yaml -o folder.h5 --force
expect 'output below a file' 2 'study\.yaml' -- run study.yaml -o study.yaml/out.h5
if [ "$(id -u)" -eq 0 ]; then
  expect 'output where nobody may write' 1 'proc' -- run study.yaml -o /proc/out.h5
else
  mkdir closed && chmod a-w closed
  expect 'output where nobody may write' 1 'closed' -- run study.yaml -o closed/out.h5
fi
expect 'programme folder that cannot be' '1|2' 'study\.yaml' -- run study.yaml -o out.h5 --write-lp study.yaml

# A disk that is full while the file is made: a limit on the size of files, and a small disk.
fresh && sed -i '10s/10/2000/' study.yaml
file_blocks=64
expect 'file beyond the limit' 1 'out\.h5' -- run study.yaml -o out.h5
file_blocks=
mkdir -p small
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=128k none small 2>/dev/null; then
  expect 'full disk' 1 'small/out\.h5' -- run study.yaml -o small/out.h5
  umount small
else
  echo 'skipped: full disk (no tmpfs can be mounted here)'
fi

finish
