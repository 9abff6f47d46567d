#!/usr/bin/env python3
"""reference.json of a bundle: ten bins a feature, of equal share in the training table, for the population stability index.

    make_reference.py --table features.csv --spec features.json --output BUNDLE/reference.json

The bins are frozen with the model; the agent counts live rows in them and compares the shares (0.1 warns, 0.25 acts). A feature
with equal values has fewer bins; one that never changes, or is missing somewhere, has none and is not watched.
"""
import argparse

import numpy

import training_tables

BINS = 10


def reference(values, names):
    """values: a row a sample, a column a name."""
    features = []
    for place, name in enumerate(names):
        column = values[:, place]
        if not numpy.isfinite(column).all():
            continue
        edges = numpy.unique(numpy.quantile(column, numpy.arange(1, BINS) / BINS, method="higher"))
        edges = edges[(edges > column.min()) & (edges <= column.max())]
        if len(edges) == 0:
            continue
        counts = numpy.bincount(numpy.searchsorted(edges, column, side="right"), minlength=len(edges) + 1)
        features.append({
            "name": name,
            "edges": [float(edge) for edge in edges],
            "shares": [float(count) / len(column) for count in counts],
        })
    return {"rows": len(values), "features": features}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--table", required=True, help="what crossdock features wrote")
    arguments.add_argument("--spec", required=True, help="features.json")
    arguments.add_argument("--output", required=True)
    given = arguments.parse_args()
    names = training_tables.specification_features(given.spec)
    table = training_tables.Table(given.table, (), names)
    training_tables.write_json(given.output, reference(table.matrix(names), names))


if __name__ == "__main__":
    main()
