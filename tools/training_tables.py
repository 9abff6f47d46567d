"""Tables as the training scripts read them: CSV with a header, or a stream's export (.ndjson); numbers, and nothing where something
is missing. Only numpy is needed."""
import csv
import datetime
import hashlib
import json
import os

import numpy


def csv_rows(path):
    """The header, then (line, cells)."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        try:
            names = next(rows)
        except StopIteration:
            raise SystemExit(f"{path}: it is empty")
        yield names
        for line, row in enumerate(rows, 2):
            if len(row) != len(names):
                raise SystemExit(f"{path}, line {line}: {len(row)} cells, and the header has {len(names)}")
            yield line, row


def export_rows(path):
    """The same of a stream's export: source, event_time and the members of the first record's body that are no objects."""
    names = None
    with open(path, encoding="utf-8") as file:
        for line, text in enumerate(file, 1):
            try:
                record = json.loads(text)
                body = record["body"]
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path}, line {line}: it is no exported record: {error}")
            if names is None:
                names = [name for name, value in body.items() if not isinstance(value, (dict, list))]
                yield ["source", "event_time"] + names
            cells = [body.get(name) for name in names]
            yield line, [record["source"], record["event_time"]] + ["" if cell is None else str(cell) for cell in cells]
    if names is None:
        raise SystemExit(f"{path}: it is empty")


def rows_of(path):
    return export_rows(path) if path.endswith(".ndjson") else csv_rows(path)


def seconds(text):
    """Of a time column: a number of seconds, or RFC 3339."""
    try:
        return float(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text).timestamp()


class Table:
    """Columns by name: ids are texts; numbers those that are asked for, else all others (of an export but for its frame)."""

    def __init__(self, path, ids=(), numbers=None):
        rows = rows_of(path)
        self.names = next(rows)
        ids = list(ids) + (["source", "event_time"] if path.endswith(".ndjson") else [])
        for name in ids + list(numbers or ()):
            if name not in self.names:
                raise SystemExit(f"{path}, line 1: there is no column {name!r}; there are {', '.join(self.names)}")
        places = {name: self.names.index(name) for name in ids}
        held = set(places.values())
        if numbers is None:
            numbers = [place for place in range(len(self.names)) if place not in held]
        else:
            numbers = [self.names.index(name) for name in numbers]
        texts, values = {name: [] for name in places}, []
        for line, row in rows:
            try:
                values.append([float(row[place]) if row[place] else numpy.nan for place in numbers])
            except ValueError as error:
                raise SystemExit(f"{path}, line {line}: {error}")
            for name, place in places.items():
                texts[name].append(row[place])
        if not values:
            raise SystemExit(f"{path}: it has no rows")
        self.path = path
        self.texts = texts
        self.columns = [self.names[place] for place in numbers]
        self.values = numpy.array(values, dtype=float)

    def column(self, name):
        if name not in self.columns:
            raise SystemExit(f"{self.path}, line 1: there is no column {name!r}; there are {', '.join(self.names)}")
        return self.values[:, self.columns.index(name)]

    def matrix(self, names):
        return self.values[:, [self.columns.index(name) for name in names]]


def identity(*paths):
    """One SHA-256 over the bytes of the files, in this order: which data a model was made from."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def groups(labels):
    """Each label's number, in order of first appearance."""
    numbers = {}
    return numpy.array([numbers.setdefault(label, len(numbers)) for label in labels])


def remaining(units):
    """Rows that are left of each unit after each row: a table of runs to failure has the failure in a unit's last row."""
    count = numpy.bincount(units)
    seen = numpy.zeros(len(count), dtype=int)
    left = numpy.empty(len(units))
    for i, unit in enumerate(units):
        seen[unit] += 1
        left[i] = count[unit] - seen[unit]
    return left


def folds(unit_count, count, seed):
    """Which fold each unit is in: the same for the same seed on every machine (a generator of our own, SplitMix64)."""
    keys = []
    state = seed
    for unit in range(unit_count):
        state = (state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & (2**64 - 1)
        keys.append((z ^ z >> 31, unit))
    place = numpy.empty(unit_count, dtype=int)
    for i, (_, unit) in enumerate(sorted(keys)):
        place[unit] = i % count
    return place


def write_json(path, value):
    """The same value gives the same bytes."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.write("\n")


def specification_features(path):
    with open(path, encoding="utf-8") as file:
        return [feature["name"] for feature in json.load(file)["features"]]
