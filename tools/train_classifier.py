#!/usr/bin/env python3
"""Trains a classifier of states or faults and writes it as a bundle's folder.

    crossdock features --spec features.json --input records.csv --keep failure --output features.csv
    train_classifier.py --table features.csv --label failure --spec features.json --name machine-failure --data "…" --output BUNDLE
    crossdock model pack BUNDLE --fill

One LightGBM ensemble. Values are binned finely (up to 4095 bins, down to a single value): faults of machines tend to begin at a
sharp limit, which coarse bins would blur. The metrics are those of a stratified cross-validation over the table's rows; where
rows of one machine or one run are alike, name the column that tells them apart with --group: it is never parted.
"""
import argparse
import math

import lightgbm
import numpy

import bundle_folder
import make_reference
import training_tables

PARAMETERS = {"learning_rate": 0.03, "num_leaves": 8, "min_data_in_leaf": 3, "max_bin": 4095, "min_data_in_bin": 1,
              "lambda_l2": 1}
TREES, FOLDS = 300, 5


def train(rows, classes, class_count, seed):
    objective = {"objective": "binary"} if class_count == 2 else {"objective": "multiclass", "num_class": class_count}
    parameters = PARAMETERS | objective | bundle_folder.LIGHTGBM | {"seed": seed}
    return lightgbm.train(parameters, lightgbm.Dataset(rows, classes, params=parameters), TREES)


def fold_of_rows(classes, groups, seed):
    """Stratified by class; a group is in one fold, counted to the class of its first row."""
    fold = numpy.empty(len(classes), dtype=int)
    first = numpy.unique(groups, return_index=True)[1]
    fold_of_group = numpy.empty(len(first), dtype=int)
    for label in numpy.unique(classes):
        members = numpy.flatnonzero(classes[first] == label)
        fold_of_group[members] = training_tables.folds(len(members), FOLDS, seed + int(label))
    fold[:] = fold_of_group[groups]
    return fold


def predict(model, rows, class_count):
    scores = model.predict(rows)
    return (scores > 0.5).astype(int) if class_count == 2 else scores.argmax(1)


def f1_scores(predicted, classes, class_count):
    scores = []
    for label in range(class_count):
        hit = ((predicted == label) & (classes == label)).sum()
        wrong = ((predicted == label) != (classes == label)).sum()
        scores.append(float(2 * hit / max(2 * hit + wrong, 1)))
    return scores


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    bundle_folder.add_arguments(arguments)
    arguments.add_argument("--label", required=True, help="the column of the class")
    arguments.add_argument("--classes", default="", help="its values in order, with commas between them (as they are sorted)")
    arguments.add_argument("--class-names", default="", help="what the model calls them, in the same order")
    arguments.add_argument("--normal", default="", help="which are no fault, by name: those call for no alert")
    arguments.add_argument("--group", help="a column whose rows stay together in cross-validation")
    given = arguments.parse_args()
    names = training_tables.specification_features(given.spec)
    table = training_tables.Table(given.table, [given.label] + ([given.group] if given.group else []), names)
    labels = table.texts[given.label]
    values = [word for word in given.classes.split(",") if word] or sorted(set(labels))
    if len(values) < 2 or not set(labels) <= set(values):
        raise SystemExit(f"{given.table}: the classes in {given.label!r} are {', '.join(sorted(set(labels)))}")
    classes = numpy.array([values.index(label) for label in labels])
    rows = table.matrix(names)
    groups = training_tables.groups(table.texts[given.group]) if given.group else numpy.arange(len(labels))
    fold = fold_of_rows(classes, groups, given.seed)
    predicted = numpy.empty(len(classes), dtype=int)
    for held in range(FOLDS):
        if (fold == held).any():
            model = train(rows[fold != held], classes[fold != held], len(values), given.seed)
            predicted[fold == held] = predict(model, rows[fold == held], len(values))
    scores = f1_scores(predicted, classes, len(values))
    called = [word for word in given.class_names.split(",") if word] or values
    metrics = {"accuracy": float((predicted == classes).mean())}
    metrics |= {f"f1_{name}": score for name, score in zip(called, scores)}
    metrics = {key: round(value, 4) for key, value in metrics.items() if math.isfinite(value)}
    normal = [word for word in given.normal.split(",") if word]
    alert = {"alert": {"normal": normal, "warning": 0.5, "critical": 0.9}} if normal else {}
    model = train(rows, classes, len(values), given.seed).model_to_string()
    bundle_folder.write(given.output, given, {
        "name": given.name, "version": given.version, "task": "classification",
        "summary": given.summary or f"which of {', '.join(called)}", "license": given.license, "classes": called, **alert,
        "training": bundle_folder.training(given, len(rows)), "metrics": metrics,
    }, [("classes.txt", model, "class", 1)], make_reference.reference(rows, names))
    print(", ".join(f"{key} {value}" for key, value in metrics.items()))


if __name__ == "__main__":
    main()
