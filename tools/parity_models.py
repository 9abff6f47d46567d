"""Writes random models of the reference libraries, rows, and what the libraries make of them: tools/parity and the parity test read them.

    python tools/parity_models.py FOLDER --seed N [--count N] [--family lightgbm|xgboost|onnx]

FOLDER/index.json: an object a model: name, file, rows (how many), inputs, outputs, tolerance (relative to 1 + |value|), names of inputs, and
contributions (how many values, of the first rows). Beside each file, as raw little-endian doubles: FILE.rows, FILE.expected, FILE.contributions.
"""
import argparse
import importlib
import json
import os
import sys
import warnings

sys.dont_write_bytecode = True
os.environ["OMP_NUM_THREADS"] = "1"

# Family, its module, its function, models in a short run.
FAMILIES = [
    ("lightgbm", "parity_trees", "lightgbm_case", 25),
    ("xgboost", "parity_trees", "xgboost_case", 42),
    ("onnx", "parity_onnx", "onnx_case", 40),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, help="models of a family")
    parser.add_argument("--family", choices=[name for name, *_ in FAMILIES])
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    import numpy

    os.makedirs(options.folder, exist_ok=True)
    entries = []
    for name, module, function, usual in FAMILIES:
        if options.family not in (None, name):
            continue
        make = getattr(importlib.import_module(module), function)
        for index in range(options.count or usual):
            random = numpy.random.default_rng([options.seed, len(name), index])
            entries.append(write(options.folder, f"{name}-{index}", make(random, index), numpy))
    with open(os.path.join(options.folder, "index.json"), "w") as file:
        json.dump(entries, file)


def write(folder, stem, case, numpy):
    path = os.path.join(folder, stem)
    with open(path, "wb") as file:
        file.write(case["file"])
    rows = numpy.ascontiguousarray(case["rows"], dtype="<f8")
    expected = numpy.ascontiguousarray(numpy.asarray(case["expected"], dtype="<f8").reshape(len(rows), -1))
    contributions = numpy.ascontiguousarray([] if case.get("contributions") is None else case["contributions"], dtype="<f8")
    rows.tofile(path + ".rows")
    expected.tofile(path + ".expected")
    contributions.tofile(path + ".contributions")
    return {
        "name": case["name"], "file": stem, "rows": len(rows), "inputs": rows.shape[1], "outputs": expected.shape[1],
        "tolerance": case["tolerance"], "names": case["names"], "contributions": contributions.size,
    }


if __name__ == "__main__":
    main()
