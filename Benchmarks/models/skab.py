"""The Skoltech Anomaly Benchmark (SKAB v0.9): `crossdock detect` on the eight signals of every file that is there.

The set's rules: the first 400 rows of a file are there to learn from, the others are scored, each row on its own as anomalous
or not; the counts of all files are added up, and F1, false-alarm rate and missed-alarm rate made of the sums. One
configuration for all files, and it is the shipped default; nothing is told of the labels, nor of anything but the rows so
far: there is no difference here between the set's rules and strictly causal."""
import csv
import glob
import io
import os
import subprocess

LEARN_ROWS = 400
GROUPS = ("valve1", "valve2", "other")
LABELS = ("anomaly", "changepoint")


class Counts:
    def __init__(self):
        self.hits = self.false_alarms = self.misses = self.rests = 0

    def add(self, is_alert, is_anomaly):
        if is_anomaly:
            self.hits += is_alert
            self.misses += not is_alert
        else:
            self.false_alarms += is_alert
            self.rests += not is_alert

    def __iadd__(self, other):
        self.hits += other.hits
        self.false_alarms += other.false_alarms
        self.misses += other.misses
        self.rests += other.rests
        return self

    def f1(self):
        return 2 * self.hits / (2 * self.hits + self.false_alarms + self.misses) if self.hits else 0.0

    def far(self):
        """Per cent of the normal rows that are in alarm."""
        return 100 * self.false_alarms / max(self.false_alarms + self.rests, 1)

    def mar(self):
        """Per cent of the anomalous rows that are not."""
        return 100 * self.misses / max(self.hits + self.misses, 1)

    def always(self):
        """F1 of a detector that is always in alarm."""
        anomalous = self.hits + self.misses
        return 2 * anomalous / (2 * anomalous + self.false_alarms + self.rests) if anomalous else 0.0

    def line(self, name):
        return f"  {name:20} F1 {self.f1():.3f}  false alarms {self.far():5.1f} %  missed {self.mar():5.1f} %"


def read_labels(path):
    """Which label columns there are, and the column `anomaly`: all normal where a file has none."""
    with open(path, newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        there = [name for name in LABELS if name in rows.fieldnames]
        return there, [float(row.get("anomaly") or 0) > 0 for row in rows]


def alerts(program, path, ignored):
    arguments = ["--ignore", ",".join(ignored)] if ignored else []
    done = subprocess.run([program, "detect", "--input", path, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"crossdock detect ended with {done.returncode} on {path}: {done.stderr.strip()[-300:]}")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    if not rows or rows[0][-1] != "alert":
        raise RuntimeError(f"crossdock detect has no column alert at the end for {path}")
    return [row[-1] == "1" for row in rows[1:]]


def count_file(program, path):
    there, labels = read_labels(path)
    alarms = alerts(program, path, there)
    if len(labels) != len(alarms):
        raise RuntimeError(f"{path} has {len(labels)} rows, crossdock detect answered {len(alarms)}")
    counts = Counts()
    for is_alert, is_anomaly in list(zip(alarms, labels))[LEARN_ROWS:]:
        counts.add(is_alert, is_anomaly)
    return counts


def score(data, program, tools_python):
    folder = os.path.join(data, "skab")
    if not os.path.isdir(os.path.join(folder, "data")):
        folders = [os.path.join(folder, group) for group in GROUPS]
    else:
        folders = [os.path.join(folder, "data", group) for group in GROUPS]
    files = {os.path.basename(group): sorted(glob.glob(os.path.join(group, "*.csv")), key=file_number) for group in folders}
    if not any(files.values()):
        return {}, [f"SKAB: not there ({folder})"]
    total, lines = Counts(), []
    for group, paths in files.items():
        part = Counts()
        for path in paths:
            part += count_file(program, path)
        if paths:
            lines.append(part.line(f"{group}, {len(paths)} files"))
        total += part
    lines.insert(0, f"SKAB: {sum(map(len, files.values()))} files, rows after the first {LEARN_ROWS}; causal; "
                    f"asked F1 >= 0.81 at false alarms <= 22 %; always in alarm: F1 {total.always():.3f}")
    lines.append(total.line("all"))
    free = sorted(glob.glob(os.path.join(os.path.dirname(folders[0]), "anomaly-free", "*.csv")))
    if free:
        part = Counts()
        for path in free:
            part += count_file(program, path)
        lines.append(f"  {'anomaly-free':20} {part.far():.1f} % of {part.rests + part.false_alarms} rows in alarm (not in the score)")
    return {"skab.f1": round(total.f1(), 4), "skab.far": round(total.far(), 2), "skab.mar": round(total.mar(), 2)}, lines


def file_number(path):
    name = os.path.splitext(os.path.basename(path))[0]
    return (0, int(name), "") if name.isdigit() else (1, 0, name)
