"""Ingest: Crossdock beside the C loop, on the same broker, disk and messages."""
import json
import os
import shutil

from bed import read, status, wait_for

PAYLOAD_BYTES = 150
TOPIC_BYTES = len("bench/line/m00000/k0")
PUBACK_BYTES = 4


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
    """Benchmarks/ingest_loop.c"""

    name = "C loop"

    def __init__(self, bed, load, in_flight):
        self.bed, self.folder = bed, os.path.join(bed.folder, "reference")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.arguments = [bed.port, os.path.join(self.folder, "rows.db"), "+/+/+/+", load.subscription_qos, in_flight]

    def start(self):
        self.process = self.bed.start_tool("ingest-loop", *self.arguments)
        return self.process

    def stop(self):
        self.process.terminate()
        counts = self.bed.result(self.process)
        self.batches = counts["commits"]
        return counts["messages"]


class Crossdock:
    """The agent with JSON feeds, a stream each, and one model that reads all of them."""

    name = "Crossdock"

    def __init__(self, bed, load, in_flight, environment=None):
        self.bed, self.folder = bed, os.path.join(bed.folder, "agent")
        self.environment = environment
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.configuration = os.path.join(self.folder, "agent.conf")
        with open(self.configuration, "w") as file:
            file.write(self.text(load, in_flight))

    def text(self, load, in_flight):
        parts = [
            f'[agent]\nid = "bench"\ndata_dir = "{self.folder}/data"\n[journal]\nmax_size = "1GiB"\n',
            f'[log]\nlevel = "warning"\n[mqtt.bench]\nhost = "127.0.0.1"\nport = {self.bed.port}\n',
            f"receive_maximum = {in_flight}\nkeepalive_s = 600\nsession_expiry_s = 3600\n",
            '[control]\nlisten = "127.0.0.1:0"\n',
        ]
        streams = [f"values{kind}" for kind in range(load.kinds)]
        for kind, stream in enumerate(streams):
            last = f"k{kind}" if load.kinds > 1 else "{kind}"
            parts.append(f'[[stream]]\nname = "{stream}"\nclass = "telemetry"\n')
            parts.append(
                f'[[feed]]\nname = "{stream}"\nconnection = "bench"\ntopic = "{{site}}/{{line}}/{{asset}}/{last}"\n'
                f'qos = {load.subscription_qos}\nstream = "{stream}"\ndecoder = "json"\nsource = "{{site}}/{{line}}/{{asset}}"\n'
                'time = "/ts"\nfields = { value = "/value", rpm = "/rpm" }\n'
            )
        parts.append('[[stream]]\nname = "alerts"\nclass = "alert"\n')
        parts.append(
            f'[[model]]\nname = "health"\nplugin = "predictive-maintenance"\nreads = {json.dumps(streams)}\n'
            f'writes = ["alerts"]\n[model.options]\nmax_signals = {max(10000, 2 * load.topics)}\n'
        )
        return "".join(parts)

    @property
    def address(self):
        return read(os.path.join(self.folder, "data", "control.addr"))

    def start(self):
        self.process = self.bed.start("crossdock", "run", "--config", self.configuration, env=self.environment)
        return self.process

    def counters(self):
        document = status(self.address)
        return [sum(feed.get(f"{name}_total", 0) for feed in document.get("feeds", [])) for name in ("received", "stored")]

    def stop(self):
        # The status is renewed four times a second: ask until it has caught up, or for a second.
        received = stored = 0
        try:
            wait_for("", lambda: self.counters()[1] == self.expected, 2)
        except SystemExit:
            pass
        received, stored = self.counters()
        self.bed.stop(self.process)
        return stored


def measure(bed, subscriber, load, preload=False, seconds=120, during=None):
    """One run. With `preload`, the messages wait at the broker when the subscriber comes."""
    subscriber.expected = load.count
    if preload:
        process = start_subscribed(bed, subscriber, load)
        process.terminate()
        process.wait()
        bed.children.remove(process)
        bed.result(load.start(bed))
        process = subscriber.start()
    else:
        process = start_subscribed(bed, subscriber, load)
    kind, count_bytes = load.watched
    watch = bed.start_tool("watch", process.pid, bed.port, kind, count_bytes, 200, seconds * 1000)
    figures = {}
    if not preload:
        publisher = load.start(bed)
        if during:
            during(process, figures)
        figures["publish"] = bed.result(publisher, seconds)
    seen = bed.result(watch, seconds)
    messages = load.count * seen["share"]
    figures.update(
        msgs_per_s=messages / seen["seconds"],
        cpu_us=seen["cpu_s"] / messages * 1e6,
        rss_peak_mb=seen["rss_peak_kb"] / 1024,
        rss_mb=seen["rss_kb"] / 1024,
        written_per_message=seen["written_bytes"] / messages,
    )
    figures["stored"] = subscriber.stop()
    figures["batches"] = getattr(subscriber, "batches", 0)
    return figures


def start_subscribed(bed, subscriber, load):
    before = bed.subscriptions()
    process = subscriber.start()
    wait_for("the subscription", lambda: bed.subscriptions() >= before + load.kinds)
    return process
