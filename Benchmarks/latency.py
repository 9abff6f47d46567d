"""Latency: a pick order in, its route out, beside other messages; and what a sync of this disk costs at the same time.

The probe (route_probe.c) is an open loop: an order leaves when it is due, and its latency counts from then, so that a stall
shows in every order that it delayed (no coordinated omission).
"""
import os
import shutil

import bed as ground
import ingest
from bed import QUICK, ROOT, Bed

RATES = (0, 500, 2000, 5000)
ORDER_INTERVAL_MS = 10


class Histogram:
    """A log-linear histogram in the manner of HDR: three significant digits at any magnitude, memory of a few KiB."""

    SUB_BUCKETS = 2048

    def __init__(self):
        self.counts, self.total, self.highest = {}, 0, 0

    def record(self, value):
        shift = max(0, value.bit_length() - self.SUB_BUCKETS.bit_length() + 1)
        bucket = shift, value >> shift
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        self.total += 1
        self.highest = max(self.highest, value)

    def percentile(self, share):
        wanted, seen = max(1, -(-self.total * share // 100)), 0
        for (shift, value), count in sorted(self.counts.items(), key=lambda item: item[0][1] << item[0][0]):
            seen += count
            if seen >= wanted:
                return ((value + 1) << shift) - 1
        return self.highest


def orders(folder):
    """What the ingest benchmarks' configuration lacks: orders, routes, and the model between them."""
    shutil.copy(os.path.join(ROOT, "etc", "layouts", "hall-a.json"), folder)
    return (
        '\n[[stream]]\nname = "orders"\nclass = "decision"\n[[stream]]\nname = "routes"\nclass = "decision"\n'
        '[[feed]]\nname = "orders"\nconnection = "bench"\ntopic = "{site}/handheld/{device}/order"\nqos = 1\nstream = "orders"\n'
        'decoder = "json"\n[[model]]\nname = "routes"\nplugin = "pick-routing"\nreads = ["orders"]\nwrites = ["routes"]\n'
        f'reply_connection = "bench"\n[model.options]\nlayouts = ["{folder}/hall-a.json"]\n'
    )


def run_at(rate, seconds):
    """Histograms of routes and syncs, in nanoseconds, and the number of orders that got no answer."""
    with Bed() as bed:
        bed.start_broker("max_inflight_messages 1000", *ingest.BROKER, "set_tcp_nodelay true")
        load = ingest.Load(max(1, rate * (seconds + 2)), rate=max(1, rate))
        subscriber = ingest.Crossdock(bed, load, 1000, more=orders(bed.folder))
        ingest.start_subscribed(bed, subscriber, load)
        publisher = load.start(bed) if rate else None
        probe = bed.start_tool("route-probe", bed.port, seconds, ORDER_INTERVAL_MS, bed.folder)
        text, _ = probe.communicate(timeout=seconds + 60)
        if probe.returncode != 0:
            raise SystemExit(f"bench: route-probe failed: {ground.read(os.path.join(bed.folder, 'route-probe.log'))}")
        if publisher:
            bed.result(publisher)
    routes, syncs, lost = Histogram(), Histogram(), 0
    for line in text.splitlines():
        kind, value = line.split()
        if kind == "lost":
            lost += 1
        else:
            (routes if kind == "route" else syncs).record(int(value))
    return routes, syncs, lost


def bench_latency(table):
    seconds = 4 if QUICK else 20
    table.section(f"Latency of a pick order, {1000 // ORDER_INTERVAL_MS} orders/s for {seconds} s, beside other messages")
    for rate in RATES:
        routes, syncs, lost = run_at(rate, seconds)
        if lost:
            raise SystemExit(f"bench: {lost} orders got no route")
        prefix = f"latency.route.at{rate}"
        milliseconds = {name: routes.percentile(share) / 1e6 for name, share in (("p50", 50), ("p99", 99), ("p999", 99.9))}
        for name, value in milliseconds.items():
            table.add(f"{prefix}.{name}_ms", value, "ms")
        sync_ms = {share: syncs.percentile(share) / 1e6 for share in (50, 99)}
        table.note(f"{routes.total} routes, the slowest {routes.highest / 1e6:.2f} ms; sync of 4 KiB beside: p50 {sync_ms[50]:.2f}, p99 {sync_ms[99]:.2f} ms")
        if rate == 2000:
            table.add("latency.fsync.p50_ms", sync_ms[50], "ms")
            table.add("latency.fsync.p99_ms", sync_ms[99], "ms")
            table.add(f"{prefix}.p99_beyond_fsync_ms", milliseconds["p99"] - sync_ms[99], "ms")
