"""PRONOSTIA bearings (Nectoux et al. 2012), run to failure: is the onset of damage seen before the end, and how good is the remaining
life that is told from then on?

`crossdock trend` with one configuration for all runs. The health index is the root of the sum of the squares of both axes' RMS, a value
every 10 s. The first 50 values teach mean and deviation (20 % of the mean at least); three in a row beyond three deviations are the
onset; it ends when 30 in a row are usual again. An onset counts when it is before the last snapshot and holds to the end.

The index at which a bearing has failed is not known beforehand: it is the median of the last values of the learning runs
(Learning_set), in deviations, and the same for all. Errors are of the median remaining life, in seconds, over all snapshots from the
onset on: of each run the median, over the runs the median; for the test runs (Full_Test_Set) separately.

Where raw snapshots (.i16) are there, every fourth of one axis, their RMS by `crossdock features` is compared with the published one,
and the onset is found from them as well: 13 values are learned from, as they are 40 s apart."""
import csv
import io
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

PERIOD_S, EARLY_SHARE = 10, 0.3
FLOOR, LEARN = "0.2", "50"


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words[:4])} …: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def trend(program, table, indices, *options):
    """Rows by bearing."""
    text = run(program, "trend", "--input", table, "--by", "bearing", "--time", "snapshot",
               *[word for name in indices for word in ("--index", name)], "--floor", FLOOR, *options)
    runs = {}
    for row in csv.DictReader(io.StringIO(text)):
        runs.setdefault(row["bearing"], []).append(row)
    return runs


class Run:
    def __init__(self, bearing, rows):
        self.bearing, self.count = bearing, len(rows)
        degrading = [row["state"] == "degrading" for row in rows]
        begins = [i for i in range(1, len(rows)) if degrading[i] and not degrading[i - 1]]
        self.onset = begins[-1] if degrading[-1] and begins else None
        self.is_seen = self.onset is not None and self.onset < len(rows) - 1
        self.passing = len(begins) - (1 if degrading[-1] else 0)
        self.early = sum(i < EARLY_SHARE * len(rows) for i in begins)
        self.last = float(rows[-1]["deviations"] or "nan")
        self.errors, self.covered = [], []
        for i in range(self.onset if self.is_seen else len(rows), len(rows)):
            left = float(rows[-1]["time"]) - float(rows[i]["time"])
            if rows[i]["remaining"]:
                self.errors.append(abs(float(rows[i]["remaining"]) - left) * PERIOD_S)
                self.covered.append(float(rows[i]["lower"]) <= left <= float(rows[i]["upper"]))

    def line(self):
        if not self.is_seen:
            return f"  {self.bearing:12} {self.count:5} snapshots, no onset that holds"
        text = (f"  {self.bearing:12} {self.count:5} snapshots, onset at {self.onset / self.count:.3f}, "
                f"{(self.count - 1 - self.onset) * PERIOD_S} s before the end")
        if self.errors:
            text += f"; remaining life off by {statistics.median(self.errors):.0f} s (median)"
        return text + (f"; {self.passing} that passed" if self.passing else "")


def summary(name, runs):
    errors = [statistics.median(r.errors) for r in runs if r.errors]
    covered = [is_in for r in runs for is_in in r.covered]
    if not errors:
        return []
    return [f"  {name}: remaining life off by {statistics.median(errors):.0f} s (median of the runs), "
            f"80 % interval covers {100 * sum(covered) / len(covered):.0f} % of the snapshots"]


def raw_lines(folder, program, published):
    """The raw snapshots, where they are there."""
    lines = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith("_h_every4.i16"):
            continue
        bearing = name.split("_h_")[0]
        with tempfile.TemporaryDirectory() as work:
            spec, table = os.path.join(work, "features.json"), os.path.join(work, "raw.csv")
            with open(spec, "w", encoding="utf-8") as file:
                json.dump({
                    "name": "level", "version": "1.0.0", "inputs": [],
                    "waveform": {"sample_rate_hz": 25600, "scale": 0.002, "samples": 2560},
                    "features": [{"name": word, "statistic": word} for word in ("rms", "mean")]}, file)
            rows = list(csv.DictReader(io.StringIO(
                run(program, "features", "--spec", spec, "--input", os.path.join(folder, name), "--block", "2560"))))
            known = published.get(bearing, [])[::4]
            # The published one is about zero, ours about the mean.
            away = max((abs(math.hypot(float(row["rms"]), float(row["mean"])) - value) / value
                        for row, value in zip(rows, known)), default=float("nan"))
            with open(table, "w", encoding="utf-8") as file:
                file.write("bearing,snapshot,rms\n")
                file.writelines(f"{bearing},{4 * i + 1},{row['rms']}\n" for i, row in enumerate(rows))
            found = Run(bearing, trend(program, table, ["rms"], "--learn", "13", "--clear", "8")[bearing])
        at = f"onset at {found.onset / found.count:.3f}" if found.is_seen else "no onset that holds"
        lines.append(f"  {bearing:12} {len(rows):5} raw snapshots: RMS within {100 * away:.2f} % of the published one; {at}")
    return lines


def score(data, program, tools_python):
    folder = os.path.join(data, "pronostia")
    table = os.path.join(folder, "features.csv")
    if not os.path.exists(table):
        return {}, ["PRONOSTIA: not there"]
    published, learning = {}, set()
    with open(table, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            published.setdefault(row["bearing"], []).append(float(row["h_rms"]))
            if row["set"] == "Learning_set":
                learning.add(row["bearing"])
    axes = ["h_rms", "v_rms"]
    first = {bearing: Run(bearing, rows) for bearing, rows in trend(program, table, axes, "--learn", LEARN).items()}
    ends = [first[bearing].last for bearing in sorted(learning) if first[bearing].last > 3] or [10.0]
    threshold = statistics.median(ends)
    runs = [Run(bearing, rows) for bearing, rows in sorted(
        trend(program, table, axes, "--learn", LEARN, "--threshold", f"{threshold:.3f}").items())]
    seen = sum(r.is_seen for r in runs)
    lines = [f"PRONOSTIA: onset before failure in {seen} of {len(runs)} runs; in the first {100 * EARLY_SHARE:.0f} % of a run: "
             f"{sum(r.early for r in runs)} onsets, passing ones: {sum(r.passing for r in runs)}; failure at {threshold:.1f} deviations"]
    lines += [r.line() for r in runs]
    lines += summary("all runs", runs) + summary("test runs", [r for r in runs if r.bearing not in learning])
    lines += raw_lines(folder, program, published)
    return {"pronostia.onsets_before_failure": seen, "pronostia.runs": len(runs)}, lines


if __name__ == "__main__":
    found, report = score(*sys.argv[1:4])
    print("\n".join(report))
    print(found)
