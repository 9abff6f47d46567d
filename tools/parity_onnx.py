"""Random models of ONNX with rows, for tools/parity: what skl2onnx makes of scikit-learn, and graphs of single operators and small networks."""
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn import ensemble, linear_model, neural_network, pipeline, preprocessing, tree

from parity_trees import training_rows, target, trouble_rows, SPECIAL, INFINITE

OPSET, LEARNING_OPSET = 18, 3


def estimators(random):
    seed = int(random.integers(1 << 30))
    return [
        ("real", linear_model.LinearRegression()), ("class", linear_model.LogisticRegression(max_iter=300)),
        ("binary", linear_model.LogisticRegression(max_iter=300)),
        ("real", tree.DecisionTreeRegressor(max_depth=6, random_state=seed)),
        ("class", tree.DecisionTreeClassifier(max_depth=5, random_state=seed)),
        ("real", ensemble.RandomForestRegressor(20, max_depth=6, random_state=seed)),
        ("class", ensemble.RandomForestClassifier(20, max_depth=6, random_state=seed)),
        ("binary", ensemble.RandomForestClassifier(20, max_depth=6, random_state=seed)),
        ("real", ensemble.GradientBoostingRegressor(n_estimators=30, random_state=seed)),
        ("binary", ensemble.GradientBoostingClassifier(n_estimators=15, random_state=seed)),
        ("class", ensemble.GradientBoostingClassifier(n_estimators=10, random_state=seed)),
        ("real", pipeline.make_pipeline(
            preprocessing.StandardScaler(), neural_network.MLPRegressor(hidden_layer_sizes=(16, 8), max_iter=40, random_state=seed))),
        ("class", pipeline.make_pipeline(
            preprocessing.MinMaxScaler(), neural_network.MLPClassifier(hidden_layer_sizes=(12,), activation="tanh", max_iter=40, random_state=seed))),
        ("binary", pipeline.make_pipeline(
            preprocessing.StandardScaler(), neural_network.MLPClassifier(hidden_layer_sizes=(10,), activation="logistic", max_iter=40, random_state=seed))),
        ("class", pipeline.make_pipeline(preprocessing.Normalizer("l2"), linear_model.LogisticRegression(max_iter=200))),
        ("real", pipeline.make_pipeline(preprocessing.RobustScaler(), linear_model.Ridge())),
    ]


def of_scikit(random, index):
    choices = estimators(random)
    kind, estimator = choices[index % len(choices)]
    inputs = int(random.integers(4, 12))
    name = type(estimator[-1] if isinstance(estimator, pipeline.Pipeline) else estimator).__name__
    takes_trouble = "Tree" in name or "Forest" in name or "Boosting" in name
    rows = numpy.nan_to_num(training_rows(random, 300, inputs, []))
    rows = rows.astype(numpy.float32).astype(numpy.float64)
    goal = target(random, rows, kind)
    if name.endswith("Classifier") or name == "LogisticRegression":
        goal = goal.astype(int)
        if random.random() < 0.5:
            goal = numpy.array(["low", "middle", "high"])[goal]
    estimator.fit(rows, goal)
    model = to_onnx(estimator, rows[:1].astype(numpy.float32), target_opset={"": OPSET, "ai.onnx.ml": LEARNING_OPSET})
    special = SPECIAL + INFINITE if takes_trouble else [0.0, 1e-40, 1.0, -2.5]
    thresholds = [t for node in model.graph.node for attribute in node.attribute if attribute.name == "nodes_values"
                  for t in attribute.floats]
    test = trouble_rows(random, rows, thresholds, special, [])
    return case(f"scikit-{name}-{kind}", model, test, [test.shape[1]], 2e-5)


def case(name, model, rows, shape, tolerance):
    """`shape` of one row's input, without the batch."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    scores = [output for output in session.get_outputs() if output.type not in ("tensor(int64)", "tensor(string)")]
    scores = scores or session.get_outputs()
    expected = []
    for row in rows:
        if len(inputs) == 1:
            kind = numpy.float64 if "double" in inputs[0].type else numpy.float32
            feed = {inputs[0].name: row.astype(kind).reshape([1] + shape)}
        else:
            feed = {port.name: row[index:index + 1].astype(numpy.float32).reshape(1, 1) for index, port in enumerate(inputs)}
        values = []
        for output in session.run([output.name for output in scores], feed):
            if isinstance(output, list):
                output = [list(entry.values()) for entry in output]
            values.append(numpy.asarray(output, dtype=numpy.float64).ravel())
        expected.append(numpy.concatenate(values))
    return {
        "name": name, "file": model.SerializeToString(), "rows": rows.reshape(len(rows), -1), "expected": numpy.array(expected),
        "tolerance": tolerance, "names": [],
    }


class Graph:
    """Nodes one after the other, the last result the output."""

    def __init__(self, random, shape, opset=OPSET):
        self.random, self.shape, self.opset = random, shape, opset
        self.nodes, self.constants, self.last, self.count = [], [], "input", 0

    def constant(self, values, kind=numpy.float32):
        self.count += 1
        self.constants.append(numpy_helper.from_array(numpy.asarray(values, dtype=kind), f"constant_{self.count}"))
        return f"constant_{self.count}"

    def weights(self, *shape):
        return self.constant(self.random.normal(size=shape) / numpy.sqrt(max(1, numpy.prod(shape[1:]))))

    def add(self, kind, *inputs, of=None, domain="", outputs=1, **attributes):
        self.count += 1
        first = [self.last] if of is None else of
        names = [f"value_{self.count}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, [*first, *inputs], names, domain=domain, **attributes))
        self.last = names[0]
        return names[0] if outputs == 1 else names

    def model(self, kind=TensorProto.FLOAT, input_kind=TensorProto.FLOAT, batch="N"):
        source = helper.make_tensor_value_info("input", input_kind, [batch] + self.shape)
        # The shape is left to the runtime.
        result = helper.make_tensor_value_info(self.last, kind, None)
        graph = helper.make_graph(self.nodes, "graph", [source], [result], self.constants)
        sets = [helper.make_opsetid("", self.opset), helper.make_opsetid("ai.onnx.ml", LEARNING_OPSET)]
        return helper.make_model(graph, opset_imports=sets, ir_version=8)


def convolution(random):
    """A network as for vibration: convolutions, pooling, a dense end."""
    channels, length = int(random.integers(1, 4)), int(random.integers(24, 80))
    graph = Graph(random, [channels, length])
    filters = int(random.integers(2, 4)) * 2
    size = int(random.integers(2, 6))
    graph.add("Conv", graph.weights(filters, channels, size), graph.weights(filters), kernel_shape=[size],
              strides=[int(random.integers(1, 3))], pads=[int(random.integers(0, size)), int(random.integers(0, size))])
    graph.add("BatchNormalization", graph.weights(filters), graph.weights(filters), graph.weights(filters),
              graph.constant(random.random(filters) + 0.1))
    graph.add(["Relu", "LeakyRelu", "Tanh", "Elu"][random.integers(4)])
    graph.add(["MaxPool", "AveragePool"][random.integers(2)], kernel_shape=[2], strides=[2])
    # The runtime has no dilation with SAME.
    padding = ["SAME_UPPER", "SAME_LOWER", "VALID"][random.integers(3)]
    graph.add("Conv", graph.weights(filters, filters // 2, 3), kernel_shape=[3], group=2, auto_pad=padding,
              dilations=[int(random.integers(1, 3)) if padding == "VALID" else 1])
    graph.add("Clip", graph.constant(-1.5), graph.constant(2.0))
    if random.random() < 0.5:
        graph.add(["GlobalAveragePool", "GlobalMaxPool"][random.integers(2)])
        graph.add("Flatten", axis=1)
    else:
        graph.add("ReduceMean", graph.constant([2], numpy.int64), keepdims=0)
    graph.add("Gemm", graph.weights(5, filters), graph.weights(5), transB=1, alpha=0.5, beta=2.0)
    graph.add("Softmax", axis=-1)
    return case("graph-convolution", graph.model(), random.normal(size=(20, channels * length)), [channels, length], 1e-5)


def pooling(random):
    length = int(random.integers(9, 30))
    graph = Graph(random, [2, length])
    size, step = int(random.integers(2, 5)), int(random.integers(1, 4))
    options = dict(kernel_shape=[size], strides=[step], pads=[int(random.integers(0, size)), int(random.integers(0, size))])
    ceil = int(random.integers(2))
    if random.random() < 0.5:
        graph.add("MaxPool", **options, ceil_mode=ceil)
    else:
        graph.add("AveragePool", **options, ceil_mode=ceil, count_include_pad=int(random.integers(2)))
    return case(f"graph-pooling-{options}-{ceil}", graph.model(), random.normal(size=(20, 2 * length)), [2, length], 1e-5)


def shapes(random):
    """Operators that move values about."""
    graph = Graph(random, [6, 8])
    graph.add("Transpose", perm=[0, 2, 1])
    whole = numpy.int64
    graph.add("Slice", graph.constant([1, -1], whole), graph.constant([7, -100], whole), graph.constant([1, 2], whole),
              graph.constant([2, -2], whole))
    graph.add("Reshape", graph.constant([0, -1], whole))
    parts = graph.add("Split", graph.constant([4, 5], whole), axis=1, outputs=2)
    graph.add("Concat", of=[parts[1], parts[0]], axis=1)
    graph.add("Gather", graph.constant([[0, 3], [8, -1]], whole), axis=1)
    graph.add("Unsqueeze", graph.constant([0, 3], whole))
    graph.add("Squeeze", graph.constant([0], whole))
    graph.add("Pad", graph.constant([0, 1, 0, 0, 0, 0, 0, 2], whole), graph.constant(0.25))
    graph.add("Expand", graph.constant([1, 1, 2, 1], whole))
    graph.add("Mul", graph.weights(2, 1))
    graph.add("Identity")
    graph.add("Flatten", axis=0)
    return case("graph-shapes", graph.model(), random.normal(size=(10, 48)), [6, 8], 1e-6)


def elements(random):
    """All functions of single elements, each applied to the input, side by side."""
    graph = Graph(random, [5])
    results = []
    for name in ["Relu", "LeakyRelu", "Sigmoid", "Tanh", "Exp", "Erf", "Neg", "Abs", "Sign", "Floor", "Ceil", "Round", "Reciprocal",
                 "Softplus", "Softsign", "Elu", "Selu", "HardSigmoid", "HardSwish", "ThresholdedRelu"]:
        results.append(graph.add(name, of=["input"]))
    absolute = graph.add("Abs", of=["input"])
    results += [graph.add("Sqrt", of=[absolute]), graph.add("Log", of=[absolute])]
    for name in ["Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu"]:
        results.append(graph.add(name, graph.weights(1, 5) if name != "PRelu" else graph.weights(5), of=["input"]))
    results.append(graph.add("Pow", graph.constant(2.0), of=["input"]))
    isLess = graph.add("Less", graph.constant(0.3), of=["input"])
    results.append(graph.add("Where", "input", graph.weights(5), of=[isLess]))
    results.append(graph.add("Cast", of=[isLess], to=TensorProto.FLOAT))
    results.append(graph.add("Mean", graph.weights(5), absolute, of=["input"]))
    graph.add("Concat", of=results, axis=1)
    return case("graph-elements", graph.model(), random.normal(size=(40, 5)) * 3, [5], 2e-6)


def reductions(random):
    graph = Graph(random, [4, 6])
    results = []
    whole = numpy.int64
    for name in ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"]:
        axes = graph.constant([int(random.integers(1, 3))], whole)
        reduced = graph.add(name, axes, of=["input"], keepdims=0)
        results.append(reduced)
    for name in ["ArgMax", "ArgMin"]:
        place = graph.add(name, of=["input"], axis=2, keepdims=0, select_last_index=int(random.integers(2)))
        results.append(graph.add("Cast", of=[place], to=TensorProto.FLOAT))
    results.append(graph.add("Flatten", of=[graph.add("LogSoftmax", of=["input"], axis=1)]))
    results.append(graph.add("Flatten", of=[graph.add("MatMul", graph.weights(6, 3), of=["input"])]))
    results.append(graph.add("Flatten", of=[graph.add("MatMul", "input", of=[graph.weights(2, 4)])]))
    graph.add("Concat", of=results, axis=1)
    model = graph.model()
    return case("graph-reductions", model, numpy.round(random.normal(size=(20, 24)), 1), [4, 6], 5e-6)


def double(random):
    """A network in doubles."""
    graph = Graph(random, [6])
    graph.add("Gemm", graph.constant(random.normal(size=(6, 7)), numpy.float64), graph.constant(random.normal(size=7), numpy.float64))
    graph.add("Tanh")
    graph.add("MatMul", graph.constant(random.normal(size=(7, 2)), numpy.float64))
    model = graph.model(kind=TensorProto.DOUBLE, input_kind=TensorProto.DOUBLE)
    return case("graph-double", model, random.normal(size=(30, 6)), [6], 1e-12)


def learning(random):
    """Operators of ai.onnx.ml but trees."""
    graph = Graph(random, [6])
    domain = "ai.onnx.ml"
    graph.add("Imputer", domain=domain, imputed_value_floats=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], replaced_value_float=float("nan"))
    graph.add("Scaler", domain=domain, offset=random.normal(size=6).tolist(), scale=random.normal(size=6).tolist())
    first = graph.add("Normalizer", domain=domain, norm=["MAX", "L1", "L2"][random.integers(3)])
    scores = graph.add("LinearClassifier", domain=domain, outputs=2, coefficients=random.normal(size=6).tolist(), intercepts=[0.2],
                       classlabels_ints=[0, 1], multi_class=0, post_transform=["NONE", "LOGISTIC"][random.integers(2)])[1]
    linear = graph.add("LinearRegressor", of=[first], domain=domain, coefficients=random.normal(size=12).tolist(), targets=2,
                       intercepts=[0.5, -0.5], post_transform=["NONE", "SOFTMAX"][random.integers(2)])
    chosen = graph.add("ArrayFeatureExtractor", graph.constant([2, 0], numpy.int64), of=[first], domain=domain)
    over = graph.add("Binarizer", of=[first], domain=domain, threshold=0.1)
    graph.add("FeatureVectorizer", of=[scores, linear, chosen, over], domain=domain, inputdimensions=[2, 2, 2, 6])
    rows = random.normal(size=(40, 6))
    rows[random.random(rows.shape) < 0.1] = numpy.nan
    return case("graph-learning", graph.model(), rows, [6], 2e-5)


STUMP_ROWS = numpy.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [numpy.nan, 1.0]])


def stumps(random):
    """Two trees of two leaves: scores that some leaf has nothing for, base values, single scores with a transform."""
    kind = int(random.integers(4))
    nodes = dict(nodes_treeids=[0, 0, 0, 1, 1, 1], nodes_nodeids=[0, 1, 2] * 2, nodes_featureids=[0] * 6,
                 nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * 2, nodes_values=[0.5, 0, 0, 1.5, 0, 0],
                 nodes_truenodeids=[1, 0, 0] * 2, nodes_falsenodeids=[2, 0, 0] * 2)
    weights = [float(v) for v in numpy.round(random.normal(size=4), 2)]
    if random.random() < 0.3:
        weights = [abs(v) for v in weights]
    transform = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"][random.integers(4)]
    graph = Graph(random, [2])
    if kind == 0:
        graph.add("LinearRegressor", domain="ai.onnx.ml", coefficients=[1.0, 0.0], intercepts=[0.5], targets=1, post_transform=transform)
        return case(f"graph-linear-{transform}", graph.model(), STUMP_ROWS[:3], [2], 1e-6)
    if kind == 1:
        # Each tree has one of the two scores, or of the first leaf only.
        which = [[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]][random.integers(3)]
        aggregate = ["SUM", "AVERAGE", "MIN", "MAX"][random.integers(4)]
        base = {"base_values": [10.0, -20.0]} if random.random() < 0.5 else {}
        graph.add("TreeEnsembleRegressor", domain="ai.onnx.ml", n_targets=2, aggregate_function=aggregate, target_treeids=[0, 0, 1, 1],
                  target_nodeids=[1, 2, 1, 2], target_ids=which, target_weights=weights, post_transform=transform, **base, **nodes)
        return case(f"graph-stumps-{aggregate}-{which}-{base}-{transform}", graph.model(), STUMP_ROWS, [2], 1e-5)
    only = int(random.integers(2))
    base = [{}, {"base_values": [0.3]}, {"base_values": [0.3, 0.6]}][random.integers(3)]
    transform = ["NONE", "LOGISTIC"][random.integers(2)]
    graph.add("TreeEnsembleClassifier", domain="ai.onnx.ml", outputs=2, post_transform=transform, classlabels_int64s=[0, 1],
              class_treeids=[0, 0, 1, 1], class_nodeids=[1, 2, 1, 2], class_ids=[only] * 4, class_weights=weights, **base, **nodes)
    graph.last = graph.last[:-1] + "1"
    return case(f"graph-stumps-{only}-{base}-{transform}", graph.model(), STUMP_ROWS, [2], 1e-5)


def trees(random):
    """Trees with every comparison and post transform, missing values both ways."""
    classes = int(random.integers(1, 4))
    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE"]
    nodes = {name: [] for name in ["treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids",
                                   "missing_value_tracks_true"]}
    leaves = []
    for number in range(int(random.integers(1, 12))):
        size = int(random.integers(1, 12))
        for index in range(2 * size + 1):
            branch = index < size
            values = [number, index, int(random.integers(5)) if branch else 0, modes[random.integers(4)] if branch else "LEAF",
                      float(numpy.float32(numpy.round(random.normal(), 1))) if branch else 0.0, 2 * index + 1 if branch else 0,
                      2 * index + 2 if branch else 0, int(random.integers(2)) if branch else 0]
            for name, value in zip(nodes, values):
                nodes[name].append(value)
            if not branch:
                leaves.append((number, index))
    isClassifier = bool(random.integers(2)) and classes > 1
    binary = isClassifier and classes == 2 and random.random() < 0.6
    # In the binary case all leaves add to one class.
    ids = [0 if binary else int(random.integers(classes)) for _ in leaves]
    positive = random.random() < 0.5
    weights = [float(abs(w) if positive else w) for w in random.normal(size=len(leaves)) * 0.2]
    prefix = "class" if isClassifier else "target"
    attributes = {f"nodes_{name}": values for name, values in nodes.items()}
    attributes |= {f"{prefix}_treeids": [t for t, _ in leaves], f"{prefix}_nodeids": [n for _, n in leaves],
                   f"{prefix}_ids": ids, f"{prefix}_weights": weights}
    transform = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"][random.integers(2 if binary else 4)]
    base = [float(v) for v in random.normal(size=classes)] if random.random() < 0.4 and not binary else None
    if base:
        attributes["base_values"] = base
    graph = Graph(random, [5])
    if isClassifier:
        graph.add("TreeEnsembleClassifier", domain="ai.onnx.ml", outputs=2, post_transform=transform,
                  classlabels_int64s=list(range(classes)), **attributes)
        graph.last = graph.last[:-1] + "1"
        aggregate = "class"
    else:
        aggregate = ["SUM", "AVERAGE", "MIN", "MAX"][random.integers(4)] if classes == 1 else "SUM"
        graph.add("TreeEnsembleRegressor", domain="ai.onnx.ml", post_transform=transform, n_targets=classes,
                  aggregate_function=aggregate, **attributes)
    rows = numpy.round(random.normal(size=(60, 5)), 1)
    rows[random.random(rows.shape) < 0.1] = numpy.nan
    rows[random.random(rows.shape) < 0.02] = numpy.inf
    return case(f"graph-trees-{classes}-{aggregate}-{transform}-{binary}-{positive}-{base}", graph.model(), rows, [5], 1e-5)


def old(random):
    """Attributes of earlier operator sets."""
    graph = Graph(random, [3, 4], opset=9)
    graph.add("Unsqueeze", axes=[1])
    graph.add("Squeeze", axes=[1])
    graph.add("Slice", axes=[1], starts=[1], ends=[3])
    graph.add("Clip", min=-0.5, max=0.75)
    graph.add("Pad", pads=[0, 0, 1, 0, 0, 0], value=0.5)
    graph.add("Flatten")
    graph.add("Softmax")
    graph.add("ReduceSum", axes=[1])
    return case("graph-old", graph.model(), random.normal(size=(10, 12)), [3, 4], 1e-6)


GRAPHS = [convolution, pooling, shapes, elements, reductions, double, learning, trees, old, stumps, trees, stumps, pooling]


def onnx_case(random, index):
    if index % 2 == 0:
        return of_scikit(random, index // 2)
    return GRAPHS[(index // 2) % len(GRAPHS)](random)
