"""Writes a random study of a pathway model from databases, random.yaml, and its documents.

    random_databases.py SEED [plain]

Snapshots hold the same activities under other codes, or each other's; processes are their own
products or not, make more or less than one unit or take up waste, substitute, link to each other,
to a shared database and to other snapshots; the foreground has all that exchanges can have. Some
make a by-product, by which they are allocated, unless the study is plain.
"""
import json
import random
import sys

draw = random.Random(int(sys.argv[1]))
BY_PRODUCTS = 0.0 if sys.argv[2:] == ["plain"] else 0.4
FLOWS = {"co2": "Carbon dioxide, fossil", "ch4": "Methane, fossil", "n2o": "Dinitrogen monoxide",
         "sf6": "Sulfur hexafluoride", "land": "Occupation", "rest": "Of no method"}
CAS = {"sf6": "002551-62-4"}
GASES = [code for code in FLOWS if code not in ("land", "rest")]


def amount(least, most):
    return draw.uniform(least, most) * draw.choice([1, 1, 1, 1, -1])


def link(to, value, kind):
    return {"input": list(to), "amount": value, "type": kind}


def emission(least, most):
    return link(flow_of[draw.choice(list(FLOWS))], amount(least, most), "biosphere")


def properties(value):
    return {"mass": draw.choice([value, {"amount": value, "unit": "kg"}]), "price": value ** 2}


def by_product(code, exchanges):
    """A second product of a process: weights stand in exchanges or in products, two exchanges may make one."""
    key, node = (code[0], code[1] + "_by"), {"name": "by-product", "reference product": code[1], "type": "product"}
    own = [x for x in exchanges if x["type"] == "production"]
    for x in own:
        x["amount"] = abs(x["amount"])
        x["properties"] = properties(draw.uniform(0.5, 2))
    made = [link(key, draw.uniform(0.2, 2), "production") for _ in range(draw.randint(1, 2))]
    if draw.random() < 0.5:
        node["properties"] = properties(draw.uniform(0.5, 2))
    else:
        made = [x | {"properties": properties(draw.uniform(0.5, 2))} for x in made]
    return key, node, exchanges + made


def exchanges_of(product, targets, shape):
    """Exchanges of a background process; small inputs keep every system far from singular."""
    made, exchanges = 1.0, []
    substitutes = draw.random() < 0.2
    if shape != "implicit" or substitutes:
        made = draw.choice([1.0, 2.5, -2.0, 1000.0])
        exchanges = [link(product, made * part, "production") for part in (0.25, 0.75)]
    for _ in range(draw.randint(0, 4)):
        kind = draw.choice(["technosphere", "generic consumption"])
        exchanges.append(link(draw.choice(targets), amount(0.01, 0.2) * abs(made), kind))
    if substitutes:
        exchanges.append(link(draw.choice(targets), amount(0.01, 0.1) * abs(made), "substitution"))
    exchanges += [emission(0.01, 5) for _ in range(draw.randint(0, 4))]
    draw.shuffle(exchanges)
    return exchanges


def snapshot(name, year, shapes, codes, others):
    """A database of one activity for each shape, and the keys of their products."""
    products = [(name, c + ("_out" if s == "apart" else "")) for s, c in zip(shapes, codes)]
    data = {}
    by_products = []
    for i, (shape, code, product) in enumerate(zip(shapes, codes, products)):
        identity = {"name": f"market {i % 3}", "reference product": f"good {i}"}
        if i % 2:
            identity["location"] = "GLO"
        node = {"exchanges": exchanges_of(product, products + others, shape)}
        if any(x["type"] == "production" for x in node["exchanges"]) and draw.random() < BY_PRODUCTS:
            key, data[code + "_by"], node["exchanges"] = by_product((name, code), node["exchanges"])
            by_products.append(key)
            allocation[name] = allocation.get(name) or draw.choice(["mass", "price", "equal"])
        if shape == "apart":
            data[product[1]] = identity | {"type": "product"}
            data[code] = {"name": f"making {i}", "type": "process"} | node
        else:
            data[code] = identity | node
    for node in data.values() if by_products else ():
        if draw.random() < 0.5 and node.get("exchanges"):
            node["exchanges"].append(link(draw.choice(by_products), draw.uniform(0.001, 0.02), "technosphere"))
    metadata = {"representative_time": f"{year}-07-01T00:00:00"} if year else {}
    return {"metadata": metadata, "data": data}, products


def distribution():
    unit, span = draw.choice([("Y", (-2, 9)), ("M", (-30, 99)), ("D", (-1500, 3000))])
    dates = [draw.randint(*span) for _ in range(draw.randint(1, 4))] + [0, 0]
    return {"unit": unit, "date": dates, "amount": [draw.uniform(-0.1, 0.5) for _ in dates]}


def dressed(exchange, first_of_pair):
    if draw.random() < 0.6:
        exchange["temporal_distribution"] = distribution()
    years = draw.sample(range(2010, 2050), 3)
    if first_of_pair and draw.random() < 0.3:
        exchange["vintage_improvements"] = {str(y): draw.uniform(0.3, 1.1) for y in years}
    if first_of_pair and draw.random() < 0.3:
        keys = [str(years[0]), f"[1, {years[1]}]", f"[-1,{years[2]}]"]
        exchange["vintage_amounts"] = {key: draw.uniform(0.1, 2) for key in keys}
    return exchange


def process(product, products, background):
    exchanges = [dressed(link(product, draw.choice([1.0, 100.0, -1.0]), "production"), True)]
    exchanges[0]["operation"] = True
    seen = set()
    for _ in range(draw.randint(1, 5)):
        kind = draw.choice(["technosphere", "technosphere", "substitution"])
        new = draw.choice([link(draw.choice(background), amount(0.1, 20), kind), emission(0.1, 20)])
        exchanges.append(dressed(new, tuple(new["input"]) not in seen))
        seen.add(tuple(new["input"]))
    if draw.random() < 0.5:
        inside = link(draw.choice(products), amount(0.01, 0.1), draw.choice(["technosphere", "substitution"]))
        exchanges += [inside | {"temporal_distribution": distribution()}, inside]
    return {"name": "a process", "operation_time_limits": [0, draw.randint(0, 5)], "exchanges": exchanges}


databases, flow_of, allocation = {"air": {"data": {}}, "ground": {"data": {}}}, {}, {}
for code, name in FLOWS.items():
    flow_of[code] = (draw.choice(["air", "ground"]), code)
    node = {"name": name, "type": "emission"} | ({"CAS number": CAS[code]} if code in CAS else {})
    databases[flow_of[code][0]]["data"][code] = node
for name in ("air", "ground"):
    databases[name]["metadata"] = {}
databases["shared"], shared = snapshot("shared", None, ["implicit", "apart"], ["s0", "s1"], [])

shapes = draw.choices(["implicit", "explicit", "apart"], k=draw.randint(2, 8))
years = draw.sample(range(2005, 2070), draw.randint(1, 4))
others, first_products = shared, None
for k, year in enumerate(years):
    codes = [f"a{i}" for i in range(len(shapes))]
    draw.shuffle(codes)
    name = f"snapshot{k}"
    databases[name], products = snapshot(name, year, shapes, codes, others)
    first_products = first_products or products
    others = draw.choice([shared, shared + products])

kinds = draw.choices(["own", "apart"], k=draw.randint(1, 3))
outputs = [("foreground", f"p{i}" + ("_out" if kind == "apart" else "")) for i, kind in enumerate(kinds)]
data = {f"p{i}": process(outputs[i], outputs, first_products) for i in range(len(kinds))}
data |= {code: {"name": code, "type": "product"} for _, code in outputs if code not in data}
if draw.random() < BY_PRODUCTS:
    key, data["p0_by"], data["p0"]["exchanges"] = by_product(("foreground", "p0"), data["p0"]["exchanges"])
    allocation["foreground"] = draw.choice(["mass", "price", "equal"])
databases["foreground"] = {"metadata": {}, "data": data}

methods = [{"name": ["warming"], "cfs": [[list(flow_of[c]), draw.uniform(1, 30)] for c in GASES]},
           {"name": ["land", 1], "cfs": [[list(flow_of["land"]), 1.0], [list(flow_of["co2"]), -0.5]]}]
documents = [{"databases": {}, "methods": methods}, {"databases": {}}]
for name, database in databases.items():
    draw.choice(documents)["databases"][name] = database
for i, document in enumerate(documents):
    with open(f"random{i}.json", "w", encoding="utf-8") as file:
        json.dump(document, file)

start = draw.randint(2015, 2040)
end = start + draw.randint(0, 20)
metrics = ["", ", metric: GWP", ", metric: GWP, horizon: 40, fixed_horizon: false", ", metric: CRF, horizon: 70"]
backgrounds = ["[" + ", ".join(f"snapshot{k}" for k in range(len(years))) + "]", "{snapshot0: 2033}"]
with open("random.yaml", "w", encoding="utf-8") as file:
    file.write(f"""vintner: 1
name: random
model:
  pathway:
    databases: [random0.json, random1.json]
    foreground: foreground
    background: {draw.choice(backgrounds)}
    demand: {{{outputs[0][1]}: {{"{start}:": 3}}}}
    years: [{start}, {end}]
    methods:
      climate_change: {{method: [warming]{draw.choice(metrics)}}}
      land_use: [land, "1"]
    objective: climate_change
""" + (f"    allocation: {json.dumps(allocation)}\n" if allocation else ""))
