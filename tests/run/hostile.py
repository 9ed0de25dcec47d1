"""Files that no honest program writes, for hostile.sh: python3 hostile.py KIND [ARGUMENT...] in the
folder where they are to be. Needs the standard library alone."""

import gzip
import hashlib
import io
import json
import os
import sqlite3
import struct
import sys
import tarfile
import time
import zipfile


def npy(descr, rows, data):
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': ({rows},), }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def package(records, matrix, name, extra=None):
    """A zip with one group: records are (row, col, value, flip)."""
    resources, files = [], {}
    for kind, descr, data in (
        ("indices", "[('row', '<i8'), ('col', '<i8')]", b"".join(struct.pack("<qq", *r[:2]) for r in records)),
        ("data", "'<f8'", b"".join(struct.pack("<d", r[2]) for r in records)),
        ("flip", "'|b1'", bytes(r[3] for r in records)),
    ):
        path = f"{name}.{kind}.npy"
        files[path] = npy(descr, len(records), data)
        resources.append({"matrix": matrix, "group": name, "kind": kind, "category": "vector", "path": path,
                          "format": "npy", "profile": "data-resource"})
    return {"name": name, "resources": resources} | (extra or {}), files


def write_zip(path, meta, files):
    text = meta if isinstance(meta, str) else json.dumps(meta)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("datapackage.json", text)
        for name, data in files.items():
            z.writestr(name, data)


CREATE = ("CREATE TABLE activitydataset (id INTEGER PRIMARY KEY, data BLOB, code TEXT, database TEXT, location TEXT, "
          "name TEXT, product TEXT, type TEXT)")
PARAMETERS = "CREATE TABLE projectparameter (id INTEGER PRIMARY KEY, name TEXT, formula TEXT, amount REAL)"


def project(folder="proj", create=CREATE, rows=((1, "a"), (2, "co2")), records=None, databases=None):
    """A Brightway project of one process 'a' that emits; returns its SQLite file."""
    for part in ("lci", "processed"):
        os.makedirs(f"{folder}/{part}", exist_ok=True)
    md5 = hashlib.md5(b"db").hexdigest()
    meta, files = package([(1, 1, 1.0, 0)], "technosphere_matrix", "made")
    more, emitted = package([(2, 1, 3.0, 0)], "biosphere_matrix", "emitted")
    meta["resources"] += more["resources"]
    write_zip(f"{folder}/processed/db.{md5[:8]}.zip", meta, files | emitted)
    write_zip(f"{folder}/processed/gwp.1.zip", *package([(2, 1, 2.0, 0)], "characterization_matrix", "gwp"))
    with open(f"{folder}/methods.json", "w") as f:
        json.dump([[["GWP", "x"], {"abbreviation": "gwp.1"}]], f)
    if records is None:
        with open(f"{folder}/databases.json", "w") as f:
            f.write(databases or json.dumps({"db": {"depends": []}}))
    path = f"{folder}/lci/databases.db"
    if os.path.exists(path):
        os.remove(path)
    base = sqlite3.connect(path)
    base.execute(create)
    for i, code in rows:
        base.execute("INSERT INTO activitydataset (id, code, database, type) VALUES (?, ?, 'db', ?)",
                     (i, code, "process" if i == 1 else "emission"))
    if records is not None:
        base.execute("CREATE TABLE databaserecord (name TEXT, depends TEXT, dirty INTEGER)")
        base.executemany("INSERT INTO databaserecord VALUES (?, ?, ?)", records)
    base.commit()
    base.close()
    return path


def backup():
    with tarfile.open("p.tar.gz", "w:gz") as t:
        t.add("proj")


def record(kind):
    rows = {"twice": [("db", "[]", 1), ("db", "[]", 0)], "junk": [("db", "{{{{", 0)], "no-list": [("db", '"x"', 0)],
            "no-names": [("db", "[1, 2]", 0)], "half": [("db", '["\\ud800"]', 0)], "words": [("db", "[]", "no")],
            "good": [("db", "[]", 0)]}
    project(records=rows[kind])


def text(kind):
    odd = {"nul": "a\0b", "latin": b"caf\xe9", "bytes": b"a", "good": "a"}[kind]
    if kind == "latin":
        path = project(rows=((2, "co2"),))
        base = sqlite3.connect(path)
        base.execute("INSERT INTO activitydataset (id, code, database, type) VALUES (1, CAST(? AS TEXT), 'db', 'process')",
                     (odd,))
        base.commit()
    else:
        project(rows=((1, odd), (2, "co2")))


def utf16():
    path = project()
    os.remove(path)
    base = sqlite3.connect(path)
    base.execute("PRAGMA encoding = 'UTF-16le'")
    base.execute(CREATE)
    base.execute("INSERT INTO activitydataset (id, code, database) VALUES (1, 'a', 'db')")
    base.commit()


def databases(kind):
    texts = {"twice": '{"db": {"depends": []}, "db": {"depends": []}}', "dirty-text": '{"db": {"dirty": "false"}}',
             "inner-twice": '{"db": {"dirty": true, "dirty": false}}', "depends": '{"db": {"depends": {"db": 1}}}',
             "time": '{"db": {"representative_time": "2020-99-99"}}'}
    project(databases=texts[kind])


def parameter(kind):
    project()
    base = sqlite3.connect("proj/parameters.db")
    base.execute(PARAMETERS if kind != "loose" else PARAMETERS.replace("amount REAL", "amount"))
    rows = {"twice": [("p", 1.0), ("p", 2.0)], "text": [("p", "0x10")], "loose": [("p", "many")], "good": [("p", 1.0)]}
    base.executemany("INSERT INTO projectparameter (name, amount) VALUES (?, ?)", rows[kind])
    base.commit()


def computed(kind):
    """Tables that run code when they are read."""
    text = "CAST(printf('%.*c', 100000000, 'x') AS TEXT)"
    plain = CREATE.replace("activitydataset", "plain")
    if kind == "view":
        path = project()
        base = sqlite3.connect(path)
        base.execute("ALTER TABLE activitydataset RENAME TO plain")
        base.execute(f"CREATE VIEW activitydataset AS SELECT id, code, database, {text} AS name, location, product, type "
                     "FROM plain")
    elif kind == "default":
        path = project(create=CREATE.replace("name TEXT,", ""))
        base = sqlite3.connect(path)
        for i in range(3, 2000):
            base.execute("INSERT INTO activitydataset (id, code, database) VALUES (?, ?, 'db')", (i, f"c{i}"))
        base.execute(f"ALTER TABLE activitydataset ADD COLUMN name TEXT DEFAULT '{'x' * 500000}'")
    else:
        how = "STORED" if kind == "stored" else "VIRTUAL"
        text = text if kind == "virtual" else "code || 'x'"
        path = project(create=CREATE.replace("name TEXT", f"name TEXT GENERATED ALWAYS AS ({text}) {how}"))
        base = sqlite3.connect(path)
    base.commit()
    assert plain


def hot():
    """A project whose file has the journal of a program that was killed while it wrote."""
    path = project()
    child = os.fork()
    if child == 0:
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("PRAGMA cache_size = 5")
        base.execute("PRAGMA cache_spill = 1")
        base.execute("BEGIN IMMEDIATE")
        for i in range(10, 3000):
            base.execute("INSERT INTO activitydataset (id, code, database) VALUES (?, ?, 'db')", (i, "c%d" % i * 20))
        os._exit(0)
    os.waitpid(child, 0)


def lock(seconds):
    base = sqlite3.connect("proj/lci/databases.db", isolation_level=None)
    base.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)
    time.sleep(float(seconds))
    base.execute("COMMIT")


def bomb(where, count):
    """A small zip whose datapackage.json is a list of {}."""
    many = "[" + ",".join(["{}"] * int(count)) + "]"
    meta, files = package([(1, 1, 1.0, 0)], "technosphere_matrix", "made")
    text = json.dumps(meta)
    if where == "unknown":
        text = text[:-1] + f', "more": {many}}}'
    elif where == "deep":
        text = text[:-1] + f', "more": {{"a": [1, {many}]}}}}'
    elif where == "member":
        text = text.replace('"kind": "data"', f'"kind": "data", "more": {many}')
    elif where == "lists":
        text = text[:-1] + ', "more": ' + many.replace("{}", "[]") + "}"
    write_zip("p.zip", text, files)


def document(where, count):
    many = "[" + ",".join(["{}"] * int(count)) + "]"
    bike = json.load(open("bike.json"))
    if where == "databases":
        for i in range(int(count)):
            bike["databases"][f"d{i}"] = {"data": {"x": {}}}
    elif where == "methods":
        bike["methods"] += [{"name": ["M", str(i)], "cfs": [[["nature", "co2"], 1]]} for i in range(int(count))]
    elif where == "factors":
        bike["methods"].append({"name": ["large"], "cfs": [[["nature", "co2"], 1]] * int(count)})
    elif where == "exchanges":
        bike["databases"]["bike"]["data"]["steel"]["exchanges"] += [
            {"input": ["nature", "co2"], "type": "biosphere", "amount": 2.0 / int(count)}] * int(count)
    text = json.dumps(bike)
    if where == "unknown":
        text = text[:-1] + f', "source": {many}}}'
    elif where == "attribute":
        text = text.replace('"name": "steel production"', f'"name": "steel production", "comment": {many}')
    elif where == "cfs":
        text = text.replace('"methods": [', f'"methods": [{{"name": ["a"], "cfs": {many}}}, ')
    open("bike.json", "w").write(text)


def tar(kind):
    head = bytearray(512)
    name = b"proj/notes.txt" if kind == "unwanted" else b"proj/methods.json"
    head[0:len(name)] = name
    head[100:108] = b"0000644\0"
    head[124:136] = b"\x80" + (4 << 30).to_bytes(11, "big") if kind != "pax" else b"00000000000\0"
    head[156:157] = b"0"
    head[257:265] = b"ustar\x0000"
    blocks = []
    if kind == "pax":
        body = b"19 size=4294967296\n"
        assert len(body) == 19
        pax = bytearray(head)
        pax[156:157] = b"x"
        pax[124:136] = b"%011o\0" % len(body)
        blocks = [pax, body + bytes(512 - len(body))]
    blocks.append(head)
    for block in blocks:
        if len(block) == 512 and block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            block[148:156] = b"%06o\0 " % sum(block)
    with gzip.open("p.tar.gz", "wb", 6) as f:
        for block in blocks:
            f.write(bytes(block))
        for _ in range(1024):
            f.write(bytes(1 << 20))


def no_zip():
    """A backup whose datapackage is 200 MB of something else."""
    data = os.urandom(1 << 20) + bytes(100 << 20)
    with tarfile.open("p.tar.gz", "w:gz") as t:
        info = tarfile.TarInfo("proj/processed/x.zip")
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))


def no_npy(kind):
    meta, files = package([(1, 1, 1.0, 0)], "technosphere_matrix", "made")
    zeros = bytes(200 << 20)
    files["made.data.npy"] = {"magic": zeros, "rows": npy("'<f8'", len(zeros) // 8, zeros),
                              "pickle": npy("'|O'", 1, zeros), "short": npy("'<f8'", 1, zeros)}[kind]
    write_zip("p.zip", meta, files)


def integers(kind):
    meta, files = package([(1, 1, 1.0, 0)], "technosphere_matrix", "made")
    text = json.dumps(meta)
    if kind == "seed":
        text = text[:-1] + ', "seed": 99999999999999999999}'
    elif kind == "index":
        text = text.replace('"kind": "indices"', '"kind": "indices", "global_index": -99999999999999999999')
    elif kind == "flag":
        text = text[:-1] + ', "sequential": true, "sequential": false}'
    elif kind == "path":
        text = text.replace('"kind": "data"', '"kind": "data", "path": "other.npy"')
    write_zip("p.zip", text, files)


if __name__ == "__main__":
    globals()[sys.argv[1].replace("-", "_")](*sys.argv[2:])
