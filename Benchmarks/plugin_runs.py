"""Plugins: what the contract costs in a confined process and in the agent's, and what hostile plugins cost the ingest path (nothing, is
the claim: they run beside it).
"""
import os
import subprocess
import sys

import bed as ground
import ingest
import latency
from bed import QUICK, ROOT, Bed

sys.path.insert(0, os.path.join(ROOT, "Benchmarks", "plugins"))
import host_cost  # noqa: E402

PROGRAMS = os.path.join(ROOT, ".build", "release")
INCLUDE = os.path.join(ROOT, "Sources", "CCrossdockPlugin", "include")
HOSTILE = {"crash": 1, "hang": 2, "grow": 3, "flood": 4, "trespass": 5}


def bench_plugins(table):
    table.section("Plugins: a confined process against a call in the agent's own")
    for key, value in host_cost.measure(os.path.join(PROGRAMS, "crossdock-plugin-host")).items():
        table.add(key, value)
    environment = {**os.environ, "CROSSDOCK_BENCHMARKS": "1"}
    subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "-j", "2", "--product", "plugin-benchmark"], cwd=ROOT,
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    with Bed() as bed:
        library = host_cost.compile_plugin(bed.folder)
        program = os.path.join(PROGRAMS, "plugin-benchmark")
        text = subprocess.run([program, os.path.join(PROGRAMS, "crossdock-plugin-host"), library], check=True, capture_output=True,
                              text=True).stdout
    figures = dict(line.split() for line in text.splitlines())
    table.add("plugin.isolated.records_per_s", float(figures["batch500.records_per_s"]))
    table.add("plugin.output_check_ns", float(figures["output_check_ns"]), "ns")
    for count in (1, 10, 100, 500):
        table.add(f"plugin.isolated.batch{count}_us", float(figures[f"batch{count}.isolated_us"]), "us")
        table.add(f"plugin.in_process.batch{count}_us", float(figures[f"batch{count}.in_process_us"]), "us")


def install_hostile(bed, configuration):
    for name, mode in HOSTILE.items():
        folder = os.path.join(bed.folder, f"hostile-{name}")
        os.makedirs(folder)
        with open(os.path.join(folder, "plugin.toml"), "w") as file:
            file.write(f'name = "hostile-{name}"\nversion = "1.0.0"\nabi = 1\nrole = "model"\nsummary = "Misbehaves."\n'
                       'artefact = "hostile.so"\n[capabilities]\nreads = ["*"]\nwrites = ["*"]\n[limits]\nmemory_mb = 32\nbatch_ms = 200\n')
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", f"-DMODE={mode}", f'-DNAME="hostile-{name}"', "-I", INCLUDE, "-o",
                        os.path.join(folder, "hostile.so"), os.path.join(ROOT, "Benchmarks", "plugins", "hostile.c")], check=True)
        bundle = os.path.join(bed.folder, f"hostile-{name}.cdp")
        for arguments in (["pack", folder, "-o", bundle], ["install", bundle, "--config", configuration]):
            subprocess.run([os.path.join(PROGRAMS, "crossdock"), "plugin", *arguments], check=True, capture_output=True)


def hostile_sections():
    parts = ['[[stream]]\nname = "noise"\nclass = "telemetry"\n']
    for name in HOSTILE:
        parts.append(f'[[plugin]]\nname = "{name}"\nplugin = "hostile-{name}"\nreads = ["values0"]\nwrites = ["noise"]\n')
    return "".join(parts)


def routes_beside(hostile, seconds):
    """Histogram of routes beside 2,000 messages a second, and what became of the plugins."""
    with Bed() as bed:
        bed.start_broker("max_inflight_messages 1000", *ingest.BROKER, "set_tcp_nodelay true")
        load = ingest.Load(2000 * (seconds + 2), rate=2000)
        more = latency.orders(bed.folder) + ('\n[plugins]\nallow_unsigned = true\n' if hostile else "")
        subscriber = ingest.Crossdock(bed, load, 1000, more=more)
        if hostile:
            # A configuration that names plugins is only right when they are installed.
            install_hostile(bed, subscriber.configuration)
            with open(subscriber.configuration, "a") as file:
                file.write(hostile_sections())
        ingest.start_subscribed(bed, subscriber, load)
        publisher = load.start(bed)
        probe = bed.start_tool("route-probe", bed.port, seconds, latency.ORDER_INTERVAL_MS, bed.folder)
        text, _ = probe.communicate(timeout=seconds + 60)
        bed.result(publisher)
        plugins = ground.status(subscriber.address).get("plugins", [])
        counted = load.count
        stored = subscriber.stop(counted)[0]
    histogram = latency.Histogram()
    for line in text.splitlines():
        kind, value = line.split()
        if kind == "route":
            histogram.record(int(value))
    return histogram, plugins, counted, stored


def bench_hostile(table):
    seconds = 5 if QUICK else 20
    table.section(f"A pick order's route beside 2,000 messages/s for {seconds} s, without and with five hostile plugins")
    for name, hostile in (("alone", False), ("hostile", True)):
        histogram, plugins, published, stored = routes_beside(hostile, seconds)
        table.add(f"plugin.{name}.route_p99_ms", histogram.percentile(99) / 1e6, "ms")
        table.note(f"{histogram.total} routes, p50 {histogram.percentile(50) / 1e6:.2f} ms; {stored} stored")
        for plugin in plugins:
            table.note(f"{plugin['name']}: {plugin['state']}, {plugin['failures_total']} failures, {plugin['set_aside_total']} set aside, "
                       f"{plugin['denied_calls_total']} denied, last: {plugin['last_failure']}")
