"""What every benchmark stands on: a folder on a real disk, a private broker, the programs, and what /proc says of them."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = os.path.join(ROOT, ".build", "release")
BUILT = os.path.join(ROOT, ".build", "bench")
QUICK = os.environ.get("BENCH_QUICK", "") not in ("", "0")
LOOPBACK = "127.0.0.1"
C_PROGRAMS = {
    "ingest-loop": ("ingest_loop.c", ["-lmosquitto", "-lsqlite3"]),
    "publish": ("publish.c", []),
    "watch": ("watch.c", []),
    "route-probe": ("route_probe.c", ["-lmosquitto", "-lpthread"]),
    "count-allocations.so": ("count_allocations.c", ["-shared", "-fPIC"]),
}


def compile_programs():
    os.makedirs(BUILT, exist_ok=True)
    for name, (source, arguments) in C_PROGRAMS.items():
        path = os.path.join(ROOT, "Benchmarks", source)
        output = os.path.join(BUILT, name)
        if os.path.exists(output) and os.path.getmtime(output) > os.path.getmtime(path):
            continue
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", output, path, *arguments], check=True)


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.002)
    sys.exit(f"bench: {what} did not happen in {seconds} s")


def free_port():
    with socket.socket() as s:
        s.bind((LOOPBACK, 0))
        return s.getsockname()[1]


def cpu_ns(pid):
    """User and system time of a process, from its own clock (CLOCK_PROCESS_CPUTIME_ID of that process)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def proc_value(pid, file, name):
    found = re.search(rf"^{name}:\s+(\d+)", read(f"/proc/{pid}/{file}"), re.M)
    return int(found.group(1)) if found else 0


def rss_mb(pid):
    return proc_value(pid, "status", "VmRSS") / 1024


class Bed:
    """One benchmark's folder and processes; all of them end with it."""

    def __init__(self):
        os.makedirs(BUILT, exist_ok=True)
        # Beside the programs: /tmp may be memory, and a commit to memory is none.
        self.folder = tempfile.mkdtemp(prefix="run-", dir=os.environ.get("BENCH_DIR", BUILT))
        self.children = []
        self.port = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            if child.poll() is None:
                child.kill()
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, program, *arguments, **keywords):
        path = program if "/" in program else os.path.join(PROGRAMS, program)
        log = open(os.path.join(self.folder, os.path.basename(path) + ".log"), "ab")
        keywords.setdefault("stdout", log)
        child = subprocess.Popen([path, *map(str, arguments)], stderr=log, stdin=subprocess.DEVNULL, **keywords)
        log.close()
        self.children.append(child)
        return child

    def start_tool(self, name, *arguments, **keywords):
        return self.start(os.path.join(BUILT, name), *arguments, stdout=subprocess.PIPE, text=True, **keywords)

    def stop(self, child, seconds=30):
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.wait(seconds)
        self.children.remove(child)

    def result(self, child, seconds=300):
        """The JSON object that a tool prints at its end."""
        text, _ = child.communicate(timeout=seconds)
        if child.returncode != 0:
            name = os.path.basename(child.args[0])
            sys.exit(f"bench: {name} ended with {child.returncode}: {read(os.path.join(self.folder, name + '.log'))[-500:]}")
        self.children.remove(child)
        return json.loads(text)

    def start_broker(self, *lines):
        self.port = free_port()
        path = os.path.join(self.folder, f"mosquitto-{self.port}.conf")
        with open(path, "w") as file:
            file.write(f"listener {self.port} {LOOPBACK}\nallow_anonymous true\n")
            file.write("user root\n" if os.geteuid() == 0 else "")
            file.write("log_type error\nlog_type subscribe\n")
            file.write("".join(line + "\n" for line in lines))
        broker = self.start(shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", path)
        wait_for("the broker", self.broker_answers)
        return broker

    def subscriptions(self):
        """How many SUBSCRIBE filters the broker has taken in its life."""
        return len(read(os.path.join(self.folder, "mosquitto.log")).splitlines())

    def broker_answers(self):
        with socket.socket() as s:
            return s.connect_ex((LOOPBACK, self.port)) == 0


def status(address):
    try:
        with urllib.request.urlopen(f"http://{address}/v1/status", timeout=5) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return {}
