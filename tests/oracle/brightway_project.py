"""A real Brightway project for topic `brightway` of tests/run, written by bw2data itself.

python brightway_project.py make        the project "vintner test" in BRIGHTWAY2_DIR, studies on
                                        it in three forms, and in `scores` what bw2calc finds
python brightway_project.py check FILE  that an export of it says what was written
python brightway_project.py spoil       change a database without processing it
python brightway_project.py write DOCUMENT PROJECT
                                        a document of databases into a project, the way users of
                                        optimex do
python brightway_project.py same DOCUMENT EXPORT
                                        that both say the same
"""

import datetime
import json
import os
import pathlib
import sys
import tarfile

import bw2calc
import bw2data as bd
import numpy as np
from bw_temporalis import FixedTimeOfYearTD, TemporalDistribution

PROJECT = "vintner test"


def spread(unit, dates, amounts):
    return TemporalDistribution(np.array(dates, f"timedelta64[{unit}]"), np.array(amounts, float))


def exchange(source, amount, kind, **more):
    return {"input": tuple(source), "amount": amount, "type": kind, **more}


LOGNORMAL = {"uncertainty type": 2, "loc": np.log(0.3), "scale": 0.2}
DEMANDS = [
    ("chimaeras", "steel"),
    ("chimaeras", "power"),
    ("split (v1)", "heat"),
    ("plans", "ride"),
]
METHODS = {("climate", "GWP 100"): "kg CO2-eq", ("water",): "m3"}

FLOWS = {
    "co2": {
        "name": "carbon dioxide",
        "type": "emission",
        "unit": "kilogram",
        "categories": ("air",),
    },
    "ch4": {
        "name": "methane",
        "type": "emission",
        "unit": "kilogram",
        "categories": ("air", "urban"),
        "CAS number": "000074-82-8",
    },
    "water": {"name": "water", "type": "natural resource", "unit": "cubic meter"},
}

# One node is process and product; production is implied, or explicit, or more than one.
CHIMAERAS = {
    "steel": {
        "name": "stål",
        "reference product": "steel",
        "unit": "kilogram",
        "location": ("local", "north"),
        "exchanges": [
            exchange(("chimaeras", "power"), 0.3, "technosphere", **LOGNORMAL),
            exchange(("chimaeras", "power"), 0.7, "technosphere"),
            exchange(
                ("chimaeras", "coal"), -0.2, "technosphere", **{**LOGNORMAL, "negative": True}
            ),
            exchange(("bio", "co2"), 1.7, "biosphere", comment="stack"),
        ],
    },
    "power": {
        "name": "power",
        "unit": "kilowatt hour",
        "location": "DE",
        "exchanges": [
            exchange(("chimaeras", "power"), 1.0, "production"),
            exchange(("chimaeras", "power"), 0.05, "technosphere"),
            exchange(("chimaeras", "coal"), 0.4, "technosphere", formula="2*x"),
            exchange(("bio", "water"), 0.02, "biosphere"),
        ],
    },
    "coal": {
        "name": "coal",
        "unit": "kilogram",
        "exchanges": [
            exchange(("chimaeras", "coal"), 2.0, "production"),
            exchange(("chimaeras", "steel"), 0.001, "technosphere"),
            exchange(
                ("bio", "ch4"),
                0.004,
                "biosphere",
                **{"uncertainty type": 5, "loc": 0.004, "minimum": 0.001, "maximum": 0.01},
            ),
        ],
    },
}

# Products are nodes of their own; one process gives back what another would have made.
SPLIT = {
    "chp": {
        "name": "CHP",
        "type": "process",
        "exchanges": [
            exchange(("split (v1)", "heat"), 3.0, "production", functional=True),
            exchange(("chimaeras", "power"), 0.8, "substitution"),
            exchange(("chimaeras", "coal"), 1.1, "technosphere"),
            exchange(("bio", "co2"), 2.4, "biosphere"),
        ],
    },
    "heat": {"name": "heat", "type": "product", "unit": "megajoule"},
}

# What a plan is made of: distributions, operation, vintages.
PLANS = {
    "tram": {
        "name": "tram",
        "type": "process",
        "location": "GLO",
        "operation_time_limits": (1, 30),
        "np": np.float64(2.5),
        "built": datetime.date(2030, 1, 2),
        "comment": "a\0b",
        "exchanges": [
            exchange(
                ("plans", "ride"),
                2.0,
                "production",
                operation=True,
                temporal_distribution=spread("Y", [1, 2, 30], [0.5, 0.25, 0.25]),
                vintage_improvements={2020: 1.0, np.int64(2030): 0.75},
            ),
            exchange(
                ("chimaeras", "steel"),
                5.0,
                "technosphere",
                temporal_distribution=spread("M", [-6, 0], [0.5, 0.5]),
                vintage_amounts={(0, 2030): 4.0, 2040: 3},
            ),
            exchange(
                ("split (v1)", "heat"),
                1.5,
                "technosphere",
                temporal_distribution=spread("D", [0, 45, 366], [0.25, 0.25, 0.5]),
            ),
            exchange(
                ("bio", "co2"),
                0.1,
                "biosphere",
                temporal_distribution=spread("h", [1, 24], [0.25, 0.75]),
                **LOGNORMAL,
            ),
            exchange(
                ("bio", "water"),
                0.1,
                "biosphere",
                temporal_distribution=FixedTimeOfYearTD(
                    np.array([31], "timedelta64[D]"), np.array([1.0])
                ),
            ),
        ],
    },
    "ride": {"name": "ride", "type": "product", "unit": "kilometer"},
}
DISTRIBUTIONS = [
    {"unit": "Y", "date": [1, 2, 30], "amount": [0.5, 0.25, 0.25]},
    {"unit": "M", "date": [-6, 0], "amount": [0.5, 0.5]},
    {"unit": "D", "date": [0, 45, 366], "amount": [0.25, 0.25, 0.5]},
    {"unit": "s", "date": [3600, 86400], "amount": [0.25, 0.75]},
    None,
]


def write_database(name, nodes, process=True, **metadata):
    data = {(name, code): dict(node) for code, node in nodes.items()}
    bd.Database(name).write(data, process=process)
    if metadata:
        bd.databases[name].update(metadata)
        bd.databases.flush()


def write_methods():
    for name, unit in METHODS.items():
        bd.Method(name).register(unit=unit)
    gwp, water = (bd.Method(name) for name in METHODS)
    uncertain = {"amount": 28.0, "uncertainty type": 4, "minimum": 20.0, "maximum": 36.0}
    gwp.write([(("bio", "co2"), 1.0), (("bio", "ch4"), uncertain)])
    # What holds for a location alone counts nowhere else.
    water.write([(("bio", "water"), 0.9), (("bio", "water"), 7.0, "DE")])


def write_study(name, source):
    with open(f"{name}.yaml", "w") as file:
        demands = [{"activity": list(key)} for key in DEMANDS]
        methods = {f"m{i}": list(method) for i, method in enumerate(METHODS)}
        file.write(
            f"vintner: 1\nname: {name}\nmodel:\n  inventory:\n    databases: [{json.dumps(source)}]\n"
            f"    demands: {json.dumps(demands)}\n    methods: {json.dumps(methods)}\n"
        )


def back_up(folder):
    """As bw2io does, or by bw2io where it is there."""
    try:
        from bw2io import backup_project_directory

        return str(backup_project_directory(PROJECT, dir_backup=os.getcwd()))
    except ImportError:
        with open(".project-name.json", "w") as file:
            json.dump({"name": PROJECT}, file)
        with tarfile.open("backup.tar.gz", "w:gz") as tar:
            tar.add(folder, arcname=folder.name)
            tar.add(".project-name.json", arcname=f"{folder.name}/.project-name.json")
        return "backup.tar.gz"


def score(key, method):
    demand, data, _ = bd.prepare_lca_inputs({bd.get_node(database=key[0], code=key[1]): 1}, method)
    lca = bw2calc.LCA(demand=demand, data_objs=data)
    lca.lci()
    lca.lcia()
    return lca.score


def make():
    bd.projects.set_current(PROJECT)
    write_database("bio", FLOWS)
    write_database("chimaeras", CHIMAERAS, representative_time="2025-07-01T00:00:00")
    write_database("split (v1)", SPLIT)
    write_database("plans", PLANS)
    write_database("changed", {"a": {"name": "a", "exchanges": []}})
    write_methods()
    with open("scores", "w") as file:
        for key in DEMANDS:
            for method in METHODS:
                print(repr(float(score(key, method))), file=file)
    write_study("project", str(bd.projects.dir))
    write_study("backup", back_up(bd.projects.dir))
    write_study("export", "export.json")
    write_study("spoilt", str(bd.projects.dir))
    with open("spoilt.yaml") as file:
        text = file.read().replace('["chimaeras", "steel"]', '["changed", "a"]')
    with open("spoilt.yaml", "w") as file:
        file.write(text)


def spoil():
    bd.projects.set_current(PROJECT)
    bd.get_node(database="changed", code="a").new_exchange(
        input=("bio", "co2"), amount=1.0, type="biosphere"
    ).save()


# --------------------------------------------------------------------------------------------------
# What an export has to say.


def plain(value):
    if isinstance(value, dict):
        return {str(list(k) if isinstance(k, tuple) else k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\0", "")
    return value.item() if isinstance(value, np.generic) else value


def wanted(node):
    node = dict(node)
    if "exchanges" in node:
        exchanges = []
        for one in node["exchanges"]:
            exchanges.append(plain({k: v for k, v in one.items() if k != "temporal_distribution"}))
        node["exchanges"] = exchanges
    return plain(node)


def compare(found, expected, where):
    """Every attribute that was written is there, and no other but a type."""
    for key, value in expected.items():
        if key != "exchanges":
            assert found.get(key) == value, f"{where}, {key}: {found.get(key)}, expected {value}"
    more = set(found) - set(expected) - {"type"}
    assert not more, f"{where}: has {more} too"
    before, after = expected.get("exchanges", []), found.get("exchanges", [])
    assert len(before) == len(after), f"{where}: {len(after)} exchanges, expected {len(before)}"
    for i, (one, other) in enumerate(zip(after, before)):
        assert one == other, f"{where}, exchange {i + 1}: {one}, expected {other}"


def check(path):
    with open(path) as file:
        document = json.load(file)
    databases = {"bio": FLOWS, "chimaeras": CHIMAERAS, "split (v1)": SPLIT, "plans": PLANS}
    assert list(document["databases"]) == [*databases, "changed"]
    tram = document["databases"]["plans"]["data"]["tram"]
    found = [one.pop("temporal_distribution", None) for one in tram["exchanges"]]
    assert found == DISTRIBUTIONS, found
    fixed = tram["exchanges"][-1].pop("absolute_temporal_distribution")
    assert fixed["class"] == "FixedTimeOfYearTD", fixed
    for name, nodes in databases.items():
        data = document["databases"][name]["data"]
        assert list(data) == list(nodes), list(data)
        for code, node in nodes.items():
            compare(data[code], wanted(node), f"{name}, {code}")
    metadata = document["databases"]["chimaeras"]["metadata"]
    assert metadata["representative_time"] == "2025-07-01T00:00:00", metadata
    gwp, water = document["methods"]
    assert gwp["name"] == ["climate", "GWP 100"] and gwp["unit"] == "kg CO2-eq", gwp
    assert gwp["cfs"][0] == [["bio", "co2"], 1.0] and gwp["cfs"][1][1]["maximum"] == 36.0, gwp
    assert water["cfs"] == [[["bio", "water"], 0.9], [["bio", "water"], 7.0, "DE"]], water


def values():
    """Without a project: values of types that importers and users leave in attributes."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "jobs"))
    import brightway_export as made

    notes = made.Notes()
    for value, wanted_value, what in (
        (np.float32(0.5), 0.5, None),
        (np.bool_(True), True, None),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], None),
        (np.datetime64("2030-01-02"), "2030-01-02", None),
        (float("nan"), None, None),
        ({"a": (1, {2: (3,)})}, {"a": [1, {"2": [3]}]}, None),
        (datetime.datetime(2030, 1, 2, 3), "2030-01-02T03:00:00", None),
        ({datetime.datetime(2030, 1, 2): 1.5}, {"2030-01-02T00:00:00": 1.5}, None),
        (
            spread("Y", [0, 3], [0.5, 0.5]),
            {"unit": "Y", "date": [0, 3], "amount": [0.5, 0.5]},
            None,
        ),
        (spread("W", [1], [1]), {"unit": "D", "date": [7], "amount": [1.0]}, None),
        ({3, 1}, [1, 3], "a set"),
        (float("-inf"), "-inf", "infinite"),
        (2**70, str(2**70), "64 bits"),
        (b"x", "b'x'", "builtins.bytes"),
        ({1: "a", "1": "b"}, {"1": "b"}, "two keys"),
    ):
        before = len(notes.kinds)
        assert made.plain(value, notes) == wanted_value, (value, made.plain(value, notes))
        assert (len(notes.kinds) > before) == (what is not None), value
        assert what is None or any(what in kind for kind in notes.kinds), what

    absolute = TemporalDistribution(np.array(["2030-05-01"], "datetime64[D]"), np.array([1.0]))
    for value in (absolute, absolute.to_json()):
        found = made.exchange_of({"temporal_distribution": value}, ("a", "b"), "biosphere", notes)
        assert "temporal_distribution" not in found, found
        dates = found["absolute_temporal_distribution"]["value"]
        assert dates == {"date": ["2030-05-01T00:00:00"], "amount": [1.0]}, dates
    relative = spread("M", [1, 2], [1, 2])
    for value in (relative, relative.to_json(), json.loads(relative.to_json())):
        found = made.exchange_of({"temporal_distribution": value}, ("a", "b"), "biosphere", notes)
        expected = {"unit": "M", "date": [1, 2], "amount": [1.0, 2.0]}
        assert found["temporal_distribution"] == expected, found
    odd = [made.exchange_of({"amount": 1}, ("a", "b"), "rent", notes)]
    assert made.add_exchanges({}, odd, notes) == {"other_exchanges": odd}
    flags = {"operation": np.bool_(True), "negative": 0, "loc": "0.5", "uncertainty type": "2"}
    found = made.exchange_of(flags, ("a", "b"), "biosphere", notes)
    assert found["operation"] is True and found["negative"] is False, found
    assert found["loc"] == 0.5 and found["uncertainty type"] == 2, found
    factor = {"amount": np.float64(3), "negative": np.bool_(True), "loc": "0.5", "scale": None}
    factor.update({"minimum": float("nan"), "maximum": np.float32("inf"), "shape": "wide"})
    found = made.factor_of(factor, notes)
    assert found == {"amount": 3.0, "negative": True, "loc": 0.5}, found


# --------------------------------------------------------------------------------------------------
# A document of databases, there and back.


def vintage_keys(table):
    """Years are integers in a project, pairs of process time and year are tuples."""
    made = {}
    for key, value in table.items():
        parsed = json.loads(key)
        made[tuple(parsed) if isinstance(parsed, list) else parsed] = value
    return made


def as_objects(one):
    one = {**one, "input": tuple(one["input"])}
    if "temporal_distribution" in one:
        found = one["temporal_distribution"]
        one["temporal_distribution"] = spread(found["unit"], found["date"], found["amount"])
    for key in ("vintage_improvements", "vintage_amounts"):
        if key in one:
            one[key] = vintage_keys(one[key])
    return one


def write(path, project):
    with open(path) as file:
        document = json.load(file)
    bd.projects.set_current(project)
    for name, database in document["databases"].items():
        nodes = {}
        for code, node in database["data"].items():
            nodes[code] = dict(node)
            if "operation_time_limits" in node:
                nodes[code]["operation_time_limits"] = tuple(node["operation_time_limits"])
            if "exchanges" in node:
                nodes[code]["exchanges"] = [as_objects(one) for one in node["exchanges"]]
        write_database(name, nodes, process=False, **database.get("metadata", {}))
    for name in document["databases"]:  # they may link to later ones
        bd.Database(name).process()
    for method in document.get("methods", []):
        made = bd.Method(tuple(method["name"]))
        made.register(unit=method.get("unit", ""))
        made.write([(tuple(flow), factor) for flow, factor in method["cfs"]])


def years(distribution):
    """Offsets in years or months in months, in which both are whole."""
    if distribution is None:
        return None
    factor = {"Y": 12, "M": 1}.get(distribution["unit"])
    if factor is None:
        return distribution
    return {**distribution, "unit": "M", "date": [factor * date for date in distribution["date"]]}


def same(path, exported):
    with open(path) as file:
        before = json.load(file)
    with open(exported) as file:
        after = json.load(file)
    assert list(before["databases"]) == list(after["databases"])
    for name, database in before["databases"].items():
        for key, value in database.get("metadata", {}).items():
            assert after["databases"][name]["metadata"][key] == value, (name, key)
        nodes = after["databases"][name]["data"]
        assert list(nodes) == list(database["data"]), name
        for code, node in database["data"].items():
            for one in (*node.get("exchanges", []), *nodes[code].get("exchanges", [])):
                one["temporal_distribution"] = years(one.get("temporal_distribution"))
            compare(nodes[code], node, f"{name}, {code}")
    for one, other in zip(before.get("methods", []), after["methods"], strict=True):
        assert all(other[key] == one[key] for key in one), (one, other)


if __name__ == "__main__":
    commands = (make, check, values, spoil, write, same)
    {command.__name__: command for command in commands}[sys.argv[1]](*sys.argv[2:])
