#!/usr/bin/env python3
"""Trains a model of remaining life from runs to failure and writes it as a bundle's folder.

    crossdock features --spec features.json --input train.csv --by unit --time cycle --output features.csv
    train_rul.py --table features.csv --by unit --spec features.json --name turbofan-rul --data "…" --output BUNDLE
    crossdock model pack BUNDLE --fill

The table has a row a cycle; a unit's last row is its failure. Two units at least have 20 rows and more; shorter ones train the
models as the first rows of the others do, and calibrate nothing. Remaining life counts up to --life rows: before that nothing in
the data tells how much is left, and a model that is asked for it learns noise.

Models (LightGBM): the point is the mean of two ensembles (of 600 trees if not said), one of ordinary and one of extremely randomised trees
(Geurts 2006). The interval comes from quantile ensembles of both ends, calibrated by conformal regression (Romano 2019): each
unit is predicted by models that have not seen it, at every row that a live machine could be asked at, and the ends are moved
until they hold --coverage of the truths. Rows of one unit are alike, and a new machine is a new unit: each unit counts the same, as
if it were asked once at a row by chance, and the rank is that of so many units (hierarchical conformal prediction; Dunn, Wasserman &
Ramdas 2023, Lee, Barber & Willett 2023). Short and long lives have offsets of their own, by the predicted point, so that the
coverage does not depend on how many machines are near their end. What the metrics say is of those predictions, at rows
with at most 1.2 of --life left.
"""
import math

import lightgbm
import numpy

import bundle_folder
import make_reference
import training_tables
import usage

POINT = {"objective": "l2", "num_leaves": 31, "min_data_in_leaf": 20, "max_bin": 63,
         "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1}
RANDOMISED = POINT | {"extra_trees": True, "feature_fraction": 0.5}
QUANTILE = POINT | {"objective": "quantile", "num_leaves": 15, "min_data_in_leaf": 40}
# Each leaves out so little that its models are about as good as those of all units: intervals of worse ones would be too wide.
FOLDS = 10
# Parts of --life that part the bands of calibration, and the fewest rows that one may have.
BANDS, BAND_ROWS = (0.08, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92, 0.97), 200
# A machine is asked when it has run for a while; those rows calibrate. In training, rows before that and of lives far above what
# counts weigh less.
LEAST_CYCLES, LONGEST_LIFE, OTHER_WEIGHT = 20, 1.2, 0.3


def train(parameters, trees, rows, life, weights, given, alpha=None):
    # Fewer trees take longer steps: 0.03 for 600.
    parameters = parameters | bundle_folder.LIGHTGBM | {"seed": given.seed, "learning_rate": min(18 / given.trees, 0.1)}
    if alpha:
        parameters |= {"alpha": alpha}
    return lightgbm.train(parameters, lightgbm.Dataset(rows, life, weight=weights, params=parameters), trees)


def ends(given):
    """Trees of each end of the interval."""
    return max(1, given.trees // 2)


def out_of_fold(rows, life, weights, units, given):
    """Point, lower and upper of each row by models that have not seen its unit."""
    fold_of = training_tables.folds(units.max() + 1, min(FOLDS, units.max() + 1), given.seed)[units]
    tail = (1 - given.coverage) / 2
    result = numpy.zeros((3, len(rows)))
    for fold in range(fold_of.max() + 1):
        seen, held = fold_of != fold, fold_of == fold

        def predicted(parameters, trees, alpha=None):
            return train(parameters, trees, rows[seen], life[seen], weights[seen], given, alpha).predict(rows[held])

        result[0, held] = (predicted(POINT, given.trees) + predicted(RANDOMISED, given.trees)) / 2
        result[1, held] = predicted(QUANTILE, ends(given), tail)
        result[2, held] = predicted(QUANTILE, ends(given), 1 - tail)
    return result


def conformal(scores, weights, units, coverage):
    """The smallest score up to which there is coverage · (n + 1) / n of the weight, of n units: that of a new unit is below it as often
    as that. Of too few units the largest."""
    count = len(numpy.unique(units))
    order = numpy.argsort(scores, kind="stable")
    share = numpy.cumsum(weights[order])
    # The sum of all is rounded: what is meant is where it is passed.
    wanted = min(coverage * (count + 1) / count, 1) * share[-1] * (1 - 1e-12)
    return float(scores[order][numpy.searchsorted(share, wanted)])


def is_enough(band, units, given):
    """Whether a band of its own can be calibrated: rows, and units for the rank."""
    return band.sum() >= BAND_ROWS and len(numpy.unique(units[band])) * (1 - given.coverage) >= given.coverage - 1e-9


def calibrate(predicted, left, units, given):
    """The calibration and the scores of what comes out, by rows that no model has seen."""
    point, lower, upper = predicted
    # A row that is drawn by first drawing its unit.
    weights = 1 / numpy.bincount(units)[units]
    life = numpy.minimum(left, given.life)
    point = point.clip(0, given.life)
    calibration = {"method": "cqr", "coverage": given.coverage, "floor": 0, "ceiling": given.life, "bands": []}
    low, high, begin = lower.copy(), upper.copy(), -1.0
    for part in [*BANDS, None]:
        end = math.inf if part is None else part * given.life
        band = (begin <= point) & (point < end)
        if part is not None and not (is_enough(band, units, given) and is_enough(point >= end, units, given)):
            continue
        offset = conformal(numpy.maximum(lower - life, life - upper)[band], weights[band], units[band], given.coverage)
        low[band] -= offset
        high[band] += offset
        offsets = {"lower_offset": offset, "upper_offset": offset}
        if part is None:
            calibration |= offsets
        else:
            calibration["bands"].append({"below": end} | offsets)
        begin = end
    low, high = numpy.minimum(low.clip(0, given.life), point), numpy.maximum(high.clip(0, given.life), point)
    near = left <= LONGEST_LIFE * given.life
    metrics = {"rmse": float(numpy.sqrt(((point - life)[near] ** 2).mean())),
               "coverage": float(((low <= life) & (life <= high))[near].mean()),
               "interval_width": float((high - low)[near].mean())}
    return calibration, {key: round(value, 4) for key, value in metrics.items()}


def check(given):
    """What no model can be trained with."""
    if not given.by:
        usage.fail(usage.WRONG_USAGE, "--by COLUMN is needed: it tells the units apart")
    if not 0 < given.life < math.inf:
        usage.fail(usage.WRONG_USAGE, f"--life {given.life:g}: this should be a number of rows above 0")
    if given.trees < 1:
        usage.fail(usage.WRONG_USAGE, f"--trees {given.trees}: this should be 1 or more")
    if not 0 < given.coverage < 1:
        usage.fail(usage.WRONG_USAGE, f"--coverage {given.coverage:g}: this should be between 0 and 1, without the ends")


def main():
    arguments = usage.Arguments(__doc__)
    bundle_folder.add_arguments(arguments)
    arguments.add_argument("--life", type=float, default=125, help="remaining life counts up to this many rows (125)")
    arguments.add_argument("--coverage", type=float, default=0.8, help="of the interval (0.8)")
    arguments.add_argument("--trees", type=int, default=600, help="of each ensemble of the point; half as many of each end")
    arguments.add_argument("--unit", default="cycles", help="what a row is called (cycles)")
    given = arguments.parse_args()
    check(given)
    names = training_tables.specification_features(given.spec)
    table = training_tables.Table(given.table, [given.by], names)
    units = training_tables.groups(table.texts[given.by])
    rows = table.matrix(names)
    left = training_tables.remaining(units)
    life = numpy.minimum(left, given.life)
    cycles = numpy.concatenate([numpy.arange(1, count + 1) for count in numpy.bincount(units)])
    asked = cycles >= LEAST_CYCLES
    long = int((numpy.bincount(units) >= LEAST_CYCLES).sum())
    if long < 2:
        usage.fail(usage.BAD_DATA, f"{given.table}: two units at least, of {LEAST_CYCLES} rows and more, are needed; "
                                   f"there {'is one' if long else 'are none'}")
    weights = numpy.where(asked & (left <= LONGEST_LIFE * given.life), 1, OTHER_WEIGHT)
    calibration, metrics = calibrate(out_of_fold(rows, life, weights, units, given)[:, asked], left[asked],
                                     units[asked], given)
    tail = (1 - given.coverage) / 2

    def artefact(file, role, parameters, trees, alpha=None):
        text = train(parameters, trees, rows, life, weights, given, alpha).model_to_string()
        return file, text, role, 1

    artefacts = [
        artefact("point-1.txt", "point", POINT, given.trees), artefact("point-2.txt", "point", RANDOMISED, given.trees),
        artefact("lower.txt", "lower", QUANTILE, ends(given), tail),
        artefact("upper.txt", "upper", QUANTILE, ends(given), 1 - tail),
    ]
    bundle_folder.write(given.output, given, {
        "name": given.name, "version": given.version, "task": "rul",
        "summary": given.summary or f"remaining life in {given.unit}", "license": given.license, "unit": given.unit,
        "calibration": calibration,
        "alert": {"warning": round(given.life * 0.4), "critical": round(given.life * 0.16)},
        "training": bundle_folder.training(given, len(rows)), "metrics": metrics,
    }, artefacts, make_reference.reference(rows, names))
    print(", ".join(f"{key} {value}" for key, value in metrics.items()))


if __name__ == "__main__":
    main()
