"""Before anything is believed of the campaign: does the power-loss object forget what a disk would forget, and only that? Does
the comparison see what is lost, double or in the wrong place?"""
import os
import random
import shutil
import subprocess
import sys
import time

from agent import Campaign
from ledger import STREAMS, Contents, Ledger, check_acknowledged, check_whole

PROGRAM = """
import os, sys, threading
root, trigger = sys.argv[1], int(sys.argv[2])
def path(name): return os.path.join(root, name)
def sync(name=""):
    fd = os.open(path(name), os.O_RDONLY if os.path.isdir(path(name)) else os.O_RDWR)
    os.fsync(fd); os.close(fd)
def put(name, data, at=0, flags=0):
    fd = os.open(path(name), os.O_RDWR | os.O_CREAT | flags, 0o600)
    os.write(fd, data) if flags else os.pwrite(fd, data, at)
    os.close(fd)
def size(name, length):
    fd = os.open(path(name), os.O_RDWR); os.ftruncate(fd, length); os.close(fd)
def durable(name, data): put(name, data); sync(name); sync()
def vector(name, at):
    fd = os.open(path(name), os.O_RDWR); os.pwritev(fd, [b"XX", b"YY"], at); os.close(fd)
exec(sys.argv[3])
print("done", flush=True)
os.write(trigger, b"!")
while True: threading.Event().wait()
"""
OLD, NEW = b"o" * 4096, b"n" * 4096

# What is done; what becomes of unsynced changes; what must be there (name: bytes) after the cut.
CASES = [
    ("durable('a', b'old')", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'NEW')", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'NEW')", "keep", {"a": b"NEW"}),
    ("durable('a', b'old'); put('a', b'NEW'); sync('a'); put('a', b'LOST')", "forget", {"a": b"NEW"}),
    ("durable('a', b'old'); put('a', b'longer', 2)", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'far', 9000)", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'more', flags=os.O_APPEND)", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'more', flags=os.O_APPEND)", "keep", {"a": b"oldmore"}),
    ("durable('a', b'oldold'); vector('a', 1)", "forget", {"a": b"oldold"}),
    ("durable('a', b'oldold'); vector('a', 1)", "keep", {"a": b"oXXYYd"}),
    ("durable('a', b'old'); size('a', 1); put('a', b'x')", "forget", {"a": b"old"}),
    ("durable('a', b'old'); size('a', 1); size('a', 3)", "keep", {"a": b"o\0\0"}),
    ("durable('a', b'old'); size('a', 900)", "forget", {"a": b"old"}),
    ("durable('a', b'old'); put('a', b'T', flags=os.O_TRUNC)", "forget", {"a": b"old"}),
    ("put('a', b'new'); sync('a')", "forget", {}),
    ("put('a', b'new'); sync()", "forget", {"a": b""}),
    ("durable('a', b'old'); durable('b', b'bee'); os.rename(path('b'), path('a'))", "forget", {"a": b"old", "b": b"bee"}),
    ("durable('a', b'old'); durable('b', b'bee'); os.rename(path('b'), path('a')); sync()", "forget", {"a": b"bee"}),
    ("durable('a', b'old'); durable('b', b'bee'); os.rename(path('b'), path('a'))", "keep", {"a": b"bee"}),
    ("durable('a', b'old'); put('a', b'NEW'); os.unlink(path('a'))", "forget", {"a": b"old"}),
    ("durable('a', b'old'); os.unlink(path('a')); durable('a', b'two')", "forget", {"a": b"two"}),
    ("durable('a', b'old'); os.unlink(path('a')); put('a', b'two'); sync('a')", "forget", {"a": b"old"}),
    ("os.mkdir(path('d')); put('d/a', b'in'); sync('d/a'); sync('d')", "forget", {}),
    ("os.mkdir(path('d')); put('d/a', b'in'); sync('d/a'); sync('d'); sync()", "forget", {"d/a": b"in"}),
]
# Ways past the notes: the program must end with 70.
REFUSED = [
    "import mmap; durable('a', b'x' * 4096); mmap.mmap(os.open(path('a'), os.O_RDWR), 4096)",
    "durable('a', b'x'); os.posix_fallocate(os.open(path('a'), os.O_RDWR), 0, 4096)",
    "durable('a', b'x'); os.truncate(path('a'), 0)",
    "durable('a', b'x'); os.link(path('a'), path('b'))",
    "durable('a', b'x'); os.copy_file_range(os.open(sys.executable, 0), os.open(path('a'), os.O_RDWR), 10)",
]


class SelfCheck:
    def __init__(self, place):
        self.place = place
        self.folder = os.path.join(place.folder, f"self-check-{os.getpid()}")
        self.checks = 0

    def run(self):
        try:
            for action, choice, expected in CASES:
                self.expect(self.after_cut(action, choice) == expected, f"{action} ({choice})")
            for action in REFUSED:
                code, _ = self.start(action, "keep")
                self.expect(code == 70, f"{action} is refused")
            self.check_torn()
            self.check_prefix()
            self.check_sync_covers_what_was_before()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        check_comparison(self.expect)
        return self.checks

    def expect(self, condition, what):
        self.checks += 1
        if not condition:
            raise Campaign(f"the self-check fails: {what}")

    def start(self, action, choice, seed=1, **more):
        shutil.rmtree(self.folder, ignore_errors=True)
        disk, side = os.path.join(self.folder, "disk"), os.path.join(self.folder, "side")
        os.makedirs(disk), os.makedirs(side)
        report, (reading, writing) = os.path.join(self.folder, "report"), os.pipe()
        power = {"FOLDER": disk, "SIDE": side, "REPORT": report, "TRIGGER": reading, "CHOICE": choice, "SEED": seed, **more}
        environment = {**os.environ, "LD_PRELOAD": self.place.shim, **{f"CROSSDOCK_POWER_{k}": str(v) for k, v in power.items()}}
        result = subprocess.run(
            [sys.executable, "-S", "-c", PROGRAM, disk, str(writing), action], env=environment, pass_fds=(reading, writing),
            capture_output=True, text=True, timeout=120)
        os.close(reading), os.close(writing)
        return result.returncode, result.stderr

    def after_cut(self, action, choice, seed=1, **more):
        code, errors = self.start(action, choice, seed, **more)
        if code != -9:
            raise Campaign(f"the self-check fails: {action} ended with {code}: {errors}")
        deadline = time.monotonic() + 120
        while not os.path.exists(os.path.join(self.folder, "report")) and time.monotonic() < deadline:
            time.sleep(0.0005)
        found, disk = {}, os.path.join(self.folder, "disk")
        for place, _, names in os.walk(disk):
            for name in names:
                with open(os.path.join(place, name), "rb") as file:
                    found[os.path.relpath(os.path.join(place, name), disk)] = file.read()
        return found

    def check_torn(self):
        """Sectors of 512 bytes are old or new, each by itself."""
        patterns = set()
        for seed in range(6):
            data = self.after_cut("durable('a', b'o' * 4096); put('a', b'n' * 4096)", "torn", seed)["a"]
            sectors = [data[at:at + 512] for at in range(0, 4096, 512)]
            self.expect(len(data) == 4096 and all(s in (OLD[:512], NEW[:512]) for s in sectors), "a sector is whole")
            patterns.add("".join(chr(sector[0]) for sector in sectors))
        self.expect(any(len(set(pattern)) == 2 for pattern in patterns), "some writes are torn")

    def check_prefix(self):
        """The older changes are there, the newer ones are not, over all files."""
        action = "durable('a', b'0'); durable('b', b'0')\nfor n in range(1, 9): put('a' if n % 2 else 'b', b'%d' % n)"
        seen = set()
        for seed in range(6):
            found = self.after_cut(action, "prefix", seed)
            a, b = int(found["a"]), int(found["b"])
            self.expect(abs(a - b) == 1 or (a, b) == (0, 0), f"a prefix: {a} and {b}")
            seen.add(max(a, b))
        self.expect(len(seen) > 1, "prefixes differ")

    def check_sync_covers_what_was_before(self):
        """What is written while a sync runs is not covered by it."""
        action = (
            "durable('a', b'old'); put('a', b'one')\nt = threading.Thread(target=sync, args=('a',)); t.start()\n"
            "import time; time.sleep(0.05); put('a', b'two'); t.join()")
        self.expect(self.after_cut(action, "forget", SYNC_US=150_000) == {"a": b"one"}, "a write during a sync")


def check_comparison(expect):
    """A journal made up from a ledger, and then spoiled in each way."""
    ledger = Ledger(random.Random(1), "x", count=200, pad=10)

    def contents(spoil=None, evicted=0):
        exports = {}
        for stream in STREAMS:
            numbers = list(ledger.expected[stream])
            if spoil and stream == "scans":
                spoil(numbers)
            records = [(k, {"stream": stream, "body": {"n": n}}) for k, n in enumerate(numbers, 1)]
            exports[stream] = records[evicted:] if stream == "scans" else records
        if evicted:
            exports["_tombstones"] = [(1, {"body": {"stream": "scans", "first": 1, "last": evicted, "count": evicted}})]
        made = Contents(exports)
        made.numbers["_quarantine"] = list(ledger.expected["_quarantine"])
        return made

    def verdict(*arguments):
        return check_whole(ledger, contents(*arguments))

    def swap(numbers):
        numbers[20], numbers[40] = numbers[40], numbers[20]

    expect(verdict() == (0, 0, []), "a whole journal")
    expect(verdict(None, 30) == (0, 0, []), "a whole journal with evicted records")
    expect(verdict(lambda numbers: numbers.pop(50))[0] == 1, "one is lost")
    expect(verdict(lambda numbers: numbers.pop(10), 30)[:2] != (0, 0), "one is lost among the evicted")
    expect(verdict(lambda numbers: numbers.insert(50, numbers[50]))[1] == 1, "one is double")
    expect(verdict(swap)[2], "two are in the wrong place")
    spoiled = contents(None, 30)
    spoiled.numbers["scans"].pop()
    last = ledger.expected["scans"][-1]
    expect(check_acknowledged(ledger, spoiled, set(ledger.expected["scans"])) == [last], "an acknowledged one is gone")
