#!/usr/bin/env python3
"""Write databases and methods of a Brightway project as one JSON document that vintner reads.

Run it in the Python environment that has your project's bw2data (3.6 or 4; Python 3.9 or newer):

    python brightway_export.py PROJECT --list
    python brightway_export.py PROJECT -o export.json
    python brightway_export.py PROJECT -d foreground -m "EF v3.1, climate change" -o export.json

vintner reads a project's processed matrices without this. The document adds what only the project's
pickles hold: units, categories, the attributes of exchanges, such as temporal distributions,
operation flags and vintages, and the uncertainty of parameters; so a foreground has to come this
way. Exchanges that parameters give name their formula and group. It is read while the project
stays as it is: nothing is written but FILE. What JSON cannot hold is converted, or left out, and
said on stderr.

Exit code: 0 written, 1 it failed, 2 what was asked for is not there.
"""

import argparse
import contextlib
import datetime
import difflib
import json
import math
import os
import sys

UNITS = (("Y", 31556952), ("M", 2629746), ("D", 86400), ("s", 1))  # seconds, as numpy has them
KNOWN_TYPES = {
    "production",
    "generic production",
    "substitution",
    "technosphere",
    "generic consumption",
    "biosphere",
}
UNCERTAINTY = {"uncertainty type", "loc", "scale", "shape", "minimum", "maximum", "negative"}
FLAGS = {"operation", "functional", "negative"}
PLAIN = (str, bool, type(None))
LARGEST = 2**63


class Refused(Exception):
    """What was asked for is not there; the text is one line."""


class Notes:
    """What did not go over as it was: counted, with the first place of each kind."""

    def __init__(self):
        self.kinds = {}
        self.where = ""

    def add(self, what):
        count, first = self.kinds.get(what, (0, self.where))
        self.kinds[what] = (count + 1, first)

    def say(self):
        for what, (count, first) in self.kinds.items():
            times = "" if count == 1 else f", {count} times, first"
            print(f"note: {what}{times}: {first}", file=sys.stderr)


# --------------------------------------------------------------------------------------------------
# Values.


def name_of(value):
    return f"{type(value).__module__}.{type(value).__qualname__}"


def key_text(key, notes):
    """The key of a dictionary as JSON has it: a tuple such as (1, 2030) becomes "[1, 2030]"."""
    if isinstance(key, str):
        return key
    if isinstance(key, (datetime.date, datetime.datetime)):
        return key.isoformat()
    value = plain(key, notes)
    return value if isinstance(value, str) else json.dumps(value)


def plain_number(value, notes):
    if isinstance(value, int):
        if -LARGEST <= value < LARGEST:
            return int(value)
        notes.add("a whole number of more than 64 bits became a text")
        return str(value)
    if math.isnan(value):
        return None  # the word for it in JSON
    if math.isinf(value):
        notes.add("an infinite number became a text")
        return str(value)
    return float(value)


def plain_dict(value, notes):
    made = {}
    for key, item in value.items():
        text = key_text(key, notes)
        if text in made:
            notes.add(
                f"a dictionary has two keys '{text}' of different types, the later one counts"
            )
        made[text] = plain(item, notes)
    return made


def plain_object(value, notes):
    """What is neither a container nor a number of Python itself."""
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if hasattr(value, "date") and hasattr(value, "amount"):
        return distribution_of(value, notes)
    if type(value).__module__ == "numpy":
        if hasattr(value, "dtype") and value.dtype.kind in "mM":
            return plain(value.astype(str).tolist(), notes)
        return plain(value.tolist(), notes)
    if hasattr(value, "value") and hasattr(value, "name"):  # a member of an Enum
        return plain(value.value, notes)
    notes.add(f"a value of type {name_of(value)} became a text")
    return str(value)


def plain(value, notes):
    """The same with types of JSON."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, (int, float)):
        return plain_number(value, notes)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return plain_dict(value, notes)
    if isinstance(value, (list, tuple)):
        return [plain(item, notes) for item in value]
    if isinstance(value, (set, frozenset)):
        notes.add("a set became a list")
        return sorted((plain(item, notes) for item in value), key=str)
    return plain_object(value, notes)


# --------------------------------------------------------------------------------------------------
# Temporal distributions.


def offsets(seconds, amounts):
    """{unit, date, amount} in the longest unit in which every offset is whole."""
    unit, length = next(u for u in UNITS if all(s % u[1] == 0 for s in seconds))
    return {"unit": unit, "date": [s // length for s in seconds], "amount": amounts}


def absolute(dates, amounts):
    return {"date": [str(date) for date in dates], "amount": amounts}


def date_kind(dtype):
    """'m' for offsets, 'M' for dates, and the unit."""
    text = str(dtype)
    for start, kind in (("timedelta64[", "m"), ("datetime64[", "M")):
        if text.startswith(start):
            return kind, text[len(start) : -1]
    return "", ""


def distribution_of(value, notes):
    """Of an object like bw_temporalis.TemporalDistribution; its dates are in seconds."""
    amounts = [plain(amount, notes) for amount in value.amount.tolist()]
    kind, _ = date_kind(value.date.dtype)
    if kind == "M":
        return absolute(value.date.astype("datetime64[s]").astype(str).tolist(), amounts)
    seconds = value.date.astype("timedelta64[s]").astype("int64").tolist()
    return offsets(seconds, amounts)


def loaded_distribution(data, notes):
    """Of what to_json() of bw_temporalis wrote."""
    kind, unit = date_kind(data["date_dtype"])
    length = dict(UNITS, W=604800, h=3600, m=60).get(unit)
    if length is None or kind == "":
        raise ValueError(data["date_dtype"])
    amounts = [plain(amount, notes) for amount in data["amount"]]
    if kind == "m":
        return offsets([int(date) * length for date in data["date"]], amounts)
    if unit != "s":
        raise ValueError(data["date_dtype"])
    start = datetime.datetime(1970, 1, 1)
    dates = [(start + datetime.timedelta(seconds=date)).isoformat() for date in data["date"]]
    return absolute(dates, amounts)


def stored_form(value):
    """The dictionary behind a distribution that was stored as JSON, else None."""
    if isinstance(value, str) and "__loader__" in value:
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) and "__loader__" in value else None


def put_distribution(value, made, notes):
    """Offsets as 'temporal_distribution'; what depends on the calendar under another name."""
    if value is None:
        return
    stored = stored_form(value)
    kind = stored["__loader__"].split(".")[-1] if stored else type(value).__name__
    try:
        found = loaded_distribution(stored, notes) if stored else plain(value, notes)
    except (KeyError, TypeError, ValueError, OverflowError):
        found = plain(stored, notes)
    relative = isinstance(found, dict) and {"unit", "date", "amount"} <= set(found)
    if relative and not kind.startswith("Fixed"):
        made["temporal_distribution"] = found
        return
    notes.add(
        f"a temporal distribution that is no list of offsets ({kind}) is kept as "
        "'absolute_temporal_distribution', which vintner does not use"
    )
    made["absolute_temporal_distribution"] = {"class": kind, "value": found}


# --------------------------------------------------------------------------------------------------
# Nodes and exchanges.


def exchange_of(data, source, kind, notes):
    """One exchange with all its attributes but its output, which is where it stands."""
    made = {"input": list(source), "amount": None, "type": kind}
    for key, value in data.items():
        if key in ("input", "output"):
            continue
        if key == "temporal_distribution":
            put_distribution(value, made, notes)
        else:
            made[key_text(key, notes)] = attribute_of(key, value, notes)
    return made


def attribute_of(key, value, notes):
    """Of an exchange or a factor: what vintner reads as a flag or a number is one."""
    if key in FLAGS and value is not None and not isinstance(value, bool):
        return bool(value)
    if key in UNCERTAINTY and key not in FLAGS and value is not None:
        return uncertainty_number(key, value, notes)
    return plain(value, notes)


def factor_of(value, notes):
    """A number, or the fields of an uncertain one that say something."""
    if not isinstance(value, dict):
        return plain(value, notes)
    made = {key_text(key, notes): attribute_of(key, one, notes) for key, one in value.items()}
    return {key: one for key, one in made.items() if one is not None}


def uncertainty_number(key, value, notes):
    """None for NaN and for an infinite bound, which is none; importers left texts."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        notes.add(f"'{key}' that is no number was left out")
        return None
    if math.isinf(number):
        notes.add(f"an infinite '{key}' was left out")
        return None
    return plain(int(number) if number.is_integer() and key == "uncertainty type" else number, notes)


def node_of(data, kind, notes):
    made = {}
    for key, value in data.items():
        if key not in ("database", "code", "id", "exchanges"):
            made[key_text(key, notes)] = plain(value, notes)
    if made.get("type") is None and kind is not None:
        made["type"] = kind
    return made


def add_exchanges(made, exchanges, notes):
    """Those of types that make no matrix stay as an attribute: vintner's reader refuses them."""
    others = [x for x in exchanges if x["type"] not in KNOWN_TYPES]
    if others:
        notes.add(
            f"an exchange of type '{others[0]['type']}' is kept in 'other_exchanges' of its "
            "activity, which vintner does not use"
        )
        made["other_exchanges"] = others
    made["exchanges"] = [x for x in exchanges if x["type"] in KNOWN_TYPES]
    if not made["exchanges"]:
        del made["exchanges"]
    return made


def schema():
    """The tables of nodes and exchanges."""
    try:
        from bw2data.backends import schema as tables
    except ImportError:
        from bw2data.backends.peewee import schema as tables
    return tables.ActivityDataset, tables.ExchangeDataset


def runs_of_exchanges(name):
    """First and last ids of the runs of rows of each activity. Most have one: exchanges of an
    activity are written together, so a node's are found by rowid, without any other index."""
    _, Exchange = schema()
    runs, before = {}, None
    query = (
        Exchange.select(Exchange.id, Exchange.output_code)
        .where(Exchange.output_database == name)
        .order_by(Exchange.id)
    )
    for number, code in query.tuples().iterator():
        if code == before:
            runs[code][-1] = number
        else:
            runs.setdefault(code, []).extend((number, number))
        before = code
    return runs


def parameterised():
    """(group, formula) of the exchanges that parameters give, by their number."""
    from bw2data.parameters import ParameterizedExchange

    return {row.exchange: (row.group, row.formula) for row in ParameterizedExchange.select()}


def stored_exchanges(name, code, runs, formulas, notes):
    _, Exchange = schema()
    columns = (Exchange.id, Exchange.data, Exchange.input_database, Exchange.input_code)
    columns += (Exchange.type,)
    for first, last in zip(runs[::2], runs[1::2]):
        query = (
            Exchange.select(*columns)
            .where(
                Exchange.id.between(first, last),
                Exchange.output_database == name,
                Exchange.output_code == code,
            )
            .order_by(Exchange.id)
        )
        for number, data, database, source, kind in query.tuples().iterator():
            made = exchange_of(data, (database, source), data.get("type") or kind, notes)
            if number in formulas:
                made["group"], made["formula"] = formulas[number]
            yield made


def stored_nodes(name, notes):
    """(code, node) of a database in SQLite, one after another."""
    Activity, _ = schema()
    runs = runs_of_exchanges(name)
    formulas = parameterised()
    query = (
        Activity.select(Activity.data, Activity.code, Activity.type)
        .where(Activity.database == name)
        .order_by(Activity.id)
    )
    for data, code, kind in query.tuples().iterator():
        notes.where = f"database '{name}', activity '{code}'"
        node = node_of(data, kind, notes)
        yield code, add_exchanges(
            node, list(stored_exchanges(name, code, runs.get(code, []), formulas, notes)), notes
        )


def loaded_nodes(bw2data, name, notes):
    """(code, node) of a database of another backend, which is loaded as a whole."""
    for (_, code), data in bw2data.Database(name).load().items():
        notes.where = f"database '{name}', activity '{code}'"
        exchanges = [
            exchange_of(x, x["input"], x.get("type"), notes) for x in data.get("exchanges", [])
        ]
        yield code, add_exchanges(node_of(data, None, notes), exchanges, notes)


def in_sqlite(bw2data, name):
    return any(c.__name__ == "SQLiteBackend" for c in type(bw2data.Database(name)).__mro__)


def nodes_of(bw2data, name, notes):
    backend = bw2data.databases[name].get("backend", "sqlite")
    notes.where = f"database '{name}'"
    if backend == "iotable":
        raise Refused(
            f"database '{name}' is an input-output table, whose exchanges are in its matrices "
            "only: let vintner read the project itself"
        )
    if not in_sqlite(bw2data, name):
        return loaded_nodes(bw2data, name, notes)
    if backend != "sqlite":
        notes.add(
            f"backend '{backend}' may change exchanges when it makes matrices; they are as they "
            "are stored"
        )
    return stored_nodes(name, notes)


# --------------------------------------------------------------------------------------------------
# Databases and methods.


def linked_databases(bw2data, name):
    """Databases that the exchanges of one point to."""
    if not in_sqlite(bw2data, name):
        return set(bw2data.databases[name].get("depends", []))
    _, Exchange = schema()
    query = (
        Exchange.select(Exchange.input_database).where(Exchange.output_database == name).distinct()
    )
    return {row[0] for row in query.tuples()} - {name}


def closure(bw2data, names):
    """The databases with all that they link to, in the order of the project."""
    found, ahead = set(), list(names)
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        ahead += [other for other in linked_databases(bw2data, name) if other in bw2data.databases]
    return [name for name in bw2data.databases if name in found]


def flow_keys(numbers):
    """(database, code) of ids, which methods of bw2data 4 hold."""
    Activity, _ = schema()
    numbers, found = sorted(numbers), {}
    for first in range(0, len(numbers), 500):
        some = Activity.id.in_(numbers[first : first + 500])
        query = Activity.select(Activity.id, Activity.database, Activity.code).where(some)
        found.update((number, (database, code)) for number, database, code in query.tuples())
    return found


def factors_of(bw2data, name, databases, notes):
    """[[database, code], factor(, location)] of one method; None for databases: all are wanted."""
    rows = bw2data.Method(name).load()
    keys = flow_keys({row[0] for row in rows if isinstance(row[0], int)})
    everywhere = bw2data.config.global_location
    made = []
    for row in rows:
        flow = keys.get(row[0]) if isinstance(row[0], int) else tuple(row[0])
        if flow is None:
            notes.add("a factor of a flow that is no longer there was left out")
            continue
        if databases is not None and flow[0] not in databases:
            notes.add(
                f"a factor of a flow in database '{flow[0]}', which is not exported, was left out"
            )
            continue
        entry = [list(flow), factor_of(row[1], notes)]
        if len(row) > 2 and row[2] not in (None, everywhere):
            entry.append(plain(row[2], notes))
        made.append(entry)
    return made


def method_of(bw2data, name, databases, notes):
    notes.where = f"method {', '.join(map(str, name))}"
    made = {"name": [part if isinstance(part, str) else str(part) for part in name]}
    for key, value in bw2data.methods[name].items():
        if key not in ("name", "cfs"):
            made[key_text(key, notes)] = plain(value, notes)
    made["cfs"] = factors_of(bw2data, name, databases, notes)
    return made


# --------------------------------------------------------------------------------------------------
# Parameters.


def parameter_of(row, notes):
    """Amount, formula, and what a pickle holds of its uncertainty."""
    notes.where = f"parameter '{row.name}'"
    made = {key_text(key, notes): attribute_of(key, one, notes) for key, one in row.data.items()}
    made.update(formula=row.formula, amount=plain(row.amount, notes))
    return {key: value for key, value in made.items() if value is not None}


def groups_of(chosen, notes):
    """Groups of activities of the databases that are written."""
    from bw2data.parameters import ActivityParameter, Group

    made = {}
    for row in ActivityParameter.select().order_by(ActivityParameter.id):
        if row.database not in chosen.databases:
            continue
        if row.group not in made:
            database = chosen.names.get(row.database, row.database)
            made[row.group] = {"database": database, "order": [], "parameters": {}}
        made[row.group]["parameters"][row.name] = parameter_of(row, notes)
    for name, group in made.items():
        order = Group.get(Group.name == name).order
        group["order"] = [other for other in order if other in made]
    return made


def parameters_of(chosen, notes):
    from bw2data.parameters import DatabaseParameter, ProjectParameter

    rows = ProjectParameter.select().order_by(ProjectParameter.id)
    project = {row.name: parameter_of(row, notes) for row in rows}
    databases = {}
    for row in DatabaseParameter.select().order_by(DatabaseParameter.id):
        if row.database in chosen.databases:
            name = chosen.names.get(row.database, row.database)
            databases.setdefault(name, {})[row.name] = parameter_of(row, notes)
    made = {"project": project, "database": databases, "activity": groups_of(chosen, notes)}
    return {kind: found for kind, found in made.items() if found}


# --------------------------------------------------------------------------------------------------
# The document.


def without_nul(value):
    """No reader in C takes a text with NUL in it, escaped or spelt out."""
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    return value.replace("\0", "").replace("\\u0000", "") if isinstance(value, str) else value


def json_text(value, notes):
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if "\\u0000" not in text:
        return text
    notes.add("a NUL character was left out")
    return json.dumps(without_nul(value), allow_nan=False, separators=(",", ":"))


def rename(references, names):
    """Databases in references to nodes, each [database, code]."""
    for reference in references:
        reference[0] = names.get(reference[0], reference[0])


def inputs_of(node):
    exchanges = [*node.get("exchanges", ()), *node.get("other_exchanges", ())]
    return [exchange["input"] for exchange in exchanges]


def write_document(file, bw2data, chosen, notes):
    """Node by node, so that the size of a database does not matter."""

    def dump(value):
        return json_text(value, notes)

    count = 0
    file.write('{"databases": {')
    for d, name in enumerate(chosen.databases):
        notes.where = f"database '{name}'"
        metadata = dump(plain(dict(bw2data.databases[name]), notes))
        new = chosen.names.get(name, name)
        file.write(f'{"," if d else ""}\n {dump(new)}: {{"metadata": {metadata}, "data": {{')
        for n, (code, node) in enumerate(nodes_of(bw2data, name, notes)):
            rename(inputs_of(node), chosen.names)
            file.write(f'{"," if n else ""}\n  {dump(str(code))}: {dump(node)}')
            count += 1
        file.write("}}")
    file.write('},\n "methods": [')
    within = None if chosen.alone else set(chosen.databases)
    for m, name in enumerate(chosen.methods):
        method = method_of(bw2data, name, within, notes)
        rename([factor[0] for factor in method["cfs"]], chosen.names)
        file.write(f'{"," if m else ""}\n  {dump(method)}')
    file.write("]")
    parameters = parameters_of(chosen, notes)
    if parameters:
        file.write(f',\n "parameters": {dump(parameters)}')
    file.write("}\n")
    return count


def write_file(path, bw2data, chosen, notes):
    """Under another name until it is complete."""
    partial = f"{path}.partial"
    try:
        with open(partial, "w", encoding="ascii", newline="\n") as file:
            count = write_document(file, bw2data, chosen, notes)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.remove(partial)
        raise
    return count


# --------------------------------------------------------------------------------------------------
# What was asked for.


class Chosen:
    def __init__(self, databases, methods, options):
        self.databases, self.methods = databases, methods
        self.alone = options.no_dependencies
        self.names = dict(options.rename or [])
        for name in self.names:
            if name not in databases:
                raise Refused(
                    f"--rename: no database '{name}' is exported{nearest(name, databases)}"
                )
        written = [self.names.get(name, name) for name in databases]
        for name in written:
            if written.count(name) > 1:
                raise Refused(f"--rename: two databases would be called '{name}'")


def nearest(name, names):
    close = difflib.get_close_matches(name, list(names), 1, 0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def choose_databases(bw2data, options):
    if not options.database:
        return list(bw2data.databases)
    for name in options.database:
        if name not in bw2data.databases:
            hint = nearest(name, bw2data.databases)
            raise Refused(f"project '{options.project}' has no database '{name}'{hint}")
    if options.no_dependencies:
        return [name for name in bw2data.databases if name in options.database]
    return closure(bw2data, options.database)


def choose_methods(bw2data, options):
    labels = {", ".join(map(str, name)): name for name in bw2data.methods}
    if not options.method:
        return list(bw2data.methods)
    for label in options.method:
        if label not in labels:
            raise Refused(
                f"project '{options.project}' has no method '{label}'{nearest(label, labels)}"
            )
    return [name for label, name in labels.items() if label in options.method]


def open_project(bw2data, name):
    """Switch to a project that is there: asked for another one, bw2data would make it."""
    names = [dataset.name for dataset in bw2data.projects]
    if name not in names:
        raise Refused(
            f"no project '{name}' in {bw2data.projects._base_data_dir}{nearest(name, names)}"
        )
    bw2data.projects.set_current(name, writable=False, update=False)


def print_contents(bw2data, notes):
    for name in bw2data.databases:
        data = bw2data.databases[name]
        changed = ", changed since it was processed" if data.get("dirty") else ""
        number, backend = data.get("number", "?"), data.get("backend", "sqlite")
        print(f"database: {name} ({number} activities, {backend}{changed})")
    for name in bw2data.methods:
        print(f"method: {', '.join(map(str, name))} ({bw2data.methods[name].get('unit', '')})")
    if len(bw2data.normalizations) + len(bw2data.weightings) > 0:
        notes.where = ", ".join(
            str(name) for name in [*bw2data.normalizations, *bw2data.weightings]
        )
        notes.add(
            "normalisations and weightings are not exported; vintner reads them from the project"
        )


def read_options(arguments):
    parser = argparse.ArgumentParser(
        prog="brightway_export.py",
        description="Write databases and methods of a Brightway project as one JSON document, "
        "which vintner reads.",
        epilog="BRIGHTWAY2_DIR names the folder of the projects if it is not the usual one.",
    )
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument(
        "-d",
        "--database",
        action="append",
        metavar="NAME",
        help="this one, with all that it links to; may be repeated (default: all)",
    )
    parser.add_argument(
        "--no-dependencies",
        action="store_true",
        help="those databases alone; other sources of the study have to hold what they link to",
    )
    parser.add_argument(
        "-m",
        "--method",
        action="append",
        metavar="NAME",
        help='its parts joined by ", "; may be repeated (default: all)',
    )
    parser.add_argument("--no-methods", action="store_true", help="no methods")
    parser.add_argument(
        "--rename",
        nargs=2,
        action="append",
        metavar=("NAME", "NEW"),
        help="call a database otherwise, so that a study can have the project beside the export; "
        "may be repeated",
    )
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")
    parser.add_argument(
        "--list", action="store_true", help="print databases and methods, write nothing"
    )
    options = parser.parse_args(arguments)
    if options.list == bool(options.output):
        parser.error("expected either -o FILE or --list")
    if options.method and options.no_methods:
        parser.error("-m and --no-methods exclude each other")
    return options


def export(options, notes):
    if options.output and os.path.exists(options.output) and not options.force:
        raise Refused(f"{options.output}: exists; --force replaces it")
    try:
        # It greets on stdout, which is for what was asked for.
        with contextlib.redirect_stdout(sys.stderr):
            import bw2data
    except ImportError as error:
        raise Refused(
            f"this Python has no bw2data ({error}): run it in your Brightway environment"
        ) from error
    open_project(bw2data, options.project)
    if options.list:
        print_contents(bw2data, notes)
        return
    databases = choose_databases(bw2data, options)
    methods = [] if options.no_methods else choose_methods(bw2data, options)
    chosen = Chosen(databases, methods, options)
    count = write_file(options.output, bw2data, chosen, notes)
    skipped = [str(name) for name in [*bw2data.normalizations, *bw2data.weightings]]
    if skipped and not options.method and not options.no_methods:
        notes.where = ", ".join(skipped)
        notes.add(
            "normalisations and weightings are not exported; vintner reads them from the project"
        )
    print(
        f"{options.output}: {count} activities and flows of {len(databases)} databases, "
        f"{len(methods)} methods",
        file=sys.stderr,
    )


def main(arguments=None):
    options, notes = read_options(arguments), Notes()
    try:
        export(options, notes)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # one line says where it went wrong; VINTNER_DEBUG shows all
        if os.environ.get("VINTNER_DEBUG"):
            raise
        where = f"{notes.where}: " if notes.where else ""
        print(f"{where}{name_of(error)}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    notes.say()
    return 0


if __name__ == "__main__":
    sys.exit(main())
