"""What is published in a round, and the comparison of a journal with it.

Every message has a number `n`. A message that a device sends twice on purpose is two entries with one number and the same
bytes: two facts, to be stored twice. There is one publisher on one connection, and each stream is filled by one feed, so the
broker's order is the ledger's order: the record with sequence k of a stream must be the k-th entry of that stream. That makes
the comparison exact, with evicted records too: what one lost message moves, no doubled one can move back unseen.
"""
import base64
import json
import re
from collections import Counter, namedtuple

STREAMS = ("alerts", "scans", "telemetry")
QUARANTINE, TOMBSTONES = "_quarantine", "_tombstones"
NUMBER = re.compile(rb'"n":(\d+)')

Entry = namedtuple("Entry", "n stream topic payload")
Verdict = namedtuple("Verdict", "lost double problems")


def number_of(payload):
    match = NUMBER.search(payload)
    return int(match.group(1)) if match else None


class Ledger:
    def __init__(self, random, prefix, count, pad, twins=0.03, broken=0.02):
        """`pad`: bytes that make a payload longer, at most; `twins`, `broken`: share of messages."""
        self.entries = []
        n = 0
        while len(self.entries) < count:
            n += 1
            feed = random.choices(STREAMS, (1, 4, 7))[0]
            topic = f"{prefix}/{feed}/asset-{random.randrange(8)}"
            tail = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=random.randint(0, pad)))
            payload = f'{{"n":{n},"value":{random.random():.4f},"text":"{tail}"}}'.encode()
            # The last entry is whole and alone: when it is acknowledged, everything has been delivered.
            is_last = len(self.entries) + 1 >= count
            if not is_last and random.random() < broken:
                self.entries.append(Entry(n, QUARANTINE, topic, payload[:-1]))
                continue
            copies = 2 if not is_last and random.random() < twins and len(self.entries) + 2 < count else 1
            self.entries += [Entry(n, feed, topic, payload)] * copies
        self.expected = {name: [] for name in (*STREAMS, QUARANTINE)}
        for entry in self.entries:
            self.expected[entry.stream].append(entry.n)

    @property
    def last(self):
        return self.entries[-1].n


def record_number(record):
    body = record["body"]
    if record["stream"] == QUARANTINE:
        return number_of(base64.b64decode(body["payload_base64"]))
    return body["n"]


def read_export(text):
    """[(sequence, record)] of NDJSON."""
    return [(record["sequence"], record) for record in map(json.loads, text.splitlines())]


class Contents:
    """What a journal holds: for each stream the first sequence, the numbers from there on, and what tombstones name."""

    def __init__(self, exports):
        self.problems = []
        self.numbers, self.evicted = {}, {}
        # Tombstones go last of all; once the first of them is gone, what they name is no longer whole.
        self.are_tombstones_whole = all(sequence == 1 for sequence, _ in exports.get(TOMBSTONES, [])[:1])
        tombstones = [record["body"] for _, record in exports.get(TOMBSTONES, [])]
        for stream in (*STREAMS, QUARANTINE):
            records = exports.get(stream, [])
            named = sum(t["count"] for t in tombstones if t["stream"] == stream)
            self.evicted[stream] = self._evicted(stream, records, tombstones)
            self.numbers[stream] = [record_number(record) for _, record in records]
            sequences = [sequence for sequence, _ in records]
            first = self.evicted[stream] + 1
            if sequences != list(range(first, first + len(sequences))):
                self.problems.append(f"{stream}: sequences have a gap after {first}: {sequences[:3]}…{sequences[-3:]}")
            if named != self.evicted[stream] and self.are_tombstones_whole:
                self.problems.append(f"{stream}: tombstones count {named}, but {self.evicted[stream]} are gone")
        others = [t for t in tombstones if t["stream"] not in self.numbers and t["stream"] != TOMBSTONES]
        if others:
            self.problems.append(f"tombstones of something else: {others}")

    def _evicted(self, stream, records, tombstones):
        """How far the tombstones reach, without a gap, from 1 on."""
        if not self.are_tombstones_whole:
            return records[0][0] - 1 if records else 0
        through = 0
        for first, last in sorted((t["first"], t["last"]) for t in tombstones if t["stream"] == stream):
            if first != through + 1:
                self.problems.append(f"{stream}: a tombstone begins at {first}, after {through}")
            through = max(through, last)
        if records and records[0][0] > through + 1:
            self.problems.append(f"{stream}: begins at {records[0][0]}, and tombstones name only 1…{through}")
        return through

    def count(self):
        return sum(map(len, self.numbers.values())) + sum(self.evicted.values())


def check_acknowledged(ledger, contents, acknowledged):
    """The numbers that were acknowledged and are neither in the journal nor named by a tombstone."""
    present = set()
    for stream, expected in ledger.expected.items():
        present.update(contents.numbers[stream])
        present.update(expected[:contents.evicted[stream]])
    return sorted(acknowledged - present)


def check_prefix(ledger, contents):
    """At any moment a stream is the beginning of what was published to it, without what the tombstones name."""
    for stream, expected in ledger.expected.items():
        begin = contents.evicted[stream]
        numbers = contents.numbers[stream]
        if numbers != expected[begin:begin + len(numbers)]:
            at = next((i for i, n in enumerate(numbers) if [n] != expected[begin + i:begin + i + 1]), 0)
            yield f"{stream}: sequence {begin + at + 1} is {numbers[at:at + 3]}…, published was {expected[begin + at:begin + at + 3]}…"


def check_whole(ledger, contents):
    """Every message once (or named): how many are not, and how many are there too often."""
    lost = double = 0
    problems = list(check_prefix(ledger, contents))
    for stream, expected in ledger.expected.items():
        wanted, there = Counter(expected[contents.evicted[stream]:]), Counter(contents.numbers[stream])
        missing, extra = wanted - there, there - wanted
        lost += missing.total()
        double += extra.total()
        if missing:
            problems.append(f"{stream}: missing {sorted(missing)[:10]}")
        if extra:
            problems.append(f"{stream}: too often {sorted(extra)[:10]}")
    return Verdict(lost, double, problems)
