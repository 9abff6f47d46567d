"""Random models of LightGBM and XGBoost, each with rows that look for trouble, for tools/parity."""
import json

import numpy
import lightgbm
import xgboost

SPECIAL = [numpy.nan, 0.0, -0.0, 1e-36, -1e-36, 1e-35, -1e-35, float(numpy.float32(1e-35)), -float(numpy.float32(1e-35)), 5e-324,
           -5e-324, 1e-40, -1e-40, 1e38, -1e38]
HUGE = [1e39, -1e39, 1e300, -1e300, 1.7976931348623157e308]
INFINITE = [numpy.inf, -numpy.inf]


def training_rows(random, count, inputs, categories):
    rows = random.normal(size=(count, inputs)) * 10.0 ** random.integers(-2, 3, size=inputs)
    rows[:, 0] = numpy.round(rows[:, 0])
    rows[random.random(rows.shape) < 0.08] = numpy.nan
    if inputs > 3:
        rows[random.random(count) < 0.5, 3] = 0.0
    for column in categories:
        rows[:, column] = random.integers(0, 40, size=count)
        rows[random.random(count) < 0.05, column] = numpy.nan
    return rows


def trouble_rows(random, rows, thresholds, special, categories):
    """Rows of the training set, and such with special values, exact thresholds and their neighbours in them."""
    test = rows[random.integers(0, len(rows), size=150)].copy()
    values = special + [float(t) for t in random.permutation(thresholds)[:60]] if len(thresholds) else list(special)
    near = []
    for value in values:
        near += [value, numpy.nextafter(value, numpy.inf), numpy.nextafter(value, -numpy.inf)]
        single = numpy.float32(min(max(value, -3e38), 3e38)) if numpy.isfinite(value) else None
        if single is not None:
            near += [float(single), (float(single) + float(numpy.nextafter(single, numpy.float32(numpy.inf)))) / 2]
    near = [value for value in near if numpy.isfinite(value) or value in special or numpy.isnan(value)]
    for row in test[30:]:
        for _ in range(random.integers(1, 4)):
            row[random.integers(0, test.shape[1])] = near[random.integers(0, len(near))]
    for column in categories:
        unseen = random.random(len(test)) < 0.2
        odd = numpy.array([-1.0, -0.5, 3.7, 39.0, 40.0, 1000.0, 2.9999999999, 16777216.0, 5e9])
        test[unseen, column] = odd[random.integers(0, len(odd), size=unseen.sum())]
    return test


def target(random, rows, kind, classes=3):
    filled = numpy.nan_to_num(rows)
    scale = numpy.abs(filled).mean(axis=0) + 1e-9
    signal = filled[:, 0] / scale[0] + numpy.sin(filled[:, 1 % rows.shape[1]] / scale[1 % rows.shape[1]]) * 2
    signal = signal + (filled[:, -1] % 3) + random.normal(size=len(rows)) * 0.3
    if kind == "binary":
        return (signal > numpy.median(signal)).astype(float)
    if kind == "class":
        return numpy.digitize(signal, numpy.quantile(signal, numpy.linspace(0, 1, classes + 1)[1:-1])).astype(float)
    if kind == "count":
        return random.poisson(numpy.exp(numpy.clip(signal, -2, 2)))
    if kind == "positive":
        return numpy.exp(numpy.clip(signal, -2, 2))
    if kind == "unit":
        return 1 / (1 + numpy.exp(-signal))
    return signal


LIGHTGBM = [
    ("regression", "real", {}), ("regression", "positive", {"reg_sqrt": True}), ("regression_l1", "real", {}),
    ("huber", "real", {}), ("fair", "real", {}), ("quantile", "real", {"alpha": 0.9}), ("mape", "positive", {}),
    ("poisson", "count", {}), ("gamma", "positive", {}), ("tweedie", "count", {}), ("binary", "binary", {}),
    ("binary", "binary", {"sigmoid": 2.5}), ("multiclass", "class", {"num_class": 3}),
    ("multiclassova", "class", {"num_class": 3}), ("cross_entropy", "unit", {}), ("cross_entropy_lambda", "unit", {}),
    ("regression", "real", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
    ("binary", "binary", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}),
    ("regression", "real", {"boosting": "dart"}), ("regression", "real", {"zero_as_missing": True}),
    ("regression", "real", {"use_missing": False}), ("regression", "real", {"max_cat_to_onehot": 1, "categories": True}),
    ("binary", "binary", {"categories": True}),
    ("regression", "real", {"linear_tree": True}), ("binary", "binary", {"linear_tree": True}),
]

XGBOOST = [
    ("reg:squarederror", "real", {}), ("reg:squarederror", "real", {"tree_method": "exact"}), ("reg:logistic", "unit", {}),
    ("binary:logistic", "binary", {}), ("binary:logitraw", "binary", {}), ("binary:hinge", "binary", {}),
    ("multi:softprob", "class", {"num_class": 3}), ("multi:softmax", "class", {"num_class": 3}), ("count:poisson", "count", {}),
    ("reg:gamma", "positive", {}), ("reg:tweedie", "count", {}), ("reg:absoluteerror", "real", {}),
    ("reg:pseudohubererror", "real", {}), ("reg:quantileerror", "real", {"quantile_alpha": 0.5}),
    ("reg:quantileerror", "real", {"quantile_alpha": [0.1, 0.5, 0.9]}), ("reg:squarederror", "real", {"booster": "dart", "rate_drop": 0.3}),
    ("reg:squarederror", "real", {"num_parallel_tree": 3, "subsample": 0.7}), ("binary:logistic", "binary", {"base_score": 0.3}),
    ("reg:squarederror", "real", {"categories": True}), ("reg:squarederror", "real", {"categories": True, "max_cat_to_onehot": 40}),
    ("survival:cox", "positive", {}),
]


def lightgbm_case(random, index):
    objective, kind, options = LIGHTGBM[index % len(LIGHTGBM)]
    options = dict(options)
    inputs = int(random.integers(4, 12))
    categories = [1, inputs - 1] if options.pop("categories", False) else []
    rows = training_rows(random, 400, inputs, categories)
    parameters = dict(
        objective=objective, num_leaves=int(random.integers(2, 40)), learning_rate=0.2, verbose=-1, num_threads=1, min_data_in_leaf=3,
        seed=int(random.integers(1 << 30)), deterministic=True, force_row_wise=True) | options
    data = lightgbm.Dataset(rows, target(random, rows, kind), categorical_feature=categories, params={"verbose": -1})
    model = lightgbm.train(parameters, data, int(random.integers(1, 30)))
    text = model.model_to_string()
    thresholds = [float(t) for line in text.splitlines() if line.startswith("threshold=") for t in line[10:].split()]
    test = trouble_rows(random, rows, thresholds, SPECIAL + HUGE + INFINITE, categories)
    # The library has none of linear trees.
    linear = options.get("linear_tree", False)
    contributions = None if linear else model.predict(test[:25], pred_contrib=True, num_threads=1)
    if options.get("boosting") == "rf":
        # The library adds up what predictions average.
        contributions = contributions / model.num_trees()
    return {
        "name": f"lightgbm-{objective}-{'-'.join(str(v) for v in options.values())}", "file": text.encode(), "rows": test,
        "expected": model.predict(test, num_threads=1), "names": model.feature_name(),
        "contributions": contributions,
        # The library adds doubles in the same order: what is left is the exponential.
        "tolerance": 1e-9 if linear else 1e-13,
    }


def xgboost_case(random, index):
    objective, kind, options = XGBOOST[(index // 2) % len(XGBOOST)]
    options = dict(options)
    inputs = int(random.integers(4, 12))
    categories = [1, inputs - 1] if options.pop("categories", False) else []
    rows = training_rows(random, 400, inputs, categories)
    types = ["c" if column in categories else "q" for column in range(inputs)]
    names = [f"input {column}" for column in range(inputs)] if random.random() < 0.5 else None
    data = xgboost.DMatrix(rows, target(random, rows, kind), feature_types=types, feature_names=names, enable_categorical=True, nthread=1)
    parameters = dict(objective=objective, max_depth=int(random.integers(1, 7)), eta=0.3, nthread=1, seed=int(random.integers(1 << 30)))
    model = xgboost.train(parameters | options, data, int(random.integers(1, 25)))
    kind = "ubj" if index % 2 else "json"
    file = bytes(model.save_raw(kind))
    trees = json.loads(model.save_raw("json"))["learner"]["gradient_booster"]
    trees = trees.get("gbtree", trees)["model"]["trees"]
    thresholds = [t for tree in trees for t, left in zip(tree["split_conditions"], tree["left_children"]) if left >= 0]
    # The library refuses what is no float; category numbers below zero too.
    test = trouble_rows(random, rows, thresholds, SPECIAL, categories)
    for column in categories:
        test[:, column] = numpy.where(numpy.nan_to_num(test[:, column]) < 0, 0.0, test[:, column])
    matrix = xgboost.DMatrix(test, feature_types=types, feature_names=names, enable_categorical=True, nthread=1)
    contributions = model.predict(
        xgboost.DMatrix(test[:25], feature_types=types, feature_names=names, enable_categorical=True, nthread=1), pred_contribs=True)
    return {
        "name": f"xgboost-{kind}-{objective.replace(':', '-')}-{'-'.join(str(v) for v in options.values())}", "file": file, "rows": test,
        "expected": model.predict(matrix), "names": names or [], "contributions": contributions, "tolerance": 2e-6,
    }
