#!/usr/bin/env python3
"""Makes features.json for remaining life from a table of runs to failure: one row a cycle, several units, each until it failed.

    make_rul_spec.py --table train.csv --by unit --time cycle --settings setting_1,setting_2 --name turbofan --output features.json

What it finds in the table:
- operating regimes: k-means over the settings, the smallest k (up to 10) that leaves less than a thousandth of the spread; one
  regime where none does. Every sensor is normalised within its regime; sensors that do not vary are left out.
- `health`: all sensors in one number, the ridge regression of the remaining life (at most --life) on them;
- `wear_1`, `wear_2`: the two principal directions of what is different at the end of life from the beginning, so that
  failures of two kinds can be told apart.
What it asks for of each: means over short and long windows, slopes from 20 cycles up to the whole life, differences from the
first cycles. Trees do well with slopes: a single cycle's level says little of how fast things go.
A sensor's value that is missing is held for a few cycles (`hold_count`): one hole in one sensor would be a hole in all that is
fused from it, and windows over what is left would reach further back than those of training.
The same table gives the same bytes.
"""
import argparse
import json

import numpy

import training_tables

RIDGE = 1e-3
END_OF_LIFE = 30
REGIME_SPREAD = 1e-3
LARGEST_REGIME_COUNT = 10
# A sensor's value that is missing: for so many cycles in a row its newest good one stands for it.
HOLD_COUNT = 5
SENSOR_FEATURES = [("mean", 10), ("slope", 60), ("slope", 120), ("slope", None)]
FUSED_FEATURES = [
    ("mean", 5), ("mean", 10), ("mean", 20), ("mean", 40), ("slope", 20), ("slope", 40), ("slope", 80), ("slope", 160),
    ("slope", None), ("mean", None), ("from_start", 10), ("from_start", 20), ("from_start", 30),
]


def centres_of(points, count):
    """k-means from centres that are far apart (Gonzalez 1985): no chance is in it."""
    centres = [points[((points - points.mean(0)) ** 2).sum(1).argmin()]]
    nearest = ((points - centres[0]) ** 2).sum(1)
    while len(centres) < count:
        centres.append(points[nearest.argmax()])
        nearest = numpy.minimum(nearest, ((points - centres[-1]) ** 2).sum(1))
    centres = numpy.array(centres)
    for _ in range(100):
        near = regimes_of(points, centres)
        moved = numpy.array([points[near == k].mean(0) if (near == k).any() else centres[k] for k in range(count)])
        if (moved == centres).all():
            break
        centres = moved
    return centres, ((points - centres[regimes_of(points, centres)]) ** 2).sum()


def regimes_of(points, centres):
    return ((points[:, None, :] - centres[None]) ** 2).sum(2).argmin(1)


def regimes(settings):
    """Means, deviations and centres; None where there is one regime."""
    means, deviations = settings.mean(0), settings.std(0)
    deviations = numpy.where(deviations > 1e-9, deviations, 1)
    points = (settings - means) / deviations
    whole = ((points - points.mean(0)) ** 2).sum()
    for count in range(2, LARGEST_REGIME_COUNT + 1):
        centres, left = centres_of(points, count)
        if left < REGIME_SPREAD * whole:
            return means, deviations, centres
    return None


def normalised(values, regime):
    """Each column within each regime; a column that does not vary there is 0."""
    means, deviations = [], []
    result = numpy.empty_like(values)
    for k in range(regime.max() + 1):
        part = values[regime == k]
        mean, deviation = part.mean(0), part.std(0)
        deviation = numpy.where(deviation > 1e-6 * numpy.maximum(1, abs(mean)), deviation, numpy.inf)
        result[regime == k] = (part - mean) / deviation
        means.append(mean)
        deviations.append(deviation)
    return result, numpy.array(means).T, numpy.array(deviations).T


def health_weights(z, life):
    design = numpy.c_[z, numpy.ones(len(z))]
    gram = design.T @ design + RIDGE * len(z) * numpy.eye(design.shape[1])
    weights = numpy.linalg.solve(gram, design.T @ life)
    return weights[:-1], weights[-1]


def wear_directions(z, units, left):
    """The largest principal directions of the last cycles' difference from the first ones."""
    late = []
    for unit in range(units.max() + 1):
        rows = z[units == unit]
        if len(rows) > 2 * END_OF_LIFE:
            late.append(rows[-END_OF_LIFE:] - rows[:20].mean(0))
    if not late:
        return []
    late = numpy.vstack(late)
    _, vectors = numpy.linalg.eigh(late.T @ late / len(late))
    directions = []
    for vector in vectors.T[::-1][:2]:
        # An eigenvector's sign is arbitrary: the greatest part is positive.
        directions.append(vector * numpy.sign(vector[abs(vector).argmax()]))
    return directions


def feature(source, statistic, count):
    if statistic == "from_start":
        return {"name": f"{source}_from_start_{count}", "input": source, "statistic": "baseline_difference",
                "baseline_count": count, "count": count}
    if count is None:
        return {"name": f"{source}_{statistic}_all", "input": source, "statistic": statistic, "expanding": True}
    return {"name": f"{source}_{statistic}_{count}", "input": source, "statistic": statistic, "count": count}


def plain(numbers):
    """Rounded to 9 digits: readable, and the same on every machine's linear algebra."""
    return [float(f"{number:.9g}") for number in numbers]


def specification(table, settings, name, version, life, units):
    sensors = [column for column in table.columns if column not in settings]
    found = regimes(table.matrix(settings)) if settings else None
    regime = numpy.zeros(len(units), dtype=int)
    if found:
        means, deviations, centres = found
        regime = regimes_of((table.matrix(settings) - means) / deviations, centres)
    z, sensor_means, sensor_deviations = normalised(table.matrix(sensors), regime)
    varies = z.std(0) > 0.2
    sensors = [sensor for sensor, is_used in zip(sensors, varies) if is_used]
    z, sensor_means, sensor_deviations = z[:, varies], sensor_means[varies], sensor_deviations[varies]
    sensor_deviations = numpy.where(numpy.isfinite(sensor_deviations), sensor_deviations, 1)
    left = training_tables.remaining(units)
    weights, offset = health_weights(z, numpy.minimum(left, life) / life)
    combinations = [{"name": "health", "inputs": sensors, "weights": plain(weights), "offset": plain([offset])[0]}]
    for place, direction in enumerate(wear_directions(z, units, left), 1):
        combinations.append({"name": f"wear_{place}", "inputs": sensors, "weights": plain(direction)})
    result = {"name": name, "version": version, "inputs":
              [{"name": column} for column in (settings if found else [])]
              + [{"name": column, "hold_count": HOLD_COUNT} for column in sensors]}
    if found:
        result["regimes"] = {"inputs": settings, "means": plain(means), "deviations": plain(deviations),
                             "centres": [plain(centre) for centre in centres]}
    result["normalise"] = {"inputs": sensors, "means": [plain(row) for row in sensor_means],
                           "deviations": [plain(row) for row in sensor_deviations]}
    result["combinations"] = combinations
    result["features"] = (
        [{"name": "cycles", "statistic": "count"}]
        + [feature(sensor, *wanted) for sensor in sensors for wanted in SENSOR_FEATURES]
        + [feature(fused["name"], *wanted) for fused in combinations for wanted in FUSED_FEATURES])
    return result


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--by", required=True, help="the column that names the unit")
    arguments.add_argument("--time", help="the column of its time or cycle, which is no feature by itself")
    arguments.add_argument("--settings", default="", help="columns that say how it is run, with commas between them")
    arguments.add_argument("--ignore", default="", help="columns that are not to be used, with commas between them")
    arguments.add_argument("--life", type=float, default=125, help="remaining life counts up to this many rows (125)")
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--version", default="1.0.0")
    arguments.add_argument("--output", required=True)
    given = arguments.parse_args()
    table = training_tables.Table(
        given.table, [name for name in (given.by, given.time) if name] + [name for name in given.ignore.split(",") if name])
    settings = [name for name in given.settings.split(",") if name]
    for name in settings:
        table.column(name)
    units = training_tables.groups(table.texts[given.by])
    made = specification(table, settings, given.name, given.version, given.life, units)
    with open(given.output, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in made.items()) + "\n}\n")


if __name__ == "__main__":
    main()
