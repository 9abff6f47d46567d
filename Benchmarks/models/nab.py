"""The Numenta Anomaly Benchmark: `crossdock detect` on every file that is there, scored by NAB's rules.

The scoring is written from Lavin & Ahmad 2015, "Evaluating real-time anomaly detection algorithms: the Numenta Anomaly
Benchmark" (IEEE ICMLA), as version 1.1 has it:

- a file's first min(0.15 n, 750) rows are probation and do not count;
- in a window only the earliest detection counts, sigma(-(right - i + 1) / width) / sigma(-1) of A_TP, where
  sigma(x) = 2 / (1 + exp(5 x)) - 1; a window without one costs A_FN;
- every detection outside costs A_FP * -sigma((i - right) / (width - 1)) by the window before it, in full (1) beyond 3 widths or
  where there is none before;
- one threshold for all files, the best for each profile; 100 * (score - null) / (perfect - null), where the null detector
  detects nothing and the perfect one finds each window at its first row.

Two sets of rules: `rules` (min, max and length of each file are known beforehand, as NAB's interface gives them) and
`causal` (nothing is known: a row's score depends on that row and earlier ones alone)."""
import csv
import io
import json
import math
import os
import subprocess
import sys

# name: A_TP, A_FP, A_FN
PROFILES = {"standard": (1.0, 0.11, 1.0), "low_fp": (1.0, 0.22, 1.0), "low_fn": (1.0, 0.11, 2.0)}
WANTED = {
    "rules": {"standard": 75, "low_fp": 67, "low_fn": 80},
    "causal": {"standard": 70},
}
PROBATION_SHARE, PROBATION_ROWS = 0.15, 5000


def sigma(x):
    return -1.0 if x > 3 else 2 / (1 + math.exp(5 * x)) - 1


def probation(count):
    return int(PROBATION_SHARE * min(count, PROBATION_ROWS))


def rows_of(times, window):
    """First and last row of a window: those of its two times, or, where these are no rows, the rows between them; None: there is none."""
    first, last = window
    if first in times and last in times:
        return times.index(first), times.index(last)
    inside = [i for i, time in enumerate(times) if first <= time <= last]
    return (inside[0], inside[-1]) if inside else None


class File:
    """One file's rows that count, each with the window it lies in (None outside) and its weight."""

    def __init__(self, name, times, windows):
        self.name, self.category, self.count = name, name.split("/")[0], len(times)
        self.rows, self.missed = [], []
        ranges = sorted(filter(None, (rows_of(times, window) for window in windows)))
        self.ranges, self.windows = ranges, len(ranges)
        first, previous, current = probation(len(times)), None, None
        waiting = list(range(len(ranges)))
        counted = set()
        for i in range(len(times)):
            if current is None and waiting and ranges[waiting[0]][0] == i:
                current = waiting.pop(0)
            if current is not None:
                left, right = ranges[current]
                weight, window = sigma(-(right - i + 1) / (right - left + 1)) / sigma(-1.0), current
                if i == right:
                    previous, current = ranges[current], None
            else:
                window = None
                weight = sigma((i - previous[1]) / max(previous[1] - previous[0], 1)) if previous else -1.0
            if i >= first:
                self.rows.append((i, window, weight))
                if window is not None:
                    counted.add(window)
        self.counted = len(counted)


def sweep(files, scores, profile):
    """(best score, its threshold, null, perfect): detections are taken in, the highest scores first."""
    a_tp, a_fp, a_fn = PROFILES[profile]
    points = [
        (scores[k][i], k, window, weight)
        for k, file in enumerate(files)
        for i, window, weight in file.rows
    ]
    points.sort(key=lambda point: -point[0])
    null = total = -a_fn * sum(file.counted for file in files)
    perfect = a_tp * sum(file.windows for file in files)
    best, threshold = total, math.inf
    found = {}
    for at, (score, k, window, weight) in enumerate(points):
        if window is None:
            total += a_fp * weight
        else:
            before = found.get((k, window), -a_fn)
            if a_tp * weight > before:
                found[k, window] = a_tp * weight
                total += a_tp * weight - before
        is_last_of_its_score = at + 1 == len(points) or points[at + 1][0] != score
        if is_last_of_its_score and total > best:
            best, threshold = total, score
    return best, threshold, null, perfect


def normalised(result):
    best, _, null, perfect = result
    return 100 * (best - null) / (perfect - null) if perfect > null else 0.0


def at_threshold(file, scores, threshold, profile):
    """(score, windows found, false alarms) of one file."""
    a_tp, a_fp, a_fn = PROFILES[profile]
    best, outside, alarms = {}, 0.0, 0
    for i, window, weight in file.rows:
        if scores[i] < threshold:
            continue
        if window is None:
            outside += a_fp * weight
            alarms += 1
        else:
            best[window] = max(best.get(window, -a_fn), a_tp * weight)
    return outside + sum(best.values()) - a_fn * (file.counted - len(best)), len(best), alarms


def self_check():
    """Known facts of the scoring: the null detector is 0, a perfect one 100, early is better than late, sure costs of noise."""
    times = [f"t{i}" for i in range(1000)]
    file = File("a/b.csv", times, [("t400", "t499")])
    assert file.rows[0][0] == 150 and file.counted == 1
    assert abs(normalised(sweep([file], [[0.0] * 1000], "standard")) - 0) < 1e-12

    def detections(*rows):
        return [[1.0 if i in rows else 0.0 for i in range(1000)]]

    perfect, middle, late = (normalised(sweep([file], detections(row), "standard")) for row in (400, 450, 499))
    assert perfect == 100 and perfect > middle > late > 50
    with_alarm = normalised(sweep([file], detections(400, 300), "standard"))
    assert abs(with_alarm - (100 - 100 * 0.11 / 2)) < 1e-9
    assert normalised(sweep([file], detections(400, 100), "standard")) == 100  # in probation
    near = normalised(sweep([file], detections(400, 501), "standard"))
    assert with_alarm < near < 100  # just after the window an alarm costs little
    # A window of one row, one between the rows, and one beyond them.
    odd = File("a/b.csv", times, [("t400", "t400"), ("t500a", "t509z"), ("x", "y")])
    assert odd.ranges == [(400, 400), (501, 509)] and odd.counted == 2
    # Every row a detection: the null detector is better, and is what the threshold is put to.
    assert normalised(sweep([file], [[1.0] * 1000], "standard")) == 0


def find(data):
    """(name, path) of each file that has labels, and the labels."""
    folder = os.path.join(data, "nab")
    labels = {}
    for name in ("labels.json", "labels/combined_windows.json", "combined_windows.json"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                labels = json.load(file)
            break
    windows = {
        name: [(a[:19], b[:19]) for a, b in (value.get("windows", []) if isinstance(value, dict) else value)]
        for name, value in labels.items()
    }
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            key = os.path.basename(root) + "/" + name
            if name.endswith(".csv") and key in windows:
                found.append((key, os.path.join(root, name)))
    return sorted(found), windows


def detect(program, path, rules):
    done = subprocess.run(
        [program, "detect", "--input", path, "--rules", rules], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"crossdock detect ended with {done.returncode} on {path}: {done.stderr.strip()[-300:]}")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def score(data, program, tools_python=None, details=False):
    self_check()
    found, windows = find(data)
    if not found:
        return {}, ["nab: not there"]
    keys, lines = {}, []
    for label, rules in (("rules", "nab"), ("causal", "causal")):
        files, scores = [], []
        for name, path in found:
            rows = detect(program, path, rules)
            files.append(File(name, [row["timestamp"][:19] for row in rows], windows[name]))
            scores.append([float(row["anomaly_score"]) for row in rows])
        results = {profile: sweep(files, scores, profile) for profile in PROFILES}
        for profile, result in results.items():
            keys[f"nab.{label}.{profile}"] = round(normalised(result), 2)
        lines.append(f"nab {label}: {len(files)} files, {sum(file.windows for file in files)} windows")
        for profile in PROFILES:
            wanted = WANTED[label].get(profile)
            lines.append(
                f"  {profile:9}{keys[f'nab.{label}.{profile}']:8.2f}  threshold {results[profile][1]:.3f}"
                + (f"  wanted >= {wanted}" if wanted else ""))
        threshold = results["standard"][1]
        for category in sorted({file.category for file in files}):
            chosen = [k for k, file in enumerate(files) if file.category == category]
            parts = [at_threshold(files[k], scores[k], threshold, "standard") for k in chosen]
            count = sum(files[k].counted for k in chosen)
            part = sum(p[0] for p in parts)
            share = f"{50 * (part + count) / count:6.1f}" if count else "     -"
            lines.append(
                f"  {category:22}{share}  found {sum(p[1] for p in parts)} of {count}, false alarms {sum(p[2] for p in parts)}")
        if details:
            for k, file in enumerate(files):
                part = at_threshold(files[k], scores[k], threshold, "standard")
                lines.append(f"    {file.name:60} {part[0]:7.2f}  found {part[1]} of {file.counted}, false alarms {part[2]}")
            lines += cross_validated(files, scores, label)
    return keys, lines


def cross_validated(files, scores, label):
    """The threshold from all files but one category's, the score on that category: what a fixed threshold is worth."""
    lines = []
    for profile in PROFILES:
        a_tp, _, a_fn = PROFILES[profile]
        total = 0.0
        for category in sorted({file.category for file in files}):
            rest = [k for k, file in enumerate(files) if file.category != category]
            if not rest:
                return []
            threshold = sweep([files[k] for k in rest], [scores[k] for k in rest], profile)[1]
            total += sum(
                at_threshold(file, scores[k], threshold, profile)[0]
                for k, file in enumerate(files)
                if file.category == category)
        null, perfect = -a_fn * sum(file.counted for file in files), a_tp * sum(file.windows for file in files)
        lines.append(f"  {label} {profile}, threshold from the other categories: {100 * (total - null) / (perfect - null):.2f}")
    return lines


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: nab.py DATA PROGRAM [--details]")
    figures, table = score(sys.argv[1], sys.argv[2], details="--details" in sys.argv)
    print("\n".join(table))
    print(json.dumps(figures, indent=1))
