// bad_studies.h - studies that are refused, and the words they are refused with.
#ifndef VT_TESTS_BAD_STUDIES_H
#define VT_TESTS_BAD_STUDIES_H

// Five lines that make a study; the next is line 6.
#define HEAD "vintner: 1\nname: x\nmodel:\n  pathway:\n    inputs: m.json\n"
#define OVERRIDE HEAD "    overrides:\n      - "                                    // line 7
#define MONTE_CARLO HEAD "ensemble:\n  design: {monte-carlo: 10}\n  factors:\n    " // line 9
#define FACTORIAL HEAD "ensemble:\n  design: factorial\n  factors:\n    "           // line 9
#define TABLE HEAD "ensemble:\n  design: {table: t.csv}\n  factors:\n    "          // line 9
#define DRAW(value) MONTE_CARLO "f: {target: demand, multiply: " value "}\n"
#define DESIGN(design) HEAD "ensemble:\n  design: " design "\n  factors: {f: {target: a, set: 1}}\n"
#define AIMS(design) HEAD "ensemble:\n  design: " design "\n"
#define TARGET(target) OVERRIDE "{target: '" target "', set: 1}\n"

typedef struct bad_study {
  const char *text, *expected;
} bad_study;

static const bad_study bad_documents[] = {
    {"", "s.yaml:1: found an empty file, expected a study that starts with 'vintner: 1'"},
    {"# nothing\n", "s.yaml:1: found an empty file"},
    {"---\n", "s.yaml:1: 'study': found nothing, expected a map with the keys vintner, name"},
    {"[1, 2]", "s.yaml:1: 'study': found a list, expected a map"},
    {"hello", "s.yaml:1: 'study': found 'hello', expected a map"},
    {HEAD "---\na: 1\n", "s.yaml:6: found a second YAML document, expected one study per file"},
    {"vintner: 1\nname: [x\n", "s.yaml:3: not YAML: did not find expected ',' or ']'"},
    {"vintner: 1\nname: x\n model: 3\n", "s.yaml:3: not YAML: mapping values are not allowed"},
    {"vintner: 1\n\tname: x\n", "s.yaml:2: not YAML: found a tab, expected spaces"},
    {"vintner: 1\nname: *x\n", "s.yaml:2: not YAML: found undefined alias"},
    {"vintner: 1\nname: \"x\n", "s.yaml:3: not YAML: found unexpected end of stream"},
    {"vintner: 1\nname: \xff\n", "s.yaml:2: not UTF-8 text: invalid leading UTF-8 octet"},
    {"\xff\xfev", "s.yaml:1: not UTF-8 text: invalid leading UTF-8 octet"},
    {"vintner: 1\nname: \x01\n", "s.yaml:2: not UTF-8 text: control characters are not allowed"},
    {"vintner: 1\nname: !!str x\n", "s.yaml:2: found the tag 'tag:yaml.org,2002:str', expected"},
    {"vintner: 1\n? [a, b]\n: 1\n", "s.yaml:2: bad key in 'study': found a list, expected a name"},
    {"vintner: 1\n'': 1\n", "s.yaml:2: empty key in 'study'"},
    {"vintner: 1\n\"a\\0b\": 1\n", "s.yaml:2: bad key in 'study': found a NUL character"},
    {"%YAML 1.7\n---\nvintner: 1\n", "s.yaml:1: not YAML: found incompatible YAML document"},
};

#define INVENTORY "vintner: 1\nname: x\nmodel:\n  inventory:\n    databases: [a.json]\n"
static const bad_study bad_heads[] = {
    {"name: x\n", "s.yaml:1: missing key in 'study': expected 'vintner'"},
    {"vintner: 1\nmodel: {}\n", "s.yaml:1: missing key in 'study': expected 'name'"},
    {"vintner: 1\nname: x\n", "s.yaml:1: missing key in 'study': expected 'model'"},
    {"nonsense: 3\nvintner: 2\n",
     "s.yaml:2: 'vintner': format version not known to this program: found 2, expected 1"},
    {"vintner: one\n", "s.yaml:1: 'vintner': found 'one', expected 1"},
    {"vintner: 1.0\n", "s.yaml:1: 'vintner': found the number 1.0, expected 1"},
    {"vintner: '1'\n", "s.yaml:1: 'vintner': found '1', expected 1"},
    {HEAD "ensembel: {}\n",
     "s.yaml:6: unknown key in 'study': found 'ensembel', expected vintner, "
     "name, parameters, model, ensemble, results, solver; did you mean 'ensemble'?"},
    {HEAD "name: y\n", "s.yaml:6: duplicate key in 'study': found 'name' twice, first in line 2"},
    {"vintner: 1\nname: a b\nmodel: {}\n", "s.yaml:2: 'name': found 'a b', expected only letters"},
    {"vintner: 1\nname: ../x\nmodel: {}\n", "s.yaml:2: 'name': found '../x', expected only"},
    {"vintner: 1\nname: ''\nmodel: {}\n", "s.yaml:2: 'name': found an empty text"},
    {"vintner: 1\nname:\nmodel: {}\n", "s.yaml:2: 'name': found nothing, expected text"},
    {"vintner: 1\nname: 5\nmodel: {}\n",
     "s.yaml:2: 'name': found the number 5, expected text (put it in quotes)"},
    {"vintner: 1\nname: \"a\\0b\"\nmodel: {}\n", "s.yaml:2: 'name': found a NUL character"},
    {"vintner: 1\nname: [x]\nmodel: {}\n", "s.yaml:2: 'name': found a list, expected text"},
    {"vintner: 1\nname: x\nmodel: pathway\n", "s.yaml:3: 'model': found 'pathway', expected a map"},
    {"vintner: 1\nname: x\nmodel: {}\n",
     "s.yaml:3: 'model': found none, expected exactly one of pathway, choice, timeline, inventory"},
    {"vintner: 1\nname: x\nmodel: {pathway: {}, choice: {}}\n",
     "s.yaml:3: 'model': found 'pathway' and 'choice', expected exactly one of pathway, choice"},
    {"vintner: 1\nname: x\nmodel:\n  inventory: {}\n",
     "s.yaml:4: missing key in 'model.inventory': expected 'databases'"},
    {INVENTORY "    demands: {all: [x]}\n",
     "s.yaml:6: 'model.inventory.demands.all': found a list, expected text"},
    {INVENTORY "    demands: []\n", "s.yaml:6: 'model.inventory.demands': found an empty list"},
    {INVENTORY "    demands: [{amount: 1}]\n",
     "s.yaml:6: 'model.inventory.demands[0]': found none, expected exactly one of activity, all, "
     "datapackage id"},
    {INVENTORY "    demands: [{activity: [a]}]\n",
     "s.yaml:6: 'model.inventory.demands[0].activity': found a list of 1, expected [database, "
     "code]"},
    {INVENTORY "    demands: {all: x, name: y}\n",
     "s.yaml:6: 'model.inventory.demands': found 'name' with 'all'"},
    {INVENTORY "    demands: {all: x, amount: .inf}\n",
     "s.yaml:6: 'model.inventory.demands.amount'"},
    {INVENTORY "    demands: {datapackage id: -1}\n",
     "s.yaml:6: 'model.inventory.demands.datapackage id': found the number -1, expected a whole "
     "number from 0"},
    {INVENTORY "    demands: {all: x}\n    methods: {}\n",
     "s.yaml:7: 'model.inventory.methods': found none, expected methods"},
    {INVENTORY "    demands: {all: x}\n    methods: [[a, b], c, [a, b]]\n",
     "s.yaml:7: 'model.inventory.methods': found 'a' a second time"},
    {INVENTORY "    demands: {all: x}\n    keep: [supplys]\n",
     "s.yaml:7: 'model.inventory.keep[0]': found 'supplys', expected one of inventory, supply; did "
     "you mean 'supply'?"},
    {INVENTORY "    demands: {all: x}\n    contributions: -1\n",
     "s.yaml:7: 'model.inventory.contributions': found the number -1"},
    {INVENTORY "    demands: {all: x}\nensemble: {design: {monte-carlo: 5}}\n",
     "s.yaml:7: missing key in 'ensemble': expected 'factors'"},
    {INVENTORY
     "    demands: {all: x}\nensemble: {design: {pareto: {points: 3, between: [a, b]}}}\n",
     "s.yaml:7: 'ensemble.design': found 'pareto' with 'model.inventory', expected it of a pathway "
     "or a choice"},
    {INVENTORY "    demands: {all: x}\nresults: {keep: [impact]}\n",
     "s.yaml:7: 'results.keep': belongs to pathway models"},
    {"vintner: 1\nname: x\nmodel:\n  pathwy: {}\n",
     "s.yaml:4: unknown key in 'model': found 'pathwy', expected pathway, choice, timeline, "
     "inventory; did "
     "you mean "
     "'pathway'?"},
    {"vintner: 1\nname: x\nmodel:\n  pathway: {}\n",
     "s.yaml:4: 'model.pathway': found none, expected exactly one of inputs, databases"},
    {"vintner: 1\nname: x\nmodel:\n  pathway: {inputs: [a]}\n",
     "s.yaml:4: 'model.pathway.inputs': found a list, expected text"},
    {HEAD "    inptus: b\n", "s.yaml:6: unknown key in 'model.pathway': found 'inptus', expected "
                             "inputs, databases, foreground, years, demand, methods, background, "
                             "flows, allocation, missing, offsets, background_dates, objective, "
                             "unit, extend, overrides; did you mean "
                             "'inputs'?"},
    {HEAD "    inputs: b\n", "s.yaml:6: duplicate key in 'model.pathway': found 'inputs' twice"},
    {HEAD "    unit: liftime\n", "s.yaml:6: 'model.pathway.unit': found 'liftime', expected one of "
                                 "lifetime, annual; did you mean 'lifetime'?"},
    {HEAD "    extend: -1\n", "s.yaml:6: 'model.pathway.extend': found the number -1, expected"},
    {HEAD "    extend: 1001\n",
     "s.yaml:6: 'model.pathway.extend': found the number 1001, expected"},
    {HEAD "    extend: 1.5\n", "s.yaml:6: 'model.pathway.extend': found the number 1.5, expected"},
    {HEAD "    extend: ten\n", "s.yaml:6: 'model.pathway.extend': found 'ten', expected"},
    {HEAD "    extend: [1]\n", "s.yaml:6: 'model.pathway.extend': found a list, expected"},
    {HEAD "    unit: 3\n", "s.yaml:6: 'model.pathway.unit': found the number 3, expected one of"},
    {HEAD "    objective: 3\n", "s.yaml:6: 'model.pathway.objective': found the number 3"},
    {HEAD "    objective: []\n", "s.yaml:6: 'model.pathway.objective': found an empty list"},
    {HEAD "    objective: {}\n", "s.yaml:6: 'model.pathway.objective': found an empty map"},
    {HEAD "    objective:\n      - a\n      - b\n      - a\n",
     "s.yaml:9: 'model.pathway.objective': found 'a' a second time, expected distinct categories"},
    {HEAD "    objective: [a, {category: b, tolerance: -1}]\n",
     "s.yaml:6: 'model.pathway.objective[1].tolerance': found the number -1, expected a share"},
    {HEAD "    objective: [a, {category: b, tolerance: .inf}]\n",
     "s.yaml:6: 'model.pathway.objective[1].tolerance': found the number .inf, expected a finite"},
    {HEAD "    objective: [a, {category: b, tolerence: 1}]\n",
     "s.yaml:6: unknown key in 'model.pathway.objective[1]': found 'tolerence', expected category, "
     "tolerance; did you mean 'tolerance'?"},
    {HEAD "    objective: [a, {tolerance: 1}]\n",
     "s.yaml:6: missing key in 'model.pathway.objective[1]': expected 'category'"},
    {HEAD "    objective: [{a: 1}, b]\n",
     "s.yaml:6: unknown key in 'model.pathway.objective[0]': found 'a', expected category"},
    {HEAD "    objective: [a, 3]\n",
     "s.yaml:6: 'model.pathway.objective[1]': found the number 3, expected a category or a map"},
    {HEAD "    objective: {a: one}\n",
     "s.yaml:6: 'model.pathway.objective.a': found 'one', expected a number"},
    {HEAD "    objective: {a: .nan}\n",
     "s.yaml:6: 'model.pathway.objective.a': found the number .nan, expected a finite number"},
    {HEAD "    objective: {a: 0, b: 0.0}\n", "s.yaml:6: 'model.pathway.objective': found only"},
    {HEAD "    objective:\n      a: 1\n      a: 2\n",
     "s.yaml:8: duplicate key in 'model.pathway.objective': found 'a' twice"},
};

static const bad_study bad_overrides[] = {
    {HEAD "    overrides: {}\n", "s.yaml:6: 'model.pathway.overrides': found an empty map"},
    {OVERRIDE "5\n", "s.yaml:7: 'model.pathway.overrides[0]': found the number 5, expected a map"},
    {OVERRIDE "{set: 5}\n",
     "s.yaml:7: missing key in 'model.pathway.overrides[0]': expected 'target'"},
    {OVERRIDE "{target: demand}\n", "s.yaml:7: 'model.pathway.overrides[0]': found none, expected "
                                    "exactly one of set, add, multiply, choose"},
    {OVERRIDE "{target: demand, set: 1, add: 2}\n",
     "s.yaml:7: 'model.pathway.overrides[0]': found 'set' and 'add', expected exactly one"},
    {OVERRIDE "{target: demand, multply: 1}\n",
     "s.yaml:7: unknown key in 'model.pathway.overrides[0]': found 'multply', expected target, "
     "set, add, multiply, choose; did you mean 'multiply'?"},
    {OVERRIDE "{target: demand, set: [1, 2]}\n",
     "s.yaml:7: 'model.pathway.overrides[0].set': found a list, expected a number"},
    {OVERRIDE "{target: demand, set: {uniform: [1, 2]}}\n",
     "s.yaml:7: 'model.pathway.overrides[0].set': found a map, expected a number"},
    {OVERRIDE "{target: demand, set: }\n",
     "s.yaml:7: 'model.pathway.overrides[0].set': found nothing, expected a number"},
    {OVERRIDE "{target: demand, set: 1_000}\n",
     "s.yaml:7: 'model.pathway.overrides[0].set': column 2: syntax: found '_000', expected an "},
    {OVERRIDE "{target: demand, set: 0x10}\n",
     "column 2: syntax: found 'x10', expected an operator"},
    {OVERRIDE "{target: demand, set: 1e999}\n", "found the number 1e999, expected a finite"},
    {OVERRIDE "{target: demand, set: -.inf}\n", "found the number -.inf, expected a finite"},
    {OVERRIDE "{target: demand, set: true}\n", "found the truth value true, expected a number"},
    {OVERRIDE "{target: 'demand[a]', choose: [a]}\n",
     "s.yaml:7: 'model.pathway.overrides[0].target': found brackets with choose, expected a name "
     "alone: 'demand'"},
    {OVERRIDE "{target: background, choose: [a, b]}\n",
     "s.yaml:7: 'model.pathway.overrides[0].choose': found 2 names, expected one, since overrides"},
    {OVERRIDE "{target: background, choose: }\n",
     "s.yaml:7: 'model.pathway.overrides[0].choose': found nothing, expected a name"},
    {OVERRIDE "{target: background, choose: 3}\n",
     "s.yaml:7: 'model.pathway.overrides[0].choose': found the number 3, expected text (put it in"},
    {OVERRIDE "{target: background, choose: {a: 1}}\n",
     "s.yaml:7: 'model.pathway.overrides[0].choose': found a map, expected text"},
    {OVERRIDE "{target: a, set: 1}\n      - {target: b, set: x}\n",
     "s.yaml:8: 'model.pathway.overrides[1].set': column 1: unknown name 'x', expected a "
     "parameter"},
    {TARGET("demand[a"), "s.yaml:7: 'model.pathway.overrides[0].target': bad selector 'demand[a', "
                         "column 9: found the end, expected ',', '|' or ']'"},
    {TARGET("demand[a] b"), "column 11: found 'b', expected the end after ']'"},
    {TARGET("demand[]"), "column 8: found ']', expected a label, '*' or a range"},
    {TARGET("demand[a,,b]"), "column 10: found ',', expected a label, '*' or a range"},
    {TARGET("demand[a|]"), "column 10: found ']', expected a label, '*' or a range"},
    {TARGET("demand(a)"), "column 7: found '(', expected '[' or the end"},
    {TARGET("[a]"), "column 1: found '[', expected the name of a tensor"},
    {TARGET("demand[a[b]]"), "column 9: found '[', expected ',', '|' or ']'"},
    {TARGET("demand[ä\"]"), "column 9: found '\"', expected ',', '|' or ']'"},
    {TARGET("demand[\"a]"), "column 11: found the end, expected a closing quote"},
    {TARGET("demand[\"a\\q\"]"), "column 11: found 'q', expected an escape"},
    {TARGET("demand[\"\\u12\"]"), "column 11: found '1', expected four hexadecimal digits"},
    {TARGET("demand[\"\\u0000\"]"), "column 11: found '0', expected a character other than NUL"},
    {TARGET("demand[\"\\ud800x\"]"), "column 11: found 'd', expected a pair of surrogates"},
    {TARGET("demand[\"\\udc00\"]"), "column 11: found 'd', expected a pair of surrogates"},
    {TARGET("demand[\"a\"*]"), "column 11: found '*', expected ',', '|' or ']'"},
    {TARGET("demand[a, 2040:2030]"), "column 11: found '2040:2030', expected a range such as"},
    {TARGET("demand[:]"), "column 8: found ':', expected a range such as"},
    {TARGET("demand[9999999999999999999:]"), "column 8: found '9999999999999999999:', expected"},
    {TARGET("t[1,2,3,4,5,6,7,8,9]"), "column 19: found '9', expected at most 8 axes"},
};

static const bad_study bad_ensembles[] = {
    {HEAD "ensemble:\n", "s.yaml:6: 'ensemble': found nothing, expected a map"},
    {HEAD "ensemble: {}\n", "s.yaml:6: missing key in 'ensemble': expected 'design'"},
    {HEAD "ensemble: {factors: {}}\n", "s.yaml:6: missing key in 'ensemble': expected 'design'"},
    {HEAD "ensemble: {design: factorial}\n",
     "s.yaml:6: missing key in 'ensemble': expected 'factors'"},
    {HEAD "ensemble: {design: factorial, factors: {}}\n",
     "s.yaml:6: 'ensemble.factors': found no factors, without which all scenarios are the same"},
    {HEAD "ensemble: {design: factorial, factors: [a]}\n",
     "s.yaml:6: 'ensemble.factors': found a list, expected a map"},
    {HEAD "ensemble:\n  sede: 3\n",
     "s.yaml:7: unknown key in 'ensemble': found 'sede', expected "
     "seed, design, factors, correlations, background_uncertainty; did you mean 'seed'?"},
    {HEAD "ensemble:\n  seed: -1\n  design: factorial\n  factors: {}\n",
     "s.yaml:7: 'ensemble.seed': found the number -1, expected a whole number from 0 to 1844674"},
    {HEAD "ensemble:\n  seed: 0.5\n  design: factorial\n  factors: {}\n",
     "s.yaml:7: 'ensemble.seed': found the number 0.5, expected a whole number from 0"},
    {HEAD "ensemble:\n  seed: 18446744073709551616\n  design: factorial\n  factors: {}\n",
     "s.yaml:7: 'ensemble.seed': found the number 18446744073709551616, expected a whole"},
    {HEAD "ensemble:\n  seed: '1'\n  design: factorial\n  factors: {}\n",
     "s.yaml:7: 'ensemble.seed': found '1', expected a whole number"},
    {DESIGN("{alternatives: {slack: 0.1}}"),
     "s.yaml:8: 'ensemble.factors': found factors with the design 'alternatives', expected none"},
    {AIMS("{pareto: {categories: [a, b], points: 1}}"),
     "s.yaml:7: 'ensemble.design.pareto.points': found the number 1, expected a whole number from "
     "2"},
    {AIMS("{pareto: {categories: [a, a], points: 3}}"),
     "s.yaml:7: 'ensemble.design.pareto.categories[1]': found 'a' a second time, expected two"},
    {AIMS("{pareto: {categories: [a], points: 3}}"),
     "s.yaml:7: 'ensemble.design.pareto.categories': found a list of 1, expected two categories"},
    {AIMS("{pareto: {categories: [a, b]}}"),
     "s.yaml:7: missing key in 'ensemble.design.pareto': expected 'points'"},
    {AIMS("pareto"), "s.yaml:7: 'ensemble.design': found 'pareto' without its value, expected"},
    {AIMS("{alternatives: {slack: -0.1}}"),
     "s.yaml:7: 'ensemble.design.alternatives.slack': found the number -0.1, expected a share of"},
    {AIMS("{alternatives: {minimise: a}}"),
     "s.yaml:7: missing key in 'ensemble.design.alternatives': expected 'slack'"},
    {AIMS("{alternatives: {slack: 0, minimise: [], maximise: []}}"),
     "s.yaml:7: 'ensemble.design.alternatives': found nothing to minimise or maximise, expected"},
    {AIMS("{alternatives: {slack: 0, minimise: 'a, b'}}"),
     "s.yaml:7: 'ensemble.design.alternatives.minimise': found 'a, b', expected processes with"},
    {AIMS("{alternatives: {slack: 0, minimise: [a, 'b]c']}}"),
     "s.yaml:7: 'ensemble.design.alternatives.minimise[1]': bad selector 'process[b]c]', column"},
    {HEAD "    objective: [a, b]\nensemble:\n  design: {pareto: {categories: [a, b], points: 3}}\n",
     "s.yaml:8: 'ensemble.design.pareto': found an objective of 2 levels in line 6, expected one"},
    {DESIGN("factorail"),
     "s.yaml:7: 'ensemble.design': found 'factorail', expected factorial, "
     "one-at-a-time, {monte-carlo: N}, {latin-hypercube: N}, {sobol: N}, "
     "{saltelli: N}, {morris: r}, {table: file.csv}, {exchanges: file.csv}, {pareto: ...} or "
     "{alternatives: ...}; did you mean 'factorial'?"},
    {DESIGN("{montecarlo: 3}"), "s.yaml:7: 'ensemble.design': found 'montecarlo', expected "},
    {DESIGN("monte-carlo"),
     "s.yaml:7: 'ensemble.design': found 'monte-carlo' without its value, expected 'design: "
     "{monte-carlo: N}'"},
    {DESIGN("{factorial: 3}"), "s.yaml:7: 'ensemble.design': found 'factorial' with a value, "
                               "expected 'design: factorial'"},
    {DESIGN("{table: }"), "s.yaml:7: 'ensemble.design': found 'table' without its value"},
    {DESIGN("{table: [a]}"), "s.yaml:7: 'ensemble.design.table': found a list, expected text"},
    {DESIGN("saltelli"),
     "s.yaml:7: 'ensemble.design': found 'saltelli' without its value, expected"},
    {DESIGN("{sobol: {point: 8}}"), "s.yaml:7: unknown key in 'ensemble.design.sobol': found "
                                    "'point', expected points, scramble; did you mean 'points'?"},
    {DESIGN("{saltelli: {second_order: true}}"),
     "s.yaml:7: missing key in 'ensemble.design.saltelli': expected 'base'"},
    {DESIGN("{sobol: 0}"), "s.yaml:7: 'ensemble.design.sobol': found the number 0, expected"},
    {DESIGN("{latin-hypercube: {points: 8}}"),
     "s.yaml:7: 'ensemble.design.latin-hypercube': found a map, expected a whole number"},
    {DESIGN("{morris: {trajectories: 8, levels: 3}}"),
     "s.yaml:7: 'ensemble.design.morris.levels': found the number 3, expected an even number"},
    {DESIGN("{one-at-a-time: {quantiles: [0.5, 1]}}"),
     "s.yaml:7: 'ensemble.design.one-at-a-time.quantiles': found 1, expected quantiles between"},
    {DESIGN("{one-at-a-time: 3}"), "s.yaml:7: 'ensemble.design.one-at-a-time': found the number 3"},
    {DESIGN("{monte-carlo: 8, table: a}"), "s.yaml:7: 'ensemble.design': found a map of 2 keys"},
    {DESIGN("7"), "s.yaml:7: 'ensemble.design': found the number 7, expected a design such as"},
    {DESIGN("{monte-carlo: 0}"), "s.yaml:7: 'ensemble.design.monte-carlo': found the number 0, "
                                 "expected a whole number from 1 to 4611686018427387904"},
    {DESIGN("{monte-carlo: 1.5}"), "found the number 1.5, expected a whole number from 1"},
    {DESIGN("{monte-carlo: -3}"), "found the number -3, expected a whole number from 1"},
    {DESIGN("{monte-carlo: 1e30}"), "found the number 1e30, expected a whole number from 1"},
    {DESIGN("{monte-carlo: .inf}"), "found the number .inf, expected a whole number from 1"},
    {DESIGN("{monte-carlo: 4611686018427387905}"), "expected a whole number from 1 to"},
    {DESIGN("{monte-carlo: 99999999999999999999}"), "expected a whole number from 1 to"},
    {DESIGN("{monte-carlo: many}"), "found 'many', expected a whole number from 1 to"},
};

static const bad_study bad_factors[] = {
    {MONTE_CARLO "f: 3\n", "s.yaml:9: 'ensemble.factors.f': found the number 3, expected a map"},
    {MONTE_CARLO "f: {target: a, set: 1}\n    f: {target: b, set: 1}\n",
     "s.yaml:10: duplicate key in 'ensemble.factors': found 'f' twice"},
    {MONTE_CARLO "\"a\\nb\": {target: a, set: 1}\n",
     "s.yaml:9: 'ensemble.factors.a?b': found a control character in the factor's name"},
    {MONTE_CARLO "f: {tarjet: a, set: 1}\n",
     "s.yaml:9: unknown key in 'ensemble.factors.f': found 'tarjet', expected target, set, add, "
     "multiply, choose, each; did you mean 'target'?"},
    {MONTE_CARLO "f:\n      set: 1\n",
     "s.yaml:9: missing key in 'ensemble.factors.f': expected 'target'"},
    {MONTE_CARLO "f:\n      target: 5\n      set: 1\n",
     "s.yaml:10: 'ensemble.factors.f.target': found the number 5, expected text"},
    {DRAW("abc"), "s.yaml:9: 'ensemble.factors.f.multiply': column 1: unknown name 'abc', expected "
                  "a parameter"},
    {DRAW("true"),
     "s.yaml:9: 'ensemble.factors.f.multiply': found the truth value true, expected a "
     "number, a list of levels, a formula in quotes or a distribution such as "
     "{uniform: [0.8, 1.2]}"},
    {DRAW("'1 +'"), "s.yaml:9: 'ensemble.factors.f.multiply': column 4: syntax: found the end"},
    {DRAW("~"), "s.yaml:9: 'ensemble.factors.f.multiply': found nothing, expected a number, a list "
                "of levels or a distribution in the design 'monte-carlo'"},
    {DRAW("[]"), "s.yaml:9: 'ensemble.factors.f.multiply': found an empty list, expected levels"},
    {DRAW("[1, x]"), "s.yaml:9: 'ensemble.factors.f.multiply[1]': found 'x', expected a number"},
    {DRAW("[1, .nan]"), "s.yaml:9: 'ensemble.factors.f.multiply[1]': found the number .nan"},
    {DRAW("{}"), "s.yaml:9: 'ensemble.factors.f.multiply': found none, expected exactly one of "
                 "lognormal, normal, uniform, triangular, bernoulli, integer, "},
    {DRAW("{min: 1}"), "found none, expected exactly one of lognormal, normal"},
    {DRAW("{unifrom: [1, 2]}"), "s.yaml:9: unknown key in 'ensemble.factors.f.multiply': found "
                                "'unifrom', expected lognormal, normal, uniform, triangular, "
                                "bernoulli, integer, weibull, gamma, beta, gumbel, student, pert, "
                                "discrete, empirical, min, max, negative; did you mean "
                                "'uniform'?"},
    {DRAW("{uniform: [1, 2], normal: {mean: 1, sd: 1}}"),
     "s.yaml:9: 'ensemble.factors.f.multiply': found 'normal' and 'uniform', expected exactly one"},
    {DRAW("{uniform: 3}"), "s.yaml:9: 'ensemble.factors.f.multiply.uniform': found the number 3, "
                           "expected a list of 2 numbers"},
    {DRAW("{uniform: [1]}"), "found a list of 1, expected a list of 2 numbers"},
    {DRAW("{uniform: [1, 2, 3]}"), "found a list of 3, expected a list of 2 numbers"},
    {DRAW("{uniform: [2, 1]}"), "found [2, 1], expected [a, b] in ascending order"},
    {DRAW("{uniform: [1, .inf]}"),
     "multiply.uniform[1]': found the number .inf, expected a finite"},
    {DRAW("{uniform: [-1e308, 1e308]}"), "found a range too wide for floating-point numbers"},
    {DRAW("{uniform: [1, 2], min: 3}"),
     "found nothing left of the distribution between min 3 and max inf"},
    {DRAW("{uniform: [1, 2], max: 1}"),
     "found nothing left of the distribution between min -inf and max 1"},
    {DRAW("{uniform: [1, 2], min: 1.5, max: 1.5}"),
     "found nothing left of the distribution between min 1.5 and max 1.5"},
    {DRAW("{uniform: [1, 2], min: 2, max: 1}"),
     "found min 2 and max 1, expected them in ascending order"},
    {DRAW("{uniform: [1, 2], min: low}"), "multiply.min': found 'low', expected a number"},
    {DRAW("{normal: [1, 2]}"), "f.multiply.normal': found a list, expected a map with the keys"},
    {DRAW("{normal: {mean: 1}}"), "missing key in 'ensemble.factors.f.multiply.normal': expected "
                                  "'sd'"},
    {DRAW("{normal: {mean: 1, std: 1}}"), "unknown key in 'ensemble.factors.f.multiply.normal': "
                                          "found 'std', expected mean, sd, min, max"},
    {DRAW("{normal: {mean: 1, sd: -1}}"), "found sd -1, expected sd >= 0"},
    {DRAW("{normal: {mean: 0, sd: 1}, min: 50}"), "found nothing left of the distribution"},
    {DRAW("{normal: {mean: 0, sd: 0}, min: 1}"), "found nothing left of the distribution"},
    {DRAW("{normal: {mean: 0, sd: 1, min: 0}, min: 1}"), "multiply.min': found the bound twice"},
    {DRAW("{lognormal: {median: 0, gsd: 2}}"), "found median 0, expected median > 0"},
    {DRAW("{lognormal: {median: 1, gsd: 0}}"), "found gsd 0, expected gsd > 0"},
    {DRAW("{lognormal: {median: 1, gsd: 2}, max: 0}"), "found nothing left of the distribution"},
    {DRAW("{lognormal: {mean: 1, gsd: 2}}"), "found 'mean', expected {median: m, gsd: g}"},
    {DRAW("{triangular: [1, 2]}"), "found a list of 2, expected a list of 3 numbers"},
    {DRAW("{triangular: [1, 4, 3]}"), "found [1, 4, 3], expected [min, mode, max] in ascending"},
    {DRAW("{triangular: [1, 2, 3], min: 3}"), "found nothing left of the distribution"},
    {DRAW("{discrete: [1, 2]}"), "multiply.discrete': found a list, expected a map with the keys"},
    {DRAW("{discrete: {weights: [1]}}"), "discrete': expected 'values'"},
    {DRAW("{discrete: {values: []}}"), "discrete.values': found an empty list, expected numbers"},
    {DRAW("{discrete: {values: [1, 2], weights: [1]}}"), "found 1 weights, expected 2 as there"},
    {DRAW("{discrete: {values: [1, 2], weights: [1, -1]}}"), "found the weight -1, expected"},
    {DRAW("{discrete: {values: [1, 2], weights: [0, 0]}}"), "found weights with the sum 0"},
    {DRAW("{discrete: {values: [1, 2], weights: [1e308, 1e308]}}"), "with the sum inf"},
    {DRAW("{discrete: {values: [1, 2], weights: [1, 0]}, min: 2}"), "found nothing left"},
    {DRAW("{bernoulli: 1.5}"), "multiply.bernoulli': found the probability 1.5, expected one from"},
    {DRAW("{integer: [1, 2.5]}"), "multiply.integer': found 2.5, expected a whole number"},
    {DRAW("{integer: [1, 3], min: 1.2, max: 1.8}"), "multiply.integer': found nothing left"},
    {DRAW("{weibull: {shape: 0, scale: 1}}"), "found shape 0, expected shape > 0"},
    {DRAW("{weibull: {shape: 1, scale: 1, min: 2}}"), "found 'min', expected shape, scale, offset"},
    {DRAW("{gamma: {shape: 1}}"), "missing key in 'ensemble.factors.f.multiply.gamma': expected"},
    {DRAW("{gamma: {shape: 1, scale: 1}, max: -1}"), "multiply.gamma': found nothing left"},
    {DRAW("{beta: {alpha: 1, beta: 2, range: [1, 1]}}"), "expected [a, b] ascending with a < b"},
    {DRAW("{beta: {alpha: 1, beta: 2}, negative: true}"), "multiply.beta': found 'negative'"},
    {DRAW("{gumbel: {location: 1, scale: -1}}"), "found scale -1, expected scale >= 0"},
    {DRAW("{student: {nu: 0}}"), "found nu 0, expected nu > 0"},
    {DRAW("{student: {nu: 0.01}}"), "found a range too wide for floating-point numbers"},
    {DRAW("{pert: [1, 1, 1]}"), "found the range [1, 1], expected it ascending, min < max"},
    {DRAW("{pert: {range: [1, 3, 2]}}"), "pert.range': found [1, 3, 2], expected [min, mode, max]"},
    {DRAW("{pert: {range: [1, 2, 3], lambda: -1}}"), "found lambda -1, expected lambda >= 0"},
    {DRAW("{empirical: {file: f.csv}}"), "multiply.empirical': expected 'column'"},
    {MONTE_CARLO "f: {target: a, set: [1, 2], each: true}\n",
     "s.yaml:9: 'ensemble.factors.f': found 'each' with a list, expected a distribution"},
    {FACTORIAL "f: {target: a, set: {uniform: [1, 2]}, each: true}\n",
     "s.yaml:9: 'ensemble.factors.f': found 'each' in the design 'factorial', expected it in a"},
    {HEAD
     "ensemble:\n  design: one-at-a-time\n  factors: {f: {target: a, set: {uniform: [1, 2]}}}\n",
     "s.yaml:8: 'ensemble.factors.f.set': found a distribution, expected a number, a list of "
     "levels, or quantiles as in 'design: {one-at-a-time: {quantiles: [0.05, 0.95]}}'"},
    {MONTE_CARLO "f: {target: a, set: [1, 2]}\n  correlations: [[f, g]]\n",
     "s.yaml:10: 'ensemble.correlations[0]': found a list, expected two names and a correlation"},
    {MONTE_CARLO "f: {target: a, set: [1, 2]}\n  correlations: 3\n",
     "s.yaml:10: 'ensemble.correlations': found the number 3, expected a list of pairs"},
    {HEAD "ensemble:\n  design: {latin-hypercube: 8}\n  factors: {f: {target: a, set: [1, 2]}}\n"
          "  correlations: [[f, g, 0.5]]\n",
     "s.yaml:9: 'ensemble.correlations': found correlations in the design 'latin-hypercube', "
     "expected none: its strata would be lost"},
    {MONTE_CARLO "f: {target: a, choose: x}\n",
     "s.yaml:9: 'ensemble.factors.f.choose': found 'x', expected a list of names"},
    {MONTE_CARLO "f: {target: a, choose: []}\n", "found an empty list, expected names"},
    {MONTE_CARLO "f: {target: a, choose: [x, y, x]}\n", "found 'x' twice, expected distinct names"},
    {MONTE_CARLO "f: {target: a, choose: [x, 3]}\n", "f.choose[1]': found the number 3, expected"},
    {FACTORIAL "f: {target: a, set: {uniform: [1, 2]}}\n",
     "s.yaml:9: 'ensemble.factors.f.set': found a distribution, expected a number or a list of "
     "levels in the design 'factorial'"},
    {FACTORIAL "f: {target: a, set: }\n", "s.yaml:9: 'ensemble.factors.f.set': found nothing"},
    {TABLE "f: {target: a, set: 3}\n", "s.yaml:9: 'ensemble.factors.f.set': found a number, "
                                       "expected nothing (the table gives the values"},
    {TABLE "f: {target: a, choose: [x]}\n", "found a list of names, expected nothing"},
};

static const bad_study bad_settings[] = {
    {HEAD "results: {keep: impact}\n", "s.yaml:6: 'results.keep': found 'impact', expected a list"},
    {HEAD "results: {keep: [impacts]}\n", "s.yaml:6: 'results.keep[0]': found 'impacts', expected "
                                          "one of installation, operation, impact, production"},
    {HEAD "results: {keep: [impacts]}\n", "; did you mean 'impact'?"},
    {HEAD "results: {keep: [impact, impact]}\n", "s.yaml:6: 'results.keep[1]': found 'impact' twi"},
    {HEAD "results: {keep: [impact, operation, installation, impact]}\n", "found 'impact' twice"},
    {HEAD "results: {quantiles: 0.5}\n", "s.yaml:6: 'results.quantiles': found the number 0.5"},
    {HEAD "results: {quantiles: [50]}\n", "s.yaml:6: 'results.quantiles': found 50, expected"},
    {HEAD "results: {quantiles: [-0.1]}\n", "s.yaml:6: 'results.quantiles': found -0.1, expected"},
    {HEAD "results: {quantiles: [0.5, 0.50]}\n", "s.yaml:6: 'results.quantiles': found 0.5 twice"},
    {HEAD "results: {precision: float}\n", "s.yaml:6: 'results.precision': found 'float', expected "
                                           "one of double, single"},
    {HEAD "results: {presision: float}\n", "s.yaml:6: unknown key in 'results': found 'presision'"},
    {HEAD "solver: {iteration_limit: 0}\n",
     "s.yaml:6: 'solver.iteration_limit': found the number 0"},
    {HEAD "solver: {time_limit_s: 0}\n", "s.yaml:6: 'solver.time_limit_s': found the number 0, "
                                         "expected seconds > 0"},
    {HEAD "solver: {time_limit_s: .inf}\n", "s.yaml:6: 'solver.time_limit_s': found the number"},
    {HEAD "solver: {tie_break: yes}\n", "s.yaml:6: 'solver.tie_break': found 'yes', expected true"},
    {HEAD "solver: {warm_start: 1}\n", "s.yaml:6: 'solver.warm_start': found the number 1"},
    {HEAD "solver: {warmstart: true}\n", "s.yaml:6: unknown key in 'solver': found 'warmstart', "
                                         "expected iteration_limit, time_limit_s, tie_break, "
                                         "warm_start; did you mean 'warm_start'?"},
    {HEAD "solver: [1]\n", "s.yaml:6: 'solver': found a list, expected a map with the keys"},
};

// Parameters from line 7 on.
#define PARAMETERS(lines) HEAD "parameters:\n" lines
static const bad_study bad_parameters[] = {
    {PARAMETERS("  [1]\n"),
     "s.yaml:6: 'parameters': found a list, expected a map of names to values"},
    {PARAMETERS("  a: 1\n  a: 2\n"), "s.yaml:8: duplicate key in 'parameters': found 'a' twice"},
    {PARAMETERS("  a-b: 1\n"),
     "s.yaml:7: 'parameters.a-b': bad name: found 'a-b', expected letters"},
    {PARAMETERS("  max: 1\n"), "s.yaml:7: 'parameters.max': reserved name: found 'max'"},
    {PARAMETERS("  if: 1\n"), "s.yaml:7: 'parameters.if': reserved name: found 'if'"},
    {PARAMETERS("  a: true\n"), "s.yaml:7: 'parameters.a': found the truth value true, expected"},
    {PARAMETERS("  a: .inf\n"),
     "s.yaml:7: 'parameters.a': found the number .inf, expected a finite"},
    {PARAMETERS("  a: [1, .inf]\n"),
     "s.yaml:7: 'parameters.a[1]': found the number .inf, expected"},
    {PARAMETERS("  a: {uniform: [2, 1]}\n"), "s.yaml:7: 'parameters.a.uniform': found [2, 1]"},
    {PARAMETERS("  a: ~\n"),
     "s.yaml:7: 'parameters.a': found nothing, expected a value: only a table gives one"},
    {PARAMETERS("  learning: 1\n  b: \"2 * lerning\"\n"),
     "s.yaml:8: 'parameters.b': column 5: unknown name 'lerning', expected a parameter; did you "
     "mean "
     "'learning'?"},
    {PARAMETERS("  a: \"sqr(2)\"\n"),
     "s.yaml:7: 'parameters.a': column 1: unknown function 'sqr'; did you mean 'sqrt'?"},
    {PARAMETERS("  a: \"pow(2)\"\n"),
     "s.yaml:7: 'parameters.a': column 1: found 1 argument of 'pow', expected 2"},
    {PARAMETERS("  a: \"2 ^ 2\"\n"), "s.yaml:7: 'parameters.a': column 3: syntax: found '^'"},
    {PARAMETERS("  x: 1\n  capex: \"learning * x\"\n  learning: \"capex / 2\"\n"),
     "s.yaml:8: 'parameters.capex': cycle: capex → learning → capex"},
    {PARAMETERS("  x: \"x + 1\"\n"), "s.yaml:7: 'parameters.x': cycle: x → x"},
    {PARAMETERS("  x: {uniform: [1, 2]}\nensemble: {design: factorial}\n"),
     "s.yaml:7: 'parameters.x': found a distribution, expected a number or a list of levels in the "
     "design 'factorial'"},
    {PARAMETERS("  x: {uniform: [1, 2]}\nensemble: {design: one-at-a-time}\n"),
     "s.yaml:7: 'parameters.x': found a distribution, expected a number, a list of levels, or "
     "quantiles in the design 'one-at-a-time'"},
    {PARAMETERS("  x: 1\nensemble:\n  design: factorial\n  factors:\n    x: {target: a, set: 2}\n"),
     "s.yaml:11: 'ensemble.factors.x': found the name twice, expected another: a parameter has it"},
    {PARAMETERS("  x: 1\nensemble:\n  design: {monte-carlo: 2}\n  factors:\n"
                "    f: {target: a, set: 2}\n    g: {target: a, set: \"f\"}\n"),
     "s.yaml:12: 'ensemble.factors.g.set': column 1: unknown name 'f', expected a parameter"},
    {PARAMETERS("  x: 1\nensemble:\n  design: {monte-carlo: 2}\n  factors:\n"
                "    f: {target: a, set: \"x\", each: true}\n"),
     "found 'each' with a formula, expected a distribution"},
};

#endif
