"""The journal: a start on a large one, how small its cold part is, and what a day's mix writes to the disk."""
import json
import os
import subprocess
import time

import ingest
from bed import LOOPBACK, PROGRAMS, QUICK, ROOT, Bed, proc_value, rss_mb, status, wait_for

RECORDS = int(os.environ.get("BENCH_JOURNAL_RECORDS", "100000" if QUICK else "1000000"))
# What waits at the broker when the agent starts.
WAITING = 2000


def fill(bed, subscriber, table):
    """A journal of RECORDS, through the agent itself."""
    begun = time.monotonic()
    load = ingest.Load(RECORDS)
    ingest.measure(bed, subscriber, load, seconds=RECORDS // 5000 + 60)
    size = sum(entry.stat().st_size for entry in os.scandir(subscriber.data) if entry.is_file())
    table.note(f"{RECORDS:,} records through the agent in {time.monotonic() - begun:.0f} s: {size / 1e6:,.0f} MB in the data folder")


def bench_start(table):
    table.section(f"Start to the first commit, with {RECORDS:,} records in the journal (BENCH_JOURNAL_RECORDS) and messages waiting")
    with Bed() as bed:
        bed.start_broker("max_inflight_messages 1000", *ingest.BROKER)
        load = ingest.Load(WAITING)
        subscriber = ingest.Crossdock(bed, load, 1000)
        fill(bed, subscriber, table)
        times = []
        for _ in range(1 if QUICK else 3):
            ingest.start_subscribed(bed, subscriber, load)
            bed.stop(subscriber.process)
            bed.result(load.start(bed))
            begun = time.monotonic_ns()
            process = subscriber.start()
            watch = bed.start_tool("watch", process.pid, bed.port, *load.watched, 1500, 60_000)
            seen = bed.result(watch)
            times.append((seen["first_ns"] - begun) / 1e6)
            settled = rss_mb(process.pid)
            bed.stop(process)
        table.note("each: " + ", ".join(f"{time_ms:.1f}" for time_ms in times) + " ms from exec to the first acknowledgement")
        table.add("start.first_commit_ms", sorted(times)[len(times) // 2], "ms")
        table.add("start.rss_mb", settled, "MB")
        add_cold_ratio(table, subscriber.data)


def add_cold_ratio(table, data):
    key = "journal.cold_size_ratio"
    answer = subprocess.run([os.path.join(PROGRAMS, "crossdock"), "journal", "inspect", data, "--json"], capture_output=True, text=True)
    try:
        cold = json.loads(answer.stdout)["cold"]
    except (ValueError, KeyError, TypeError):
        table.absent(key, "crossdock journal inspect says nothing of it")
        return
    if not cold["raw_bytes"]:
        table.absent(key, "nothing of this journal is cold yet")
        return
    table.note(f"cold: {cold['stored_bytes'] / 1e6:,.1f} MB stored of {cold['raw_bytes'] / 1e6:,.1f} MB raw")
    table.add(key, cold["stored_bytes"] / cold["raw_bytes"])


def sample_configuration(bed, central=None):
    """etc/agent.conf as it is shipped, on this bed's ports and folder; without central there is no uplink."""
    with open(os.path.join(ROOT, "etc", "agent.conf")) as file:
        text = file.read()
    data = os.path.join(bed.folder, "data")
    text = text.replace("/var/lib/crossdock", data).replace("# port = 1883", f"port = {bed.port}").replace("127.0.0.1:7780", "127.0.0.1:0")
    text = text.replace('"layouts/hall-a.json"', f'"{ROOT}/etc/layouts/hall-a.json"')
    if central:
        text = text.replace("http://127.0.0.1:7790", f"http://{central}")
    else:
        before, _, after = text.partition("[[uplink]]")
        text = before + "[control]" + after.partition("[control]")[2]
    path = os.path.join(bed.folder, "agent.conf")
    with open(path, "w") as file:
        file.write(text)
    return path, data


def start_sample(bed, central=None):
    configuration, data = sample_configuration(bed, central)
    agent = bed.start("crossdock", "run", "--config", configuration)
    address = wait_for("the control address", lambda: ingest.read(os.path.join(data, "control.addr")))
    wait_for("the connection", lambda: any(c["state"] == "connected" for c in status(address).get("connections", [])))
    return agent, address


def count_payloads(bed):
    """A subscriber that writes topic and length of every message that the agent gets."""
    output = open(os.path.join(bed.folder, "payloads"), "w")
    filters = ["+/+/+/vibration", "+/+/+/temperature", "+/scanner/+/scan", "+/handheld/+/order", "+/handheld/+/pick", "fleet/+/telemetry"]
    arguments = [item for name in filters for item in ("-t", name)]
    process = bed.start("/usr/bin/mosquitto_sub", "-h", LOOPBACK, "-p", bed.port, "-q", "1", "-F", "%t %l", *arguments, stdout=output)
    output.close()
    return process


def payloads(bed):
    kinds = {}
    with open(os.path.join(bed.folder, "payloads")) as file:
        for line in file:
            topic, length = line.split()
            count, total = kinds.get(topic.rsplit("/", 1)[1], (0, 0))
            kinds[topic.rsplit("/", 1)[1]] = count + 1, total + int(length)
    return kinds


def bench_day_mix(table):
    seconds, rate = (15, 100) if QUICK else (60, 100)
    table.section(f"A day's mix: the simulated warehouse and {rate} temperatures/s beside, {seconds} s, etc/agent.conf without its uplink")
    with Bed() as bed:
        bed.start_broker("max_inflight_messages 1000", *ingest.BROKER)
        agent, _ = start_sample(bed)
        counting = count_payloads(bed)
        wait_for("the subscriptions", lambda: bed.subscriptions() >= 12)
        before = proc_value(agent.pid, "io", "write_bytes")
        simulation = bed.start("crossdock", "simulate", "--port", bed.port, "--rate", rate, "--seconds", seconds)
        simulation.wait(seconds + 60)
        time.sleep(1)
        written = proc_value(agent.pid, "io", "write_bytes") - before
        bed.stop(counting)
        kinds = payloads(bed)
    total = sum(size for _, size in kinds.values())
    for kind, (count, size) in sorted(kinds.items()):
        table.note(f"{kind:12} {count / seconds:8.1f}/s of {size / count:8.0f} bytes: {100 * size / total:4.1f} % of the bytes")
    table.note(f"{written / 1e6:.1f} MB written for {total / 1e6:.1f} MB of payload")
    table.add("ingest.day_mix_bytes_ratio", written / total)
