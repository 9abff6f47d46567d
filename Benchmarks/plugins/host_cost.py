#!/usr/bin/env python3
"""What a plugin's process costs: start, memory, records a second through the socket, against the same plugin called in this process.

  Benchmarks/plugins/host_cost.py [PROGRAM]     PROGRAM: crossdock-plugin-host, by default that of the release build

Prints one figure a line, as scripts/bench names them:
  plugin.host_start_ms           from its start to HELLO, confinement included: median of 20
  plugin.host_rss_mb             resident memory of the host and its monitor with a plugin of 16 KB, after 100 batches
  plugin.host_records_per_s      records of 150 bytes and one column, in batches of 1,000; one output a batch
  plugin.host_batch_us           one record there and back: the cost of a batch, median of 2,000
  plugin.in_process_records_per_s  the same plugin and batches, called directly
"""
import ctypes
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)
from host_process import BATCH, HELLO, OPEN, HostProcess, batch_payload, frame, open_payload  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(FOLDER))
STARTS, BATCHES, BATCH_RECORDS, ROUND_TRIPS = 20, 2000, 1000, 2000
BODY = b"x" * 150


def compile_plugin(folder):
    library = os.path.join(folder, "sum.so")
    include = os.path.join(ROOT, "Sources/CCrossdockPlugin/include")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-I", include, "-o", library, os.path.join(FOLDER, "sum.c"),
                    os.path.join(FOLDER, "in_process.c")], check=True)
    return library


def start(program, folder, library):
    begun = time.perf_counter()
    host = HostProcess(program, ["run", "--folder", folder, library], stderr=subprocess.DEVNULL)
    kind, _, _ = host.receive()
    assert kind == HELLO
    return host, (time.perf_counter() - begun) * 1000


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def with_children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid] + [int(child) for child in file.read().split()]


def median(values):
    return sorted(values)[len(values) // 2]


def measure(program):
    with tempfile.TemporaryDirectory() as folder:
        library = compile_plugin(folder)
        starts = []
        for _ in range(STARTS):
            host, milliseconds = start(program, folder, library)
            starts.append(milliseconds)
            host.close()
        host, _ = start(program, folder, library)
        assert host.request(OPEN, open_payload([("in", ["value"])], ["sums"]))[0] == 0
        host.request(BATCH, batch_payload(1, BODY, 1, ("source",)))
        whole = frame(BATCH, 2, batch_payload(BATCH_RECORDS, BODY, 1))
        for _ in range(100):
            host.send(whole)
        resident = sum(resident_mb(pid) for pid in with_children(host.child.pid))
        rate = records_per_s(host, whole)
        trip = round_trip_us(host)
        host.close()
        return {
            "plugin.host_start_ms": round(median(starts), 1),
            "plugin.host_rss_mb": round(resident, 2),
            "plugin.host_records_per_s": round(rate),
            "plugin.host_batch_us": round(trip, 1),
            "plugin.in_process_records_per_s": round(in_process_records_per_s(library)),
        }


def records_per_s(host, whole):
    begun = time.perf_counter()
    for _ in range(BATCHES):
        status, _ = host.send(whole)
        assert status == 0
    return BATCHES * BATCH_RECORDS / (time.perf_counter() - begun)


def round_trip_us(host):
    one, times = frame(BATCH, 3, batch_payload(1, BODY, 1)), []
    for _ in range(ROUND_TRIPS):
        begun = time.perf_counter()
        host.send(one)
        times.append((time.perf_counter() - begun) * 1e6)
    return median(times)


def in_process_records_per_s(library):
    run = ctypes.CDLL(library).run_in_process
    run.restype = ctypes.c_double
    return BATCHES * BATCH_RECORDS / run(BATCHES, BATCH_RECORDS, BODY, len(BODY))


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, ".build/release/crossdock-plugin-host")
    for name, value in measure(program).items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
