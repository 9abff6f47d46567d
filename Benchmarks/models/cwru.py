"""CWRU bearings: which part is damaged, by the trained classifier and by the diagnosis without training.

Protocol. Blocks of 8192 samples (0.68 s at 12 kHz), one after the other without overlap, of every file that is there. Classes: inner,
outer, ball, normal.

leave_size_out: the bearings with one diameter of fault (7, 14, 21, 28 mil) are left out, the classifier is trained on all others
and asked about these: no bearing is in both. The figure is the share of right blocks among those of damaged bearings; a block that is
taken for normal is wrong. There is one healthy bearing, so that a normal one cannot be left out: of each of its recordings four quarters (by
time) take turns, the others being the baseline; the figure with them is in the table.
leave_load_out: the same with the load (0, 1, 2, 3 hp) left out; the same bearings are in both, as in most published figures.

Normal or damaged is not the classifier's question, but the monitors': a block is normal when RMS and kurtosis are both within four
standard deviations (5 % of the mean at least) of the healthy machine's baseline. Which part is damaged the classifier says: features
by `crossdock features`, trained by tools/train_bearing.py, evaluated from its bundle by `crossdock model run`."""
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")
sys.path.insert(0, TOOLS)
import known_sets

RATE, BEARING = 12000, "6205"
BLOCK, SPEC = known_sets.BEARING_BLOCK, known_sets.BEARING_SPECIFICATION
TRAIN = os.path.join(TOOLS, "train_bearing.py")
# What a monitor of the machine's level watches.
LEVEL = {
    "name": "level", "version": "1.0.0", "inputs": [{"name": "rpm", "unit": "rpm"}],
    "waveform": {"sample_rate_hz": RATE, "speed": "rpm", "samples": BLOCK},
    "features": [{"name": word, "statistic": word} for word in ("rms", "kurtosis")],
}


def run(*words):
    # One thread: the same sums in the same order.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words[:4])} …: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


class Recording:
    def __init__(self, folder, row):
        self.file, self.path = row["file"], os.path.join(folder, row["file"])
        self.fault = known_sets.BEARING_FAULTS[row["fault"].split("@")[0]]
        self.size, self.load, self.rpm = int(row["size_mil"]), int(row["load_hp"]), row["rpm"]
        self.samples = int(row["samples"])

    @property
    def blocks(self):
        return self.samples // BLOCK


def by_file(program, recordings, words):
    """Runs a command over the recordings of each speed; its rows by file."""
    rows = {recording.file: [] for recording in recordings}
    for rpm in sorted({recording.rpm for recording in recordings}):
        paths = [recording.path for recording in recordings if recording.rpm == rpm]
        inputs = [word for path in paths for word in ("--input", path)]
        text = run(program, *words, *inputs, "--block", str(BLOCK), "--set", f"rpm={rpm}")
        for row in table(text):
            rows[os.path.basename(row.get("file", paths[0]))].append(row)
    for recording in recordings:
        if len(rows[recording.file]) != recording.blocks:
            raise RuntimeError(f"{recording.file}: {len(rows[recording.file])} rows for {recording.blocks} blocks")
    return rows


def bundle(folder, name, recordings, rows, program, tools_python):
    """Trains on these recordings."""
    names = list(next(iter(rows.values()))[0])
    table_path, labels_path = os.path.join(folder, f"{name}.csv"), os.path.join(folder, f"{name}-labels.csv")
    with open(table_path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        columns = [column for column in names if column != "file"]
        out.writerow(["file"] + columns)
        for recording in recordings:
            for row in rows[recording.file]:
                out.writerow([recording.file] + [row[column] for column in columns])
    with open(labels_path, "w", encoding="utf-8") as file:
        file.write("file,fault\n" + "".join(f"{r.file},{r.fault}\n" for r in recordings))
    target = os.path.join(folder, name)
    run(tools_python, TRAIN, "--table", table_path, "--labels", labels_path, "--spec", SPEC, "--golden", recordings[0].path,
        "--set", f"rpm={recordings[0].rpm}", "--name", "bearing-fault", "--data", "CWRU", "--output", target)
    run(program, "model", "pack", target, "--fill", "-o", target + ".cdm")
    return target + ".cdm"


def is_normal(row, baseline):
    for name in ("rms", "kurtosis"):
        values = [float(other[name]) for other in baseline]
        mean = statistics.fmean(values)
        if abs(float(row[name]) - mean) > 4 * max(statistics.stdev(values), 0.05 * mean):
            return False
    return True


class Count:
    def __init__(self):
        self.right, self.all = {}, {}

    def add(self, fault, size, is_right):
        for key in (fault, f"{size} mil", "all") + (("damaged",) if fault != "normal" else ()):
            self.right[key] = self.right.get(key, 0) + is_right
            self.all[key] = self.all.get(key, 0) + 1

    def share(self, key):
        return self.right[key] / self.all[key] if self.all.get(key) else float("nan")

    def line(self, name):
        parts = [f"{key} {self.share(key):.3f}" for key in ("damaged", "all", "inner", "outer", "ball", "normal")
                 if self.all.get(key)]
        sizes = [f"{key} {self.share(key):.2f}" for key in ("7 mil", "14 mil", "21 mil", "28 mil") if self.all.get(key)]
        return f"  {name:24} " + "  ".join(parts) + "   (" + ", ".join(sizes) + ")"


def left_out(key, recordings, rows, time_rows, folder, program, tools_python):
    """Every value of `key` left out in turn."""
    count = Count()
    damaged = [r for r in recordings if r.fault != "normal"]
    values = sorted({getattr(r, key) for r in damaged})
    # A healthy recording's rows and the turn that each is left out in.
    healthy = [(i * len(values) // r.blocks, row) for r in recordings if r.fault == "normal"
               for i, row in enumerate(time_rows[r.file])]
    for turn, value in enumerate(values):
        test = [r for r in damaged if getattr(r, key) == value]
        train = [r for r in damaged if getattr(r, key) != value]
        if len({r.fault for r in train}) < 3:
            continue
        model = bundle(folder, f"{key}-{value}", train, rows, program, tools_python)
        said = by_file(program, test, ["model", "run", model])
        quarter = [row for part, row in healthy if part == turn]
        baseline = [row for part, row in healthy if part != turn]
        for r in test:
            for answer, row in zip(said[r.file], time_rows[r.file]):
                word = "normal" if len(baseline) > 1 and is_normal(row, baseline) else answer["class"]
                count.add(r.fault, r.size, word == r.fault)
        for row in quarter:
            count.add("normal", 0, len(baseline) > 1 and is_normal(row, baseline))
    return count


def untrained(program, recordings):
    """The diagnosis without training, a block at a time; argmax among the faults, as the published baseline has it."""
    count = Count()
    for r in recordings:
        if r.fault == "normal":
            continue
        rows = table(run(program, "bearing", "--input", r.path, "--rate", str(RATE), "--rpm", r.rpm, "--bearing", BEARING,
                         "--block", str(BLOCK), "--features"))
        for row in rows:
            score = {fault: statistics.fmean(float(row[f"envelope_{fault}_{h}_bank"]) for h in (1, 2, 3))
                     for fault in ("inner", "outer", "ball")}
            count.add(r.fault, r.size, max(score, key=score.get) == r.fault)
    return count


def score(data, program, tools_python):
    folder = os.path.join(data, "cwru")
    manifest = os.path.join(folder, "manifest.csv")
    if not os.path.exists(manifest):
        return {}, ["CWRU: not there"]
    with open(manifest, encoding="utf-8") as file:
        recordings = [Recording(folder, row) for row in csv.DictReader(file)]
    recordings = [r for r in recordings if os.path.exists(r.path) and r.blocks]
    if not recordings:
        return {}, ["CWRU: not there"]
    keys = {}
    lines = [f"CWRU: {len(recordings)} recordings, {sum(r.blocks for r in recordings)} blocks of {BLOCK} samples"]
    with tempfile.TemporaryDirectory() as work:
        level = os.path.join(work, "level.json")
        with open(level, "w", encoding="utf-8") as file:
            json.dump(LEVEL, file)
        rows = by_file(program, recordings, ["features", "--spec", SPEC])
        time_rows = by_file(program, recordings, ["features", "--spec", level])
        lines.append(untrained(program, recordings).line("untrained, argmax"))
        for name, key in (("leave_size_out", "size"), ("leave_load_out", "load")):
            if len({getattr(r, key) for r in recordings if r.fault != "normal"}) < 2:
                continue
            count = left_out(key, recordings, rows, time_rows, work, program, tools_python)
            if count.all.get("damaged"):
                keys[f"cwru.{name}"] = round(count.share("damaged"), 4)
            lines.append(count.line(name))
    lines.append("  wanted: leave_size_out 0.85; published: time and bands 0.28, envelope ratios 0.71, both 0.803, untrained 0.807")
    return keys, lines


if __name__ == "__main__":
    found, report = score(*sys.argv[1:4])
    print("\n".join(report))
    print(found)
