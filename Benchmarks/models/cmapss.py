"""C-MAPSS: remaining life of turbofans (Saxena 2008), each of the sets FD001 to FD004 that is there.

For each set a model is trained on train_FD00x.txt by the scripts of tools/ and our own features, packed, and run by
`crossdock model run` on test_FD00x.txt; its last row of each engine is compared with RUL_FD00x.txt. One configuration for all
sets, chosen by cross-validation over the engines of FD001's and FD002's training files; no test file was used for it.

`rmse_clipped` and `phm_clipped` are against the true life, at most 125 cycles, as the figures of papers are; `rmse_true` and
`phm_true` against the true life itself, which a model of at most 125 cannot tell. PHM: Saxena's score, the sum of
exp(−d/13) − 1 for predictions that are early and exp(d/10) − 1 for late ones. `coverage80`: engines whose life (clipped) is in
the interval that is said to hold 80 %. `rmse_missing5`: `rmse_clipped` when a twentieth of the cells of the test file is missing,
settings too, drawn with a seed; the model is the same, and has seen no missing cell.
"""
import csv
import math
import os
import random
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")
sys.path.insert(0, TOOLS)
import known_sets

LIFE = known_sets.TURBOFAN_LIFE
MISSING = 0.05


def with_holes(source, target):
    """The table without so many of its cells; which unit and which cycle it is stays known."""
    chance = random.Random(5)
    with open(source, encoding="ascii") as rows, open(target, "w", encoding="ascii") as out:
        out.write(next(rows))
        for row in rows:
            cells = row.rstrip("\n").split(",")
            out.write(",".join(cells[:2] + ["" if chance.random() < MISSING else cell for cell in cells[2:]]) + "\n")


def run(*words):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def train(folder, program, python, name, train_csv):
    """The way of docs/models.md, "Train your own"."""
    spec, table, bundle = (os.path.join(folder, part) for part in ("features.json", "features.csv", "bundle"))
    run(python, f"{TOOLS}/make_rul_spec.py", "--table", train_csv, "--by", "unit", "--time", "cycle",
        "--settings", ",".join(known_sets.TURBOFAN_SETTINGS), "--life", str(LIFE), "--name", "turbofan", "--output", spec)
    run(program, "features", "--spec", spec, "--input", train_csv, "--by", "unit", "--time", "cycle", "--output", table)
    run(python, f"{TOOLS}/train_rul.py", "--table", table, "--by", "unit", "--spec", spec, "--life", str(LIFE),
        "--name", "turbofan-rul", "--data", f"C-MAPSS {name}", "--golden", train_csv, "--output", bundle)
    run(program, "model", "pack", bundle, "--fill", "-o", os.path.join(folder, "turbofan-rul.cdm"))
    return bundle


def figures(predicted, truths):
    """predicted: (point, lower, upper) an engine."""
    clipped = [min(truth, LIFE) for truth in truths]

    def rmse(wanted):
        return math.sqrt(sum((point - truth) ** 2 for (point, _, _), truth in zip(predicted, wanted)) / len(wanted))

    def phm(wanted):
        late = [point - truth for (point, _, _), truth in zip(predicted, wanted)]
        return sum(math.exp(-d / 13) - 1 if d < 0 else math.exp(d / 10) - 1 for d in late)

    held = sum(lower <= truth <= upper for (_, lower, upper), truth in zip(predicted, clipped))
    width = sum(upper - lower for _, lower, upper in predicted) / len(predicted)
    return {"rmse_clipped": rmse(clipped), "rmse_true": rmse(truths), "phm_clipped": phm(clipped),
            "phm_true": phm(truths), "coverage80": 100 * held / len(truths), "interval_width": width}


def last_rows(answer, count):
    rows = {row["unit"]: row for row in csv.DictReader(answer.splitlines())}
    return [tuple(float(rows[str(unit)][key]) for key in ("point", "lower", "upper")) for unit in range(1, count + 1)]


def score_set(base, name, program, python):
    with tempfile.TemporaryDirectory() as folder:
        train_csv, test_csv = os.path.join(folder, "train.csv"), os.path.join(folder, "test.csv")
        known_sets.turbofan_csv(os.path.join(base, f"train_{name}.txt"), train_csv)
        known_sets.turbofan_csv(os.path.join(base, f"test_{name}.txt"), test_csv)
        bundle = train(folder, program, python, name, train_csv)
        holes_csv = os.path.join(folder, "holes.csv")
        with_holes(test_csv, holes_csv)
        answers = [run(program, "model", "run", bundle, "--input", table, "--by", "unit", "--time", "cycle", "--last")
                   for table in (test_csv, holes_csv)]
    with open(os.path.join(base, f"RUL_{name}.txt"), encoding="ascii") as file:
        truths = [float(word) for word in file.read().split()]
    whole, holed = (figures(last_rows(answer, len(truths)), truths) for answer in answers)
    return whole | {"rmse_missing5": holed["rmse_clipped"]}


def score(data, program, tools_python):
    base = os.path.join(data, "cmapss")
    found = [name for name in known_sets.TURBOFANS if all(
        os.path.exists(os.path.join(base, f"{part}_{name}.txt")) for part in ("train", "test", "RUL"))]
    if not found:
        return {}, [f"cmapss: not there ({base})"]
    keys = {}
    lines = ["C-MAPSS, last row of each test engine   RMSE ≤ 125   RMSE true   PHM ≤ 125    PHM true   80 % interval holds   its width   RMSE, 5 % missing"]
    for name in found:
        got = score_set(base, name, program, tools_python)
        keys |= {f"cmapss.{name}.{key}": value for key, value in got.items()}
        lines.append(f"  {name:36} {got['rmse_clipped']:11.2f} {got['rmse_true']:11.2f} {got['phm_clipped']:11.0f} "
                     f"{got['phm_true']:11.0f} {got['coverage80']:19.1f} % {got['interval_width']:10.1f} "
                     f"{got['rmse_missing5']:19.2f}")
    return keys, lines
