"""The figures: kept flat under the keys of bench.json, printed beside what the design asks for."""
import json
import os
import sys
import time

import bed

# A key's bound: "<=" or ">=", and the figure of the design.
BOUNDS = {
    "throughput_ratio": (">=", 0.85),
    "cpu_ratio": ("<=", 1.4),
    "ingest.rss_mb_at_5000": ("<=", 16),
    "ingest.allocations_per_message": ("<=", 0.25),
    "ingest.topics_ratio": ("<=", 1.2),
    "ingest.feeds_ratio": ("<=", 1.2),
    "ingest.day_mix_bytes_ratio": ("<=", 2.5),
    "latency.route.at2000.p99_beyond_fsync_ms": ("<=", 10),
    "journal.cold_size_ratio": ("<=", 0.25),
    "start.first_commit_ms": ("<=", 200),
    "start.rss_mb": ("<=", 16),
    "sync.drain_records_per_s": (">=", 20000),
    "model.scalar_update_ns": ("<=", 150),
    "model.hst_ratio_to_river": (">=", 100),
    "model.envelope_8192_us": ("<=", 400),
    "model.trees600_row_us": ("<=", 15),
    "model.trees600_ratio_to_lightgbm_c": ("<=", 1),
}


class Table:
    def __init__(self):
        self.figures = {}

    def section(self, title):
        load = os.getloadavg()[0]
        print(f"\n{title}  (load average {load:.2f})", flush=True)

    def note(self, text):
        print(f"  {text}", flush=True)

    def add(self, key, value, unit=""):
        self.figures[key] = round(value, 4)
        bound = BOUNDS.get(key) or BOUNDS.get(key.rsplit(".", 1)[-1])
        asked = ""
        if bound:
            sign, figure = bound
            met = value <= figure if sign == "<=" else value >= figure
            asked = f"{sign} {figure:g}  {'met' if met else 'NOT MET'}"
        print(f"  {key:52} {value:14,.3f} {unit:12} {asked}", flush=True)

    def absent(self, key, why):
        print(f"  {key:52} {'not there':>14} {why}", flush=True)

    def write(self):
        path = os.path.join(bed.ROOT, ".build", "bench.json")
        with open(path, "w") as file:
            json.dump(self.figures, file, indent=1)
            file.write("\n")
        print(f"\n{len(self.figures)} figures in {os.path.relpath(path, bed.ROOT)}")


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def idle_share(seconds=1.0):
    """How much of all processors nobody used, and how much the hypervisor took, while we did nothing."""
    before = processor_times()
    time.sleep(seconds)
    spent = [b - a for a, b in zip(before, processor_times())]
    total = sum(spent[:8]) or 1
    return (spent[3] + spent[4]) / total, spent[7] / total


def processor_times():
    return [int(field) for field in bed.read("/proc/stat").splitlines()[0].split()[1:]]


def say_how_busy(when):
    idle, stolen = idle_share()
    load = os.getloadavg()
    print(f"{when}: {os.cpu_count()} processors, {100 * idle:.0f} % idle, {100 * stolen:.0f} % stolen, load average {load[0]:.2f} {load[1]:.2f} {load[2]:.2f}")
    if idle < 0.9:
        print("  THE MACHINE IS BUSY: other work takes more than a tenth of it. Ratios may hold; times and rates do not.")
    sys.stdout.flush()
