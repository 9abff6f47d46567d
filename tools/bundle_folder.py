"""Writes a model bundle's folder: docs/models.md has the form. `crossdock model pack FOLDER --fill` makes the rest: the
specification's hash and the golden outputs, by the program that will run the model."""
import os
import shutil
import sys

import training_tables

UNFILLED = "0" * 16


def command_line():
    """This script and its arguments, without the folders of this machine."""
    words = [os.path.basename(word) if os.sep in word else word for word in sys.argv]
    return " ".join(["tools/" + words[0]] + words[1:])


def write(folder, spec, description, artefacts, reference, golden=None, golden_rows=200):
    """artefacts: (file name, text, role, weight)."""
    os.makedirs(folder, exist_ok=True)
    for file, text, _, _ in artefacts:
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            out.write(text)
    shutil.copyfile(spec, os.path.join(folder, "features.json"))
    training_tables.write_json(os.path.join(folder, "reference.json"), reference)
    model = {"format": "crossdock-model", "format_version": 1}
    model |= {key: description[key] for key in ("name", "version", "task", "summary", "license")}
    model["features"] = UNFILLED
    model["artefacts"] = [{"file": file, "format": "lightgbm", "role": role} | ({"weight": weight} if weight != 1 else {})
                          for file, _, role, weight in artefacts]
    model |= {key: value for key, value in description.items() if key not in model}
    training_tables.write_json(os.path.join(folder, "model.json"), model)
    if golden:
        os.makedirs(os.path.join(folder, "golden"), exist_ok=True)
        with open(golden, encoding="utf-8") as raw, open(
                os.path.join(folder, "golden", "input.csv"), "w", encoding="utf-8") as out:
            for _, line in zip(range(golden_rows + 1), raw):
                out.write(line)


def add_arguments(arguments):
    arguments.add_argument("--table", required=True, help="what crossdock features wrote")
    arguments.add_argument("--spec", required=True, help="the features.json it was made with")
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--version", default="1.0.0")
    arguments.add_argument("--summary", default="")
    arguments.add_argument("--license", default="Apache-2.0", help="of the model, as its training data allow")
    arguments.add_argument("--data", required=True, help="what it is trained on, in words")
    arguments.add_argument("--commit", default="", help="of the sources it was made with")
    arguments.add_argument("--golden", help="a raw table, as crossdock features reads it: golden/input.csv")
    arguments.add_argument("--golden-rows", type=int, default=200, help="rows of it, from the first on (200)")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--output", required=True, help="the bundle's folder")


def training(given, rows):
    return {"data": given.data, "identity": training_tables.identity(given.table, given.spec), "commit": given.commit,
            "command": command_line(), "rows": rows}


# One thread and a fixed order: the same table gives the same bytes.
LIGHTGBM = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1}
