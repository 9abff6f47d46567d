#!/usr/bin/env python3
"""Writes the stored inputs of the entries model-json, model-bundle and model-files: Fuzz/Seeds/models.py

They are made here, so that a change of a format is a change of this file. What runs have found (`found-…`) stays as it is.
"""
import hashlib, json, os, struct

CORPUS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Corpus")
MODEL = {
    "format": "crossdock-model", "format_version": 1, "name": "pump-life", "version": "1.0.0", "task": "regression",
    "summary": "A sample.", "license": "CC0-1.0", "features": "0000000000000000",
    "artefacts": [{"file": "tree.txt", "format": "lightgbm", "role": "point"}],
    "training": {"data": "none", "identity": "none"},
}
ENDS = [{"file": f, "format": "lightgbm", "role": r, "weight": w}
        for f, r, w in (("tree.txt", "point", 1), ("tree.txt", "point", 3), ("low.txt", "lower", 0.5), ("high.txt", "upper", 2))]
CALIBRATION = {"method": "cqr", "coverage": 0.8, "lower_offset": 2, "upper_offset": -1.5, "floor": 0, "ceiling": 125,
               "bands": [{"below": 20, "lower_offset": 1, "upper_offset": 1}, {"below": 60, "lower_offset": -40, "upper_offset": -40}]}
CLASSES = {"task": "classification", "artefacts": [{"file": "tree.txt", "format": "lightgbm", "role": "class"}]}
TWO = {**CLASSES, "classes": ["fine", "worn"], "threshold": 0.3, "alert": {"warning": 0.5, "critical": 0.9, "normal": ["fine"]}}
EVERYTHING = {
    "task": "rul", "artefacts": ENDS, "unit": "cycles", "calibration": CALIBRATION,
    "alert": {"warning": 50, "critical": 10},
    "training": {"data": "a table", "identity": "00", "commit": "abc", "command": "train", "rows": 20631},
    "metrics": {"rmse": 12.5, "coverage": 0.81}, "tolerance": 1e-6, "deadline_us": 2000, "agreement": {"within": 1},
    "compare_every": 10, "promote": {"evaluations": 100, "agreement": 0.95},
    "rollback": {"window": 100, "deadline_misses": 5, "psi": 0.3},
}


def model(**more):
    return json.dumps({**MODEL, **more}, separators=(",", ":")).encode()


def model_json():
    without = {key: value for key, value in MODEL.items() if key != "training"}
    return {
        "least.json": model(),
        "lines.json": json.dumps(MODEL, indent=1).encode(),
        "everything.json": model(**EVERYTHING),
        "two-classes.json": model(**TWO),
        "three-classes.json": model(**CLASSES, classes=["a", "b", "c"], metrics={"f1": 0.5}),
        "anomaly.json": model(task="anomaly", alert={"warning": 3, "critical": 5}),
        "split.json": model(calibration={"method": "split", "coverage": 0.9, "lower_offset": 1e300, "upper_offset": 1e300}),
        "prerelease.json": model(version="2.0.0-rc.1+build.7"),
        "long-summary.json": model(summary="A" * 201),
        "zero-in-summary.json": model(summary="A\0B"),
        "unicode.json": model(summary="Pumpe \u00e4lter\u2028 \U0001F6A2", unit="\u00b5m"),
        "class-twice.json": model(**CLASSES, classes=["a", "a"]),
        "one-end.json": model(artefacts=ENDS[:3]),
        "bands-descend.json": model(calibration={**CALIBRATION, "bands": CALIBRATION["bands"][::-1]}),
        "floor-above.json": model(calibration={**CALIBRATION, "floor": 126}),
        "milder.json": model(alert={"warning": 5, "critical": 3}),
        "unknown-member.json": model(colour="red"),
        "missing.json": json.dumps(without).encode(),
        "newer.json": model(format_version=2),
        "member-twice.json": model()[:-1] + b',"name":"other"}',
        "cut.json": model(**EVERYTHING)[:400],
    }


# Bundles

def header(path, size, executable):
    block = bytearray(512)
    for place, text in ((0, path), (100, "0000755" if executable else "0000644"), (108, "0000000"), (116, "0000000"),
                        (124, f"{size:011o}"), (136, "00000000000"), (148, " " * 8), (156, "0"), (257, "ustar\0" + "00"),
                        (329, "0000000"), (337, "0000000")):
        block[place:place + len(text)] = text.encode()
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def tar(files):
    archive = b""
    for path, contents, executable in files:
        archive += header(path, len(contents), executable) + contents + bytes(-len(contents) % 512)
    return archive + bytes(1024)


def zstd(contents, size=None):
    """One frame of one raw block."""
    size = len(contents) if size is None else size
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", size) + struct.pack("<I", 1 | len(contents) << 3)[:3] + contents


def manifest(files, **more):
    said = {"format": "crossdock-model-bundle", "format_version": 1, "name": "pump-life", "version": "1.0.0",
            "summary": "A sample.", "license": "CC0-1.0", "created": "2026-11-29T21:00:00Z",
            "files": [{"path": path, "bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest(), "executable": executable}
                      for path, contents, executable in files]}
    return json.dumps({**said, **more}, separators=(",", ":")).encode() + b"\n"


def bundle(files, **more):
    return tar([("manifest.json", manifest(files, **more), False)] + files)


def state(**more):
    whole = {
        "format": 1, "life": "1764450000000000000", "revision": 7, "active": "1.2.0", "shadow": "1.3.0-rc.1", "previous": "1.1.0",
        "staged": None, "decided": {"pumps": 4, "turbines": 1},
        "versions": [{"version": version, "key": key, "installed": "2026-11-29T21:00:00Z"}
                     for version, key in (("1.1.0", None), ("1.2.0", "3A032E6DA9E716CD"), ("1.3.0-rc.1", None))],
        "history": [{"revision": 7, "time": "2026-11-29T21:00:00.5Z", "what": "promoted", "version": "1.2.0", "from": "1.1.0",
                     "by": "rule", "reason": "they agree", "instance": "pumps"}]}
    return b"\x04" + json.dumps({**whole, **more}, separators=(",", ":")).encode() + b"\n"


def edit(place, text):
    return struct.pack("<HB", place, len(text) - 1) + text


def model_bundle():
    files = [("golden/input.csv", b"v\n1\n", False), ("model.json", b"{}", False), ("tree.txt", b"tree", True)]
    whole = bundle(files)
    return {
        "zstd": b"\0" + zstd(whole), "zstd-cut": b"\0" + zstd(whole)[:700], "zstd-two": b"\0" + zstd(whole) * 2,
        "zstd-says-more": b"\0" + zstd(whole, 1 << 31), "zstd-says-less": b"\0" + zstd(whole, 512),
        "tar": b"\1" + whole, "tar-empty": b"\1" + bundle([]), "tar-out-of-order": b"\1" + bundle(files[::-1]),
        "tar-up": b"\1" + bundle([("../model.json", b"{}", False)]), "tar-no-manifest": b"\1" + tar(files),
        "tar-file-and-folder": b"\2" + bundle([("a", b"1", False), ("a/b", b"2", False)]),
        "tar-other-file": b"\2" + bundle(files).replace(b"tree\0", b"trex\0"),
        "manifest": b"\3" + manifest(files), "manifest-of-plugin": b"\3" + manifest(files, format="crossdock-plugin-bundle"),
        "manifest-expires": b"\3" + manifest(files, expires="2027-01-01"), "manifest-times": b"\3" + manifest([], created="0001-01-01T00:00:00Z"),
        "state": state(), "state-two-stages": state(shadow="1.2.0"), "state-none": state(active=None, shadow=None, previous=None),
        "state-not-described": state(staged="9.0.0"), "state-odd": state(decided={"": -1, "a\n": 1e3}, life=None, revision=2**62),
        "packed": b"\5", "packed-one-byte": b"\5" + edit(40, b"\xff"), "packed-cut": b"\5" + edit(0x8000 | 200, b"0123456789"),
        "archive": b"\6", "archive-name": b"\6" + edit(0, b"manifest.jsom"), "archive-size": b"\6" + edit(124, b"77777777777"),
        "signed": b"\7", "signed-other-byte": b"\7" + edit(9, b"A"), "signed-comment": b"\7" + edit(32000, b"name:other"),
    }


# Files

def tree(low, high, name="pressure_mean", objective="regression"):
    """LightGBM's text: one step at 50."""
    head = {"version": "v4", "num_tree_per_iteration": 1, "max_feature_idx": 0, "objective": objective, "feature_names": name}
    step = {"Tree": 0, "num_leaves": 2, "split_feature": 0, "threshold": 50, "decision_type": 2, "left_child": -1, "right_child": -2,
            "leaf_value": f"{low} {high}", "leaf_count": "10 10", "internal_count": 20}
    parts = ["\n".join(f"{key}={value}" for key, value in part.items()) for part in (head, step)]
    return ("tree\n" + "\n\n".join([*parts, "end of trees\n"])).encode()


def features(**more):
    return json.dumps({"name": "pump", "version": "1", "inputs": [{"name": "pressure"}, {"name": "speed"}],
                       "features": [{"name": "pressure_mean", "input": "pressure", "statistic": "mean", "count": 2}], **more}).encode()


def reference(edges, shares, name="pressure_mean", **more):
    return json.dumps({"rows": 100, "features": [{"name": name, "edges": edges, "shares": shares}], **more}).encode()


def files(**contents):
    names = {"model": "model.json", "features": "features.json", "reference": "reference.json", "input": "golden/input.csv",
             "output": "golden/output.csv", "tree": "tree.txt", "low": "low.txt", "high": "high.txt"}
    return b"".join(names[key].encode() + b"\0" + value + b"\0" for key, value in contents.items())


def model_files():
    ends = {"tree": tree(10, 20), "low": tree(30, 5), "high": tree(1, 2)}
    window = {"window": {"emit_every_s": 5, "late_s": 2, "late_capacity": 3}}
    wave = {"waveform": {"sample_rate_hz": 1000}, "inputs": [],
            "features": [{"name": "pressure_mean", "statistic": "rms"}]}
    return {
        "sample": b"",
        "reference": files(reference=reference([10, 20, 30], [0.25] * 4)),
        "reference-ten": files(reference=reference(list(range(9)), [0.1] * 10)),
        "reference-equal-edges": files(reference=reference([5, 5], [0.5, 0, 0.5])),
        "reference-one-bin": files(reference=reference([], [1])),
        "reference-descends": files(reference=reference([2, 1], [0.5, 0.25, 0.25])),
        "reference-shares": files(reference=reference([1], [1.009, -0.009])),
        "reference-large": files(reference=reference([-1e308, 1e308], [0.5, 0.25, 0.25])),
        "reference-unknown": files(reference=reference([1], [0.5, 0.5], name="other")),
        "reference-empty": files(reference=b'{"features":[]}'),
        "reference-twice": files(reference=json.dumps({"features": 2 * [{"name": "pressure_mean", "edges": [1], "shares": [0, 1]}]}).encode()),
        "ends": files(model=model(**EVERYTHING), **ends),
        "classes": files(model=model(**TWO), tree=tree(-2, 3, objective="binary sigmoid:1")),
        "anomaly": files(model=model(task="anomaly", alert={"warning": 15, "critical": 15})),
        "huge-leaves": files(tree=tree("1e308", "1.7e308"), model=model(calibration=CALIBRATION)),
        "golden-assets": files(input=b"asset,time,pressure\na,0,1\nb,0.5,2\na,1,\nb,-1,nan\n", output=b"asset,point\na,10\nb,10\n"),
        "golden-crlf": files(input=b"pressure\r\n40\r\n60\r\n", output=b"point\r\n10\r\n"),
        "golden-late": files(features=features(inputs=[{"name": "pressure"}], **window), input=b"time,pressure\n1,4\n9,inf\n3,1e400\n8999999999,4\n"),
        "golden-samples": files(features=features(**wave), input=b"samples\n1 2 3 -4\n\n1e39 nan\n"),
        "golden-column-missing": files(features=features()),
        "other-name": files(tree=tree(1, 2, name="speed")),
        "two-features": files(features=features(inputs=[{"name": "pressure"}], features=[
            {"name": "age", "statistic": "age_s"}, {"name": "pressure_mean", "input": "pressure", "statistic": "mean", "count": 1}])),
        "tree-missing": files(model=model(artefacts=[{"file": "none", "format": "lightgbm", "role": "point"}])),
        "format-unknown": files(model=model(artefacts=[{"file": "tree.txt", "format": "pickle", "role": "point"}])),
    }


def main():
    for entry, seeds in (("model-json", model_json()), ("model-bundle", model_bundle()), ("model-files", model_files())):
        folder = os.path.join(CORPUS, entry)
        os.makedirs(folder, exist_ok=True)
        for name, contents in seeds.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(contents)
        print(f"{entry}: {len(seeds)} inputs")


if __name__ == "__main__":
    main()
