"""Ingest: Crossdock beside the C loop (ingest_loop.c), on the same broker, disk and messages.

Two kinds of run. In a live run the messages are published while the subscriber reads, as devices do it; at full speed the
broker is then the bottleneck. In a drain they wait at the broker when the subscriber comes: nobody publishes, and the
subscriber's own limit shows. QoS is the publisher's; the subscription is QoS 1 at most, as everywhere in Crossdock.
"""
import json
import mmap
import os
import shutil
import struct
import time

from bed import BUILT, QUICK, Bed, cpu_ns, proc_value, read, rss_mb, status, wait_for
from table import median

PAYLOAD_BYTES = 150
TOPIC_BYTES = len("bench/line/m00000/k0")
PUBACK_BYTES = 4
# A connection's quiet time before a run counts as over.
QUIET_MS = 200
BROKER = ["max_queued_messages 0", "max_queued_bytes 0", "queue_qos0_messages true"]


class Load:
    def __init__(self, count, qos=1, rate=0, topics=100, kinds=1, window=1000):
        self.count, self.qos, self.rate, self.topics, self.kinds, self.window = count, qos, rate, topics, kinds, window

    def start(self, bed):
        return bed.start_tool("publish", bed.port, self.count, self.qos, self.rate, self.topics, self.kinds, self.window)

    @property
    def subscription_qos(self):
        return min(self.qos, 1)

    @property
    def watched(self):
        """What `watch` counts, and how many bytes of it there are at least."""
        if self.qos == 0:
            return "read", self.count * (3 + 2 + TOPIC_BYTES + 1 + PAYLOAD_BYTES)
        return "acknowledged", self.count * PUBACK_BYTES


class Reference:
    name = "C loop"

    def __init__(self, bed, load, in_flight, environment=None):
        self.bed, self.environment = bed, environment
        folder = os.path.join(bed.folder, "reference")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.arguments = [bed.port, os.path.join(folder, "rows.db"), "+/+/+/+", load.subscription_qos, in_flight]

    def start(self):
        self.process = self.bed.start_tool("ingest-loop", *self.arguments, env=self.environment)
        return self.process

    def stop(self, expected):
        self.process.terminate()
        counts = self.bed.result(self.process)
        return counts["messages"], counts["commits"]


class Crossdock:
    """The agent with JSON feeds, a stream each, and one model that reads all of them."""

    name = "Crossdock"

    def __init__(self, bed, load, in_flight, environment=None, more=""):
        self.bed, self.folder, self.environment = bed, os.path.join(bed.folder, "agent"), environment
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.data = os.path.join(self.folder, "data")
        self.configuration = os.path.join(self.folder, "agent.conf")
        with open(self.configuration, "w") as file:
            file.write(self.text(load, in_flight) + more)

    def text(self, load, in_flight):
        parts = [
            f'[agent]\nid = "bench"\ndata_dir = "{self.data}"\n[journal]\nmax_size = "16GiB"\n',
            f'[log]\nlevel = "warning"\n[mqtt.bench]\nhost = "127.0.0.1"\nport = {self.bed.port}\n',
            f"receive_maximum = {in_flight}\nkeepalive_s = 600\nsession_expiry_s = 3600\n",
            '[control]\nlisten = "127.0.0.1:0"\n',
        ]
        streams = [f"values{kind}" for kind in range(load.kinds)]
        for kind, stream in enumerate(streams):
            parts.append(
                f'[[stream]]\nname = "{stream}"\nclass = "telemetry"\n'
                f'[[feed]]\nname = "{stream}"\nconnection = "bench"\ntopic = "{{site}}/{{line}}/{{asset}}/k{kind}"\n'
                f'qos = {load.subscription_qos}\nstream = "{stream}"\ndecoder = "json"\n'
                'time = "/ts"\nfields = { value = "/value", rpm = "/rpm" }\n'
            )
        parts.append(
            '[[stream]]\nname = "alerts"\nclass = "alert"\n'
            f'[[model]]\nname = "health"\nplugin = "predictive-maintenance"\nreads = {json.dumps(streams)}\n'
            f'writes = ["alerts"]\n[model.options]\nmax_signals = {max(10000, 2 * load.topics)}\n'
        )
        return "".join(parts)

    @property
    def address(self):
        return read(os.path.join(self.data, "control.addr"))

    def start(self):
        if os.path.exists(os.path.join(self.data, "control.addr")):
            os.remove(os.path.join(self.data, "control.addr"))
        self.process = self.bed.start("crossdock", "run", "--config", self.configuration, env=self.environment)
        return self.process

    def totals(self):
        document = status(self.address)
        stored = sum(feed["stored_total"] for feed in document.get("feeds", []))
        return stored, document.get("journal", {}).get("commits_total", 0)

    def stop(self, expected):
        # The status is renewed four times a second: ask until it has caught up, or for two seconds.
        deadline = time.monotonic() + 2
        while self.totals()[0] < expected and time.monotonic() < deadline:
            time.sleep(0.05)
        totals = self.totals()
        self.bed.stop(self.process)
        return totals


SUBSCRIBERS = (Reference, Crossdock)


def start_subscribed(bed, subscriber, load):
    before = bed.subscriptions()
    process = subscriber.start()
    wait_for("the subscription", lambda: bed.subscriptions() >= before + load.kinds)
    return process


def measure(bed, subscriber, load, drain=False, seconds=200, begun=None):
    """One run: what a message cost, from the first twentieth on to the last message."""
    process = start_subscribed(bed, subscriber, load)
    if drain:
        process.terminate()
        process.wait()
        bed.children.remove(process)
        bed.result(load.start(bed))
        process = subscriber.start()
    kind, count_bytes = load.watched
    watch = bed.start_tool("watch", process.pid, bed.port, kind, count_bytes, QUIET_MS, seconds * 1000)
    if not drain:
        publisher = load.start(bed)
        if begun:
            begun(process)
        bed.result(publisher, seconds)
    seen = bed.result(watch, seconds)
    messages = load.count * seen["share"]
    stored, commits = subscriber.stop(load.count)
    if stored != load.count:
        raise SystemExit(f"bench: {subscriber.name} stored {stored} of {load.count} messages: the run measures something else")
    return {
        "msgs_per_s": messages / seen["seconds"],
        "cpu_us": seen["cpu_s"] / messages * 1e6,
        "rss_peak_mb": seen["rss_peak_kb"] / 1024,
        "rss_mb": seen["rss_kb"] / 1024,
        "written": seen["written_bytes"] / messages,
        "commits": commits,
    }


def run_alone(load, in_flight=1000, kind=Crossdock, **keywords):
    with Bed() as bed:
        bed.start_broker(f"max_inflight_messages {in_flight}", *BROKER)
        return measure(bed, kind(bed, load, in_flight), load, **keywords)


def interleaved(load, in_flight, pairs, **keywords):
    """The two by turns, each on a fresh broker of the same configuration. Lists of runs, by name."""
    runs = {kind.name: [] for kind in SUBSCRIBERS}
    for _ in range(pairs):
        for kind in SUBSCRIBERS:
            runs[kind.name].append(run_alone(load, in_flight, kind, **keywords))
    return runs


def add_pairs(table, prefix, runs):
    ours, theirs = runs[Crossdock.name], runs[Reference.name]

    def middle(side, key):
        return median([run[key] for run in side])

    def ratio(key):
        return median([a[key] / b[key] for a, b in zip(ours, theirs)])

    table.note(
        f"{prefix}: C loop {middle(theirs, 'msgs_per_s'):,.0f}/s, {middle(theirs, 'cpu_us'):.2f} µs, "
        f"peak {middle(theirs, 'rss_peak_mb'):.1f} MB, {middle(theirs, 'written'):,.0f} B written a message"
    )
    table.note(
        f"{' ' * len(prefix)}  Crossdock {middle(ours, 'msgs_per_s'):,.0f}/s, {middle(ours, 'cpu_us'):.2f} µs, "
        f"peak {middle(ours, 'rss_peak_mb'):.1f} MB, {middle(ours, 'written'):,.0f} B written a message"
    )
    table.add(f"{prefix}.throughput_ratio", ratio("msgs_per_s"))
    table.add(f"{prefix}.cpu_ratio", ratio("cpu_us"))
    table.add(f"{prefix}.msgs_per_s", middle(ours, "msgs_per_s"))
    table.add(f"{prefix}.cpu_us", middle(ours, "cpu_us"), "µs")
    table.add(f"{prefix}.written_ratio", ratio("written"))


def bench_pairs(table):
    pairs = 1 if QUICK else 3
    counts = {0: 400_000, 1: 150_000, 2: 80_000}
    table.section(f"Ingest at full speed, live: {pairs} interleaved pairs, medians of ratios")
    for qos, count in counts.items():
        for in_flight in (20, 1000):
            load = Load(count // (3 if QUICK else 1), qos, window=in_flight if qos == 2 else 1000)
            add_pairs(table, f"ingest.qos{qos}.inflight{in_flight}", interleaved(load, in_flight, pairs))
    table.section("Ingest at full speed, drain: the messages wait at the broker")
    for qos in (0, 1):
        load = Load(counts[qos] // (3 if QUICK else 1) * 2, qos)
        add_pairs(table, f"ingest.drain.qos{qos}", interleaved(load, 1000, pairs, drain=True))


def bench_paced(table):
    pairs, seconds = (1, 5) if QUICK else (2, 10)
    table.section(f"Ingest at 2,000 messages/s, QoS 1: {pairs} interleaved pairs of {seconds} s")
    runs = interleaved(Load(2000 * seconds, 1, rate=2000), 1000, pairs)
    ours, theirs = runs[Crossdock.name], runs[Reference.name]
    reference = median([run["cpu_us"] for run in theirs])
    # On a machine with other work commits take longer and carry more: cheaper messages, and a ratio that says less.
    for name, side in runs.items():
        commits = ", ".join(f"{run['commits'] / (2000 * seconds):.2f}" for run in side)
        table.note(f"{name:9} commits a message: {commits}; {median([run['written'] for run in side]):,.0f} B written a message")
    table.add("ingest.paced2000.cpu_us", median([run["cpu_us"] for run in ours]), "µs")
    table.add("ingest.paced2000.cpu_ratio", median([a["cpu_us"] / b["cpu_us"] for a, b in zip(ours, theirs)]))
    table.add("ingest.paced2000.reference_cpu_us", reference, "µs")
    table.add("ingest.paced2000.bytes_written_per_message", median([run["written"] for run in ours]), "B")


def bench_scale(table):
    repeats, count = (1, 100_000) if QUICK else (2, 240_000)
    table.section("Scale: drain at QoS 1; topics (a source each), feeds (a stream each)")
    for key, loads in (
        ("topics", {n: Load(count, topics=n) for n in (1, 10, 100, 10_000)}),
        ("feeds", {n: Load(count, kinds=n) for n in (1, 4)}),
    ):
        costs = {n: median([run_alone(load, drain=True)["cpu_us"] for _ in range(repeats)]) for n, load in loads.items()}
        for n, cost in costs.items():
            table.add(f"ingest.{key}{n}.cpu_us", cost, "µs")
        table.add(f"ingest.{key}_ratio", max(costs.values()) / min(costs.values()))


def bench_soak(table):
    seconds = int(os.environ.get("BENCH_SOAK_SECONDS", "10" if QUICK else "60"))
    table.section(f"Memory: 5,000 messages/s for {seconds} s (BENCH_SOAK_SECONDS)")
    marks = {}

    def begun(process):
        time.sleep(seconds / 3)
        marks["third"], marks["anonymous"] = rss_mb(process.pid), proc_value(process.pid, "status", "RssAnon") / 1024

    run = run_alone(Load(5000 * seconds, rate=5000), seconds=seconds + 60, begun=begun)
    table.note(f"after a third {marks['third']:.2f} MB ({marks['anonymous']:.2f} anonymous), at the end {run['rss_mb']:.2f}, peak of the run {run['rss_peak_mb']:.2f}")
    table.add("ingest.rss_mb_at_5000", run["rss_peak_mb"], "MB")
    table.add("ingest.rss_growth_mb_at_5000", run["rss_mb"] - marks["third"], "MB")
    table.add("ingest.at5000.cpu_us", run["cpu_us"], "µs")
    table.add("ingest.bytes_written_per_message", run["written"], "B")


def allocations(kind, load):
    """Heap allocations a message of the first thread, once as many messages have passed before: own, and of the libraries."""
    with Bed() as bed:
        counts = os.path.join(bed.folder, "allocations")
        with open(counts, "wb") as file:
            file.write(bytes(16))
        preload = os.path.join(BUILT, "count-allocations.so")
        environment = dict(os.environ, LD_PRELOAD=preload, ALLOCATION_COUNTS=counts)
        bed.start_broker("max_inflight_messages 1000", *BROKER)
        subscriber = kind(bed, load, 1000, environment)
        process = start_subscribed(bed, subscriber, load)
        with open(counts, "rb") as file, mmap.mmap(file.fileno(), 16, prot=mmap.PROT_READ) as shared:
            for _ in range(2):
                before = struct.unpack("QQ", shared[:16])
                bed.result(load.start(bed))
                wait_for("the subscriber to be done", lambda: is_quiet(process.pid))
                after = struct.unpack("QQ", shared[:16])
        if subscriber.stop(2 * load.count)[0] < 2 * load.count:
            raise SystemExit(f"bench: {kind.name} did not store the messages whose allocations were to be counted")
    return [(b - a) / load.count for a, b in zip(before, after)]


def is_quiet(pid):
    """Whether a process uses next to nothing of the processor for a moment."""
    before = cpu_ns(pid)
    time.sleep(0.2)
    return cpu_ns(pid) - before < 4_000_000


def bench_allocations(table):
    count = 20_000 if QUICK else 100_000
    table.section("Heap allocations of the writer thread, a message, in the steady state")
    for prefix, load in (("ingest", Load(count)), ("ingest.paced2000", Load(count // 10, rate=2000))):
        reference, ours = allocations(Reference, load), allocations(Crossdock, load)
        table.add(f"{prefix}.allocations_per_message", ours[0])
        table.add(f"{prefix}.library_allocations_per_message", ours[1])
        table.note(f"(libmosquitto, SQLite and the C library for the C loop: {reference[1]:.3f}; its own {reference[0]:.3f})")
