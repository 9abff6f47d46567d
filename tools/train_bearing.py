#!/usr/bin/env python3
"""A classifier of bearing faults: a bundle from a table of features.

    crossdock features --spec features.json --input A.f32 --input B.f32 --block 8192 --set rpm=1797 --output table.csv
    train_bearing.py --table table.csv --labels labels.csv --spec features.json --golden A.f32 --set rpm=1797 --name bearing-fault \\
      --output BUNDLE
    crossdock model pack BUNDLE --fill

`labels.csv` has the columns `file` (as the table's, without folders) and `fault`. Multinomial logistic regression on standardised
features, every class with the same weight. It is regularised so strongly (C = 0.001) that it is hardly more than the nearest class
mean: of bearings there are few, of blocks of each many, and a model that is free to learn learns the bearings. Between C = 0.0003
and 0.003 the score with a size of fault left out stays within 0.02.

Deterministic: the same table gives the same bytes."""
import argparse
import csv
import json
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression

import training_tables

GOLDEN_BLOCKS = 2

def rows(given):
    """Labels and features of the table's rows that have all of them."""
    with open(given.spec, encoding="utf-8") as file:
        names = [feature["name"] for feature in json.load(file)["features"]]
    with open(given.labels, encoding="utf-8") as file:
        label = {os.path.basename(row["file"]): row["fault"] for row in csv.DictReader(file)}
    faults, values, left_out = [], [], 0
    with open(given.table, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            fault = label.get(os.path.basename(row.get("file") or ""))
            if not fault or any(row[name] == "" for name in names):
                left_out += 1
                continue
            faults.append(fault)
            values.append([float(row[name]) for name in names])
    if len(set(faults)) < 2:
        sys.exit(f"train_bearing: {given.table}: rows of at least two faults are needed, with labels in {given.labels}")
    if left_out:
        print(f"train_bearing: {left_out} rows without a label or with an empty feature are left out", file=sys.stderr)
    return names, numpy.array(faults), numpy.array(values)


def fit(faults, values, strength):
    """Classes, weights (a row a class) and offsets on the features as they come."""
    mean, deviation = values.mean(0), values.std(0)
    deviation[deviation == 0] = 1
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=5000, tol=1e-8)
    model.fit((values - mean) / deviation, faults)
    weights, offsets = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, offsets = numpy.vstack([-weights, weights]) / 2, numpy.hstack([-offsets, offsets]) / 2
    return [str(name) for name in model.classes_], weights / deviation, offsets - (weights / deviation) @ mean


def linear_classifier(classes, weights, offsets):
    node = helper.make_node(
        "LinearClassifier", ["features"], ["class", "probabilities"], domain="ai.onnx.ml", multi_class=1,
        coefficients=[float(w) for w in weights.ravel()], intercepts=[float(b) for b in offsets],
        classlabels_strings=classes, post_transform="SOFTMAX")
    graph = helper.make_graph(
        [node], "bearing", [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, weights.shape[1]])],
        [helper.make_tensor_value_info("class", TensorProto.STRING, [None]),
         helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, len(classes)])])
    model = helper.make_model(
        graph, producer_name="crossdock",
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def golden(given):
    """The first blocks of a recording, which the bundle is tried with whenever it is opened."""
    with open(given.spec, encoding="utf-8") as file:
        block = json.load(file)["waveform"]["samples"]
    constants = dict(item.split("=", 1) for item in given.set)
    samples = numpy.fromfile(given.golden, "<f4", GOLDEN_BLOCKS * block)
    folder = os.path.join(given.output, "golden")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "input.csv"), "w", encoding="utf-8") as file:
        file.write(",".join([*constants, "samples"]) + "\n")
        for first in range(0, len(samples) - block + 1, block):
            texts = [str(sample) for sample in samples[first:first + block]]
            file.write(",".join([*constants.values(), " ".join(texts)]) + "\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--table", required=True, help="what crossdock features wrote")
    arguments.add_argument("--labels", required=True, help="CSV: file, fault")
    arguments.add_argument("--spec", required=True, help="the features.json it was made with")
    arguments.add_argument("--golden", required=True, help="a recording of little-endian floats, for the golden cases")
    arguments.add_argument("--set", action="append", default=[], help="an input of it, such as rpm=1797")
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--version", default="1.0.0")
    arguments.add_argument("--license", default="Apache-2.0", help="of the model, as its training data allow")
    arguments.add_argument("--data", default="not said", help="what it is trained on, in words")
    arguments.add_argument("--commit", default="not said", help="of the sources it is made with")
    arguments.add_argument("--strength", type=float, default=0.001, help="C of the logistic regression (0.001)")
    arguments.add_argument("--output", required=True, help="the bundle's folder")
    given = arguments.parse_args()
    names, faults, values = rows(given)
    classes, weights, offsets = fit(faults, values, given.strength)
    os.makedirs(given.output, exist_ok=True)
    with open(os.path.join(given.output, "class.onnx"), "wb") as file:
        file.write(linear_classifier(classes, weights, offsets))
    with open(given.spec, "rb") as spec, open(os.path.join(given.output, "features.json"), "wb") as file:
        file.write(spec.read())
    golden(given)
    description = {
        "format": "crossdock-model", "format_version": 1, "name": given.name, "version": given.version,
        "task": "classification", "summary": "which part of a bearing is damaged, once something is",
        "license": given.license, "features": "0" * 16,
        "artefacts": [{"file": "class.onnx", "format": "onnx", "role": "class"}], "classes": classes,
        "training": {
            "data": given.data, "identity": training_tables.identity(given.table, given.labels, given.spec), "commit": given.commit,
            "command": f"tools/train_bearing.py --strength {given.strength:g}", "rows": len(faults)},
        "tolerance": 1e-6,
    }
    with open(os.path.join(given.output, "model.json"), "w", encoding="utf-8") as file:
        json.dump(description, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
