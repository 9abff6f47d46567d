"""The way out: how fast a backlog drains to central, and what it weighs on the wire."""
import os
import time

import ingest
from bed import LOOPBACK, QUICK, Bed, free_port, status, wait_for
from journal import count_payloads, payloads, start_sample


def uplink(address):
    found = status(address).get("uplinks", [])
    return found[0] if found else {"lag_records": -1, "sent_records_total": 0}


def bench_sync(table):
    seconds = 3 if QUICK else 8
    table.section(f"Drain to central after an outage: the simulated warehouse with 10,000 temperatures/s beside for {seconds} s")
    with Bed() as bed:
        central = f"{LOOPBACK}:{free_port()}"
        bed.start_broker("max_inflight_messages 1000", *ingest.BROKER)
        _, address = start_sample(bed, central)
        counting = count_payloads(bed)
        wait_for("the subscriptions", lambda: bed.subscriptions() >= 12)
        bed.start("crossdock", "simulate", "--port", bed.port, "--rate", 10000, "--seconds", seconds).wait(seconds + 120)
        time.sleep(1)
        bed.stop(counting)
        total = sum(size for _, size in payloads(bed).values())
        waiting = uplink(address)["lag_records"]
        bed.start("crossdock-central", "run", "--data", os.path.join(bed.folder, "central"), "--listen", central)
        first = wait_for("the first segment", lambda: uplink(address)["sent_records_total"])
        begun = time.monotonic()
        wait_for("the drain", lambda: uplink(address)["lag_records"] == 0, 300)
        done, spent = uplink(address), max(1e-3, time.monotonic() - begun)
    table.note(f"{waiting:,} records waited, {total / 1e6:.1f} MB of payload")
    table.add("sync.drain_records_per_s", (done["sent_records_total"] - first) / spent)
    # What the models added is in the bytes sent and not in the payload: the true ratio is a little better.
    table.add("sync.wire_ratio", done["sent_bytes_total"] / total)
