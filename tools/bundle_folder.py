"""Writes a model bundle's folder: docs/models.md has the form. `crossdock model pack FOLDER --fill` makes the rest: the
specification's hash and the golden outputs, by the program that will run the model."""
import json
import os
import shutil
import sys

import training_tables

UNFILLED = "0" * 16
GOLDEN_ASSETS = 3


def command_line():
    """This script and its arguments, without the folders of this machine."""
    words = [os.path.basename(word) if os.sep in word else word for word in sys.argv]
    return " ".join(["tools/" + words[0]] + words[1:])


def write_golden(path, raw, spec, by, time, assets, rows):
    """golden/input.csv: the first rows of the first assets, columns named as the specification names its inputs."""
    with open(spec, encoding="utf-8") as file:
        inputs = json.load(file)["inputs"]
    table = training_tables.rows_of(raw)
    names = next(table)
    wanted = {entry["name"]: entry.get("column", entry["name"]) for entry in inputs}
    for column in list(wanted.values()) + [name for name in (by, time) if name]:
        if column not in names:
            raise SystemExit(f"{raw}, line 1: there is no column {column!r}; there are {', '.join(names)}")
    taken = {}
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(",".join((["asset"] if by else []) + (["time"] if time else []) + list(wanted)) + "\n")
        for _, row in table:
            asset = row[names.index(by)] if by else ""
            if (asset not in taken and len(taken) == assets) or taken.get(asset, 0) == rows:
                continue
            taken[asset] = taken.get(asset, 0) + 1
            cells = [asset] if by else []
            if time:
                cells.append(repr(training_tables.seconds(row[names.index(time)])))
            for entry in inputs:
                cell = row[names.index(wanted[entry["name"]])]
                cells.append(str(entry["categories"].get(cell, "")) if "categories" in entry else cell)
            out.write(",".join(cells) + "\n")


def write(folder, given, description, artefacts, reference):
    """artefacts: (file name, text, role, weight)."""
    os.makedirs(folder, exist_ok=True)
    for file, text, _, _ in artefacts:
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            out.write(text)
    shutil.copyfile(given.spec, os.path.join(folder, "features.json"))
    training_tables.write_json(os.path.join(folder, "reference.json"), reference)
    model = {"format": "crossdock-model", "format_version": 1}
    model |= {key: description[key] for key in ("name", "version", "task", "summary", "license")}
    model["features"] = UNFILLED
    model["artefacts"] = [{"file": file, "format": "lightgbm", "role": role} | ({"weight": weight} if weight != 1 else {})
                          for file, _, role, weight in artefacts]
    model |= {key: value for key, value in description.items() if key not in model}
    training_tables.write_json(os.path.join(folder, "model.json"), model)
    if given.golden:
        write_golden(os.path.join(folder, "golden", "input.csv"), given.golden, given.spec, given.by, given.golden_time,
                     GOLDEN_ASSETS, given.golden_rows)


def add_arguments(arguments):
    arguments.add_argument("--table", required=True, help="what crossdock features wrote")
    arguments.add_argument("--spec", required=True, help="the features.json it was made with")
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--version", default="1.0.0")
    arguments.add_argument("--summary", default="")
    arguments.add_argument("--license", default="Apache-2.0", help="of the model, as its training data allow")
    arguments.add_argument("--data", required=True, help="what it is trained on, in words")
    arguments.add_argument("--commit", default="", help="of the sources it was made with")
    arguments.add_argument("--by", help="the column that names the unit or asset")
    arguments.add_argument("--golden", help="raw samples, as crossdock features reads them: golden/input.csv is made of them")
    arguments.add_argument("--golden-rows", type=int, default=100, help=f"of each of the first {GOLDEN_ASSETS} assets (100)")
    arguments.add_argument("--golden-time", help="their column of the time, for features that depend on it")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--output", required=True, help="the bundle's folder")


def training(given, rows):
    commit = {"commit": given.commit} if given.commit else {}
    return {"data": given.data, "identity": training_tables.identity(given.table, given.spec)} | commit | {
        "command": command_line(), "rows": rows}


# One thread and a fixed order: the same table gives the same bytes.
LIGHTGBM = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1}
