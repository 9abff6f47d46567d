"""AI4I 2020 (Matzka 2020): machine failure from one row of process data, by a classifier that is trained in each fold.

Stratified 5-fold, out of fold: each row is predicted by a model that was trained on the other four fifths; F1 is of the class
"failure" over all rows, at the probability 0.5. Of the columns of failure modes (TWF, HDF, PWF, OSF, RNF) nothing is used: they
are the answer. Neither are the identifiers. Features, by `crossdock features`: power (torque × speed), the difference of process
and air temperature, torque × wear, and the columns as they are. The set's generator has failures of which no column tells
anything (tool wear at random, random failures): its own rules reach 0.917.
"""
import csv
import json
import os
import subprocess
import tempfile

FOLDS = 5
COLUMNS = {"Type": "type", "Air temperature [K]": "air_k", "Process temperature [K]": "process_k",
           "Rotational speed [rpm]": "speed_rpm", "Torque [Nm]": "torque_nm", "Tool wear [min]": "wear_min",
           "Machine failure": "failure"}
SPEC = {
    "name": "milling", "version": "1.0.0",
    "inputs": [{"name": "type", "categories": {"L": 0, "M": 1, "H": 2}}, {"name": "air_k"}, {"name": "process_k"},
               {"name": "speed_rpm"}, {"name": "torque_nm"}, {"name": "wear_min"}],
    "derived": [{"name": "power_w", "expression": "torque_nm * speed_rpm * 0.10471975511965977"},
                {"name": "warming_k", "expression": "process_k - air_k"},
                {"name": "strain_nm_min", "expression": "torque_nm * wear_min"}],
    "features": [{"name": name, "input": name, "statistic": "last"} for name in (
        "type", "air_k", "process_k", "speed_rpm", "torque_nm", "wear_min", "power_w", "warming_k", "strain_nm_min")],
}
TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def folds(labels):
    """Stratified: of each class every fifth row goes to a fold."""
    seen = {}
    place = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        place.append(seen[label] % FOLDS)
    return place


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(COLUMNS.values()), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def failure_probabilities(folder, program, python, train, test):
    spec, table, bundle = (os.path.join(folder, part) for part in ("features.json", "features.csv", "bundle"))
    train_csv, test_csv = os.path.join(folder, "train.csv"), os.path.join(folder, "test.csv")
    write_csv(train_csv, train)
    write_csv(test_csv, test)
    with open(spec, "w", encoding="utf-8") as file:
        json.dump(SPEC, file)
    run(program, "features", "--spec", spec, "--input", train_csv, "--keep", "failure", "--output", table)
    run(python, f"{TOOLS}/train_classifier.py", "--table", table, "--label", "failure", "--classes", "0,1",
        "--class-names", "works,failure", "--normal", "works", "--spec", spec, "--name", "milling-failure", "--data", "AI4I 2020",
        "--license", "CC-BY-4.0", "--golden", test_csv, "--output", bundle)
    run(program, "model", "pack", bundle, "--fill", "-o", os.path.join(folder, "milling-failure.cdm"))
    out = run(program, "model", "run", bundle, "--input", test_csv)
    return [float(row["p_failure"]) for row in csv.DictReader(out.splitlines())]


def score(data, program, tools_python):
    path = os.path.join(data, "ai4i", "ai4i2020.csv")
    if not os.path.exists(path):
        return {}, [f"ai4i: not there ({path})"]
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [{COLUMNS[key]: value for key, value in row.items() if key in COLUMNS} for row in csv.DictReader(file)]
    labels = [row["failure"] for row in rows]
    fold = folds(labels)
    told = [0.0] * len(rows)
    for held in range(FOLDS):
        with tempfile.TemporaryDirectory() as folder:
            places = [i for i in range(len(rows)) if fold[i] == held]
            for i, probability in zip(places, failure_probabilities(
                    folder, program, tools_python, [row for row, f in zip(rows, fold) if f != held],
                    [rows[i] for i in places]), strict=True):
                told[i] = probability
    hit = sum(p > 0.5 and label == "1" for p, label in zip(told, labels))
    said = sum(p > 0.5 for p in told)
    true = labels.count("1")
    f1 = 2 * hit / (said + true)
    return {"ai4i.f1": f1}, [f"AI4I, out of fold of 5     F1 {f1:.3f}   precision {hit / max(said, 1):.3f}   recall {hit / true:.3f}"]
