"""What the models cost: one core, ours beside what a user would take in Python, over the same rows in the same run."""
import json
import os
import subprocess

from bed import PROGRAMS, ROOT, Bed

UNITS = {"_ns": "ns", "_us": "us", "_bytes": "B", "_bytes_each": "B"}


def bench_models(table):
    table.section("Models: one core, time of the process's own clock; river and LightGBM over the same rows in the same run")
    environment = {**os.environ, "CROSSDOCK_BENCHMARKS": "1"}
    subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "-j", "2", "--product", "model-benchmark"], cwd=ROOT,
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    made = subprocess.run([os.path.join(ROOT, "tools", "setup"), "--python"], capture_output=True, text=True)
    with Bed() as bed:
        if made.returncode:
            table.absent("model.hst_ratio_to_river", "tools/setup cannot make the tools' Python: " + made.stderr.strip()[-200:])
            return
        peers = subprocess.run([made.stdout.strip(), os.path.join(ROOT, "Benchmarks", "models", "peers.py"), bed.folder], check=True,
                               capture_output=True, text=True).stdout
        figures = json.loads(peers)
        for arguments in ([bed.folder], ["signals", "3000"], ["signals", "2000"]):
            ours = subprocess.run([os.path.join(PROGRAMS, "model-benchmark"), *arguments], check=True, capture_output=True, text=True)
            figures.update(json.loads(ours.stdout))
    figures["model.hst_ratio_to_river"] = figures["model.river_hst_row_ns"] / figures["model.hst_row_ns"]
    figures["model.trees600_ratio_to_lightgbm_c"] = figures["model.trees600_row_us"] / figures["model.lightgbm_c_row_us"]
    for key in sorted(figures):
        unit = next((unit for end, unit in UNITS.items() if key.endswith(end)), "")
        table.add(key, figures[key], unit)
