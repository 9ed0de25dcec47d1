"""Brightway's parameters for topic `parameters` of tests/run: what bw2data makes of them.

python brightway_parameters.py    the project "vintner parameters" in BRIGHTWAY2_DIR, in `table.csv`
                                  values of two parameters, and in `expected` what the exchanges that
                                  follow amount to, weighted as the study of the topic does
"""

import random

import bw2data as bd
from bw2data.parameters import ActivityParameter, Group, ProjectParameter

DRAWS = 20


def make_databases():
    bd.projects.set_current("vintner parameters")
    bd.Database("bio").write({("bio", "co2"): {"name": "CO2", "type": "emission"}})
    bd.Database("background").write(
        {
            ("background", "power"): {
                "name": "power",
                "exchanges": [
                    {"input": ("background", "power"), "type": "production", "amount": 1},
                    {"input": ("bio", "co2"), "type": "biosphere", "amount": 0.5},
                ],
            }
        }
    )
    bd.databases["background"]["representative_time"] = "2030-01-01"
    bd.databases.flush()
    bd.Database("plan").write(
        {
            ("plan", "heat"): {"name": "heat", "type": "product"},
            ("plan", "boiler"): {
                "name": "boiler",
                "type": "process",
                "exchanges": [
                    {"input": ("plan", "heat"), "type": "production", "amount": 1},
                    {
                        "input": ("background", "power"),
                        "type": "technosphere",
                        "amount": 1,
                        "formula": "0.25 * pload / k",
                    },
                    {
                        "input": ("bio", "co2"),
                        "type": "biosphere",
                        "amount": 1,
                        "formula": "m if eff > 0.6 else m // 2 + m % 2",
                    },
                    {"input": ("bio", "co2"), "type": "biosphere", "amount": 0.125},
                ],
            },
            ("plan", "pump"): {
                "name": "pump",
                "type": "process",
                "exchanges": [{"input": ("plan", "heat"), "type": "production", "amount": 1e-9}],
            },
        }
    )
    method = bd.Method(("warming",))
    method.register(unit="kg")
    method.write([(("bio", "co2"), 1)])


def make_parameters():
    tables = bd.parameters
    spread = {"uncertainty type": 4, "minimum": 0.5, "maximum": 1.0, "loc": 0.9}
    tables.new_project_parameters(
        [
            {"name": "eff", "amount": 0.9, **spread},
            {"name": "eff2", "formula": "eff ** 2"},
            {"name": "z", "amount": 100},
        ]
    )
    tables.new_database_parameters(
        [{"name": "pload", "formula": "sqrt(eff2) * eff * 0.5"}, {"name": "k", "amount": 50}],
        "plan",
    )
    Group.create(name="far", order=[])
    tables.new_activity_parameters(
        [{"name": "z", "formula": "log(pload + 2) + 1", "database": "plan", "code": "pump"}], "far"
    )
    Group.create(name="near", order=["far"])
    tables.new_activity_parameters(
        [
            {"name": "k", "amount": 2, "database": "plan", "code": "boiler"},
            {"name": "m", "formula": "k * z", "database": "plan", "code": "boiler"},
        ],
        "near",
    )
    tables.add_exchanges_to_group("near", bd.get_activity(("plan", "boiler")))
    tables.recalculate()


def follow(eff, k):
    """What the exchanges that follow are worth once the two have these values."""
    for table, name, amount in ((ProjectParameter, "eff", eff), (ActivityParameter, "k", k)):
        row = table.get(table.name == name)
        row.amount = amount
        row.save()
    Group.update(fresh=False).execute()
    bd.parameters.recalculate()
    found = {"technosphere": 0, "biosphere": 0}
    for exchange in bd.get_activity(("plan", "boiler")).exchanges():
        if exchange["type"] in found:
            found[exchange["type"]] += exchange["amount"]
    return found["technosphere"] * 0.5 + found["biosphere"]


def main():
    make_databases()
    make_parameters()
    draw = random.Random(3)
    table, expected = ["eff,k"], []
    for _ in range(DRAWS):
        eff, k = draw.uniform(0.3, 1), draw.uniform(1, 4)
        table.append(f"{eff!r},{k!r}")
        expected.append(repr(follow(eff, k)))
    follow(0.9, 2)
    with open("table.csv", "w") as file:
        file.write("\n".join(table) + "\n")
    with open("expected", "w") as file:
        file.write("\n".join(expected) + "\n")


main()
