"""What stands beside our models, measured in the tools' Python: river's half-space trees and drift tests, LightGBM's own C library.

    peers.py FOLDER   writes the rows and the model that both sides are given into FOLDER; prints one flat JSON object

One thread each, times of the process's own clock."""
import glob
import json
import os
import random
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import lightgbm  # noqa: E402
import numpy  # noqa: E402
from river import anomaly, drift  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TREES, LEAVES, FEATURES, ROWS = 600, 31, 60, 2000


def half_space(folder):
    """The rows of both: three clusters in five columns within 0…1, as river wants them."""
    chance = numpy.random.default_rng(1)
    centres = chance.uniform(0.3, 0.7, (3, 5))
    rows = numpy.clip(centres[chance.integers(0, 3, 4000)] + 0.08 * chance.standard_normal((4000, 5)), 0, 1)
    rows.astype("<f8").tofile(os.path.join(folder, "half_space.f64"))
    dictionaries = [{f"c{k}": float(value) for k, value in enumerate(row)} for row in rows]
    trees = anomaly.HalfSpaceTrees(n_trees=25, height=8, window_size=250, seed=1)
    started = time.process_time()
    for row in dictionaries:
        trees.score_one(row)
        trees.learn_one(row)
    return {"model.river_hst_row_ns": (time.process_time() - started) / len(rows) * 1e9}


def drift_tests():
    figures = {}
    for name, make in (("adwin", drift.ADWIN), ("page_hinkley", drift.PageHinkley)):
        false_alarms, delays = 0, {1: [], 0.5: []}
        chance, test = random.Random(1), make()
        values = [chance.gauss(0, 1) for _ in range(100_000)]
        started = time.process_time()
        for value in values:
            test.update(value)
        figures[f"model.river_{name}_update_ns"] = (time.process_time() - started) / len(values) * 1e9
        for seed in range(50):
            chance, test = random.Random(seed), make()
            for _ in range(10_000):
                test.update(chance.gauss(0, 1))
                false_alarms += test.drift_detected
        for shift, counts in delays.items():
            for seed in range(1000, 1100):
                chance, test, count = random.Random(seed), make(), 0
                for _ in range(2000):
                    test.update(chance.gauss(0, 1))
                while count < 5000:
                    count += 1
                    test.update(chance.gauss(shift, 1))
                    if test.drift_detected:
                        break
                counts.append(count)
        figures[f"drift.river_{name}.false_alarms_per_10000"] = false_alarms / 50
        figures[f"drift.river_{name}.delay_1_sigma"] = sum(delays[1]) / len(delays[1])
        figures[f"drift.river_{name}.delay_half_sigma"] = sum(delays[0.5]) / len(delays[0.5])
    return figures


def trees(folder):
    chance = numpy.random.default_rng(2)
    rows = chance.standard_normal((ROWS * 5, FEATURES))
    target = rows[:, 0] * rows[:, 1] + numpy.sin(3 * rows[:, 2]) + rows[:, 3:12].sum(1) + 0.3 * chance.standard_normal(len(rows))
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": LEAVES, "learning_rate": 0.03, "num_threads": 1, "seed": 1, "deterministic": True,
         "verbose": -1},
        lightgbm.Dataset(rows, target), TREES)
    booster.save_model(os.path.join(folder, "trees.txt"))
    rows = rows[:ROWS]
    answers = booster.predict(rows, num_threads=1)
    numpy.hstack([rows, answers[:, None]]).astype("<f8").tofile(os.path.join(folder, "trees.f64"))
    library = glob.glob(os.path.join(os.path.dirname(lightgbm.__file__), "**", "lib_lightgbm.so"), recursive=True)[0]
    program = os.path.join(folder, "lightgbm-row")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, os.path.join(HERE, "lightgbm_row.c"), "-ldl"], check=True)
    text = subprocess.run([program, library, os.path.join(folder, "trees.txt"), os.path.join(folder, "trees.f64"), str(FEATURES)],
                          check=True, capture_output=True, text=True).stdout
    figures = json.loads(text)
    row = numpy.ascontiguousarray(rows[:1])
    started = time.process_time()
    for _ in range(500):
        booster.predict(row, num_threads=1)
    figures["model.lightgbm_python_row_us"] = (time.process_time() - started) / 500 * 1e6
    return figures


def main():
    folder = sys.argv[1]
    print(json.dumps({**half_space(folder), **drift_tests(), **trees(folder)}))


if __name__ == "__main__":
    main()
