"""Statistics of a results file again, from its rows by numpy: moments, quantiles, shares above
thresholds, what is built and when first, of the whole ensemble and of its groups.

    python oracle_statistics.py ROWS.h5 [STATISTICS.h5]

The second file is where the statistics are, if not with the rows. Prints how many numbers were
compared; ends with 1 at the first that differs.
"""

import itertools
import re
import sys

import h5py
import numpy as np
import yaml

MOMENTS = ["mean", "variance", "skewness", "standard_error", "min", "max"]


def texts(values):
    return [v.decode() if isinstance(v, bytes) else v for v in values]


def moments(x):
    n, nan = len(x), np.nan
    x = x.astype(np.longdouble)  # columns that differ by rounding alone have moments too
    if n == 0:
        return dict.fromkeys(MOMENTS, np.full(x.shape[1:], nan))
    mean = x.mean(axis=0)
    variance = x.var(axis=0, ddof=1) if n > 1 else np.full(x.shape[1:], nan)
    m2 = ((x - mean) ** 2).mean(axis=0)
    constant = x.max(axis=0) == x.min(axis=0)
    with np.errstate(all="ignore"):
        skewness = np.where(constant, nan, ((x - mean) ** 3).mean(axis=0) / m2**1.5)
    # Of what differs by rounding alone any skewness will do.
    skewness = np.where(~constant & (np.sqrt(m2) < 1e-10 * np.abs(mean)), np.inf, skewness)
    return {"mean": mean, "variance": variance, "skewness": skewness,
            "standard_error": np.sqrt(variance / n), "min": x.min(axis=0), "max": x.max(axis=0)}


def chosen(selector, labels):
    """Which labels the text between brackets chooses: a label, a glob, or several with | between."""
    out = np.zeros(len(labels), bool)
    for part in selector.split("|"):
        part = part.strip()
        if part.startswith('"'):
            out |= np.array([label == part[1:-1] for label in labels])
        else:
            form = re.escape(part).replace(r"\*", ".*").replace(r"\?", ".")
            out |= np.array([re.fullmatch(form, label) is not None for label in labels])
    return out


class Checker:
    def __init__(self, rows, target):
        self.rows, self.target, self.compared = rows, target, 0
        study = yaml.safe_load(target.attrs["study"])
        self.asked = (study.get("results") or {}).get("statistics") or {}
        self.status = rows["status"][:]
        self.seen = set()

    def same(self, folder, name, expected, tolerance=1e-9):
        found = folder[name][()]
        expected = np.asarray(expected, float)
        assert found.shape == expected.shape, (folder.name, name, found.shape, expected.shape)
        any_will_do = np.isinf(expected) & name.endswith("_skewness")
        expected = np.where(any_will_do, found, expected)
        scale = np.nanmax(np.abs(expected), initial=1e-300)
        bad = ~((np.abs(found - expected) <= tolerance * scale) | (np.isnan(found) & np.isnan(expected))
                | (found == expected))
        assert not bad.any(), (folder.name, name, found[bad][:3], expected[bad][:3])
        self.compared += expected.size
        self.seen.add(f"{folder.name}/{name}")

    def thresholds(self, variable):
        """Union of the thresholds, and a mask by cell."""
        selectors = {k: v for k, v in self.asked.get("exceedance", {}).items()
                     if re.match(r"\w+", k).group() == variable}
        if not selectors:
            return None, None
        union = sorted({float(t) for v in selectors.values() for t in v})
        data = self.rows[variable]
        asked = np.zeros(data.shape[1:] + (len(union),), bool)
        for selector, values in selectors.items():
            mask = np.array(True)
            if "[" in selector:
                inside = selector[selector.index("[") + 1:-1].split(",")
                names = [d[0].name.split("/")[-1] for d in list(data.dims)[1:]]
                for k, (part, axis) in enumerate(zip(inside, names)):
                    one = chosen(part, texts(self.rows[axis][:]))
                    mask = mask & one.reshape([-1 if j == k else 1 for j in range(len(names))])
            for value in values:
                asked[..., union.index(float(value))] |= np.broadcast_to(mask, asked.shape[:-1])
        return np.array(union), asked

    def of(self, picked, quantile):
        """All statistics of the scenarios that are picked."""
        out = {"objective_count": (picked & (self.status == 0)).sum(),
               "outcome_count": [(picked & (self.status == o)).sum() for o in [*range(8), -1]]}
        covered = picked & (self.status == 0)
        n = covered.sum()
        for name, data in self.rows.items():
            if f"statistics/{name}_mean" not in self.target:
                continue
            x = data[:][covered].astype(float)
            out.update({f"{name}_{k}": v for k, v in moments(x).items()})
            if len(quantile):
                out[f"{name}_quantile"] = (np.quantile(x, quantile, axis=0) if n else
                                           np.full((len(quantile),) + x.shape[1:], np.nan))
            union, asked = self.thresholds(name)
            if union is not None:
                with np.errstate(all="ignore"):
                    share = (x[..., None] > union).sum(axis=0) / n
                out[f"{name}_exceedance"] = np.where(asked, share, np.nan)
        if "installation" in self.rows and "statistics/installation_mean" in self.target:
            out.update(self.built(covered, n, quantile))
        return out

    def built(self, covered, n, quantile):
        reference = self.rows["reference/installation"][:].astype(float).sum(axis=1)
        above = self.asked.get("built_above", 1e-9 * np.fmax(1, reference))
        so_far = np.cumsum(self.rows["installation"][:][covered].astype(float), axis=2)
        built = so_far[..., -1] > np.broadcast_to(above, so_far.shape[1:2])
        over = so_far > np.broadcast_to(above, so_far.shape[1:2])[:, None]
        first = np.where(built, over.argmax(axis=2), -1)
        year, years = self.rows["time"][:].astype(float), so_far.shape[2]
        with np.errstate(all="ignore"):
            out = {"built_share": built.sum(axis=0) / n,
                   "first_year_share": np.stack([(first == t).sum(axis=0) for t in range(years)], axis=1) / n}
        if len(quantile):
            table = np.full((len(quantile), built.shape[1]), np.nan)
            for p in range(built.shape[1]):
                if built[:, p].any():
                    table[:, p] = np.quantile(year[first[built[:, p], p]], quantile, method="lower")
            out["first_year_quantile"] = table
        return out

    def folder(self, name, masks, shape):
        folder = self.target[name]
        quantile = folder["quantile"][:] if "quantile" in folder else []
        parts = [self.of(mask, quantile) for mask in masks]
        for key in parts[0]:
            stacked = np.stack([np.asarray(p[key], float) for p in parts])
            self.same(folder, key, stacked.reshape(shape + stacked.shape[1:]))

    def check(self):
        everything = np.ones(len(self.status), bool)
        self.folder("statistics", [everything], ())
        by = self.asked.get("group_by")
        if by:
            self.groups([by] if isinstance(by, str) else by)
        for variable in ("objective", "total_impact", "score"):
            union, _ = self.thresholds(variable) if variable in self.rows else (None, None)
            if union is not None:
                assert list(self.target[f"statistics/{variable}_threshold"][:]) == list(union)
        self.complete()
        return self.compared

    def groups(self, by):
        factor = texts(self.rows["factor"][:])
        choices = yaml.safe_load(self.rows["factor_value"].attrs.get("choices", "{}"))
        levels, name = [], "statistics/by_" + ",".join(by)
        for one in by:
            value = self.rows["factor_value"][:][:, factor.index(one)]
            level = self.target[f"{name}/level_{one}"][:]
            if one in choices:
                assert texts(level) == choices[one]
                level = np.arange(len(level))
            levels.append([value == v for v in level])
        masks = [np.logical_and.reduce(combination) for combination in itertools.product(*levels)]
        self.folder(name, masks, tuple(len(level) for level in levels))

    def complete(self):
        """Every statistic there is has been compared, and its axes are those of its group."""
        def visit(path, data):
            if not isinstance(data, h5py.Dataset) or "CLASS" in data.attrs:
                return
            if data.name not in self.seen and data.dtype.kind in "fi":
                assert len(data.dims) == 1, f"{data.name} was not compared"  # along an axis
            for axis in data.dims:
                assert axis[0].parent == data.parent, data.name
        self.target["statistics"].visititems(visit)


with h5py.File(sys.argv[1]) as rows, h5py.File(sys.argv[-1]) as target:
    print(Checker(rows, target).check(), "numbers are those of numpy")
