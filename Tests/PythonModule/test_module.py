"""crossdock_plugin.py as docs/plugin-frames.md has it: a real process at the other end of a socket pair. Frames are written and read
here by hand, so that the module is not its own judge."""
import math
import os
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import crossdock_plugin as crossdock

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN, RESTORE, BATCH, CHECKPOINT, CLOSE = 1, 2, 3, 4, 5
HELLO, ANSWER, OUTPUT, LOG, COUNT, METRIC, STATE, REJECT = 129, 130, 131, 132, 133, 134, 135, 136


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<I", len(data)) + data


def pad(data):
    return data + bytes(-len(data) % 8)


def batch(bodies, source="pump", new=True, now=0):
    """A batch of the one stream: no columns, no samples."""
    count, total = len(bodies), sum(map(len, bodies))
    name = source.encode() if new else b""
    head = struct.pack("<8Iqqqq", count, 0, 0, total, int(new), len(name), 0, 0, 1_000_000, now, now, 0)
    offsets = [sum(map(len, bodies[:i])) for i in range(count + 1)]
    parts = [struct.pack("<%dI" % (1 + new), *([0, len(name)] if new else [0])), name]
    parts += [struct.pack("<%dH" % count, *[0] * count), struct.pack("<%dI" % count, *[0] * count)]
    parts += [struct.pack("<%dQ" % count, *range(1, count + 1))]
    parts += [struct.pack("<%dq" % count, *[at] * count) for at in (11, 12, 13)]
    parts += [struct.pack("<%dI" % count, *[0] * count), struct.pack("<%dI" % (count + 1), *offsets), b"".join(bodies)]
    parts += [struct.pack("<%dI" % (count + 1), *[0] * (count + 1)), b""] * 2
    return head + b"".join(map(pad, parts))


def open_payload(times=1, writes=("out",), maps=((b"m1", b"one"), (b"m2", b"two"))):
    rows = [(2, "times", "", times, float(times), b""), (1, "word", "gate", 0, 0.0, b""), (3, "half", "", 0, 2.5, b"")]
    rows += [(4, "loud", "", 1, 0.0, b"")] + [(6, "maps", path.decode(), 0, 0.0, data) for path, data in maps]
    parts = [struct.pack("<I", len(rows))]
    for kind, key, value, integer, number, data in rows:
        parts += [struct.pack("<I", kind), text(key), text(value), struct.pack("<qd", integer, number), text(data)]
    parts += [struct.pack("<I", 1), text("in"), struct.pack("<I", 0), struct.pack("<I", len(writes))]
    return b"".join(parts + [text(name) for name in writes])


class Agent:
    """One end of the socket pair; the program has the other one as fd 0 and 1."""

    def __init__(self, test, program="chatty.py"):
        mine, other = socket.socketpair()
        mine.settimeout(120)
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(HERE, program)], stdin=other, stdout=other, stderr=self.errors)
        other.close()
        self.socket, self.number = mine, 0
        test.addCleanup(self.end)

    def end(self):
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def frame(self):
        length, kind, zero, number = struct.unpack("<IHHQ", self.read(16))
        assert zero == 0
        data = self.read(length + -length % 8)
        assert not any(data[length:])
        return kind, number, data[:length]

    def send(self, kind, payload=b""):
        self.number += 1
        self.socket.sendall(struct.pack("<IHHQ", len(payload), kind, 0, self.number) + pad(payload))

    def ask(self, kind, payload=b""):
        """The status of the answer, and the frames before it."""
        self.send(kind, payload)
        frames = []
        while True:
            kind, number, data = self.frame()
            assert number == self.number
            if kind == ANSWER:
                return struct.unpack("<iI", data)[0], frames
            frames.append((kind, data))

    def ended(self):
        """The exit code and what is on standard error."""
        code = self.process.wait(120)
        self.errors.seek(0)
        return code, self.errors.read().decode()

    def opened(self, **more):
        kind, _, _ = self.frame()
        assert kind == HELLO
        assert self.ask(OPEN, open_payload(**more))[0] == crossdock.OK
        return self


class ModuleTests(unittest.TestCase):
    def test_hello_says_who_it_is(self):
        kind, number, data = Agent(self).frame()
        self.assertEqual((kind, number), (HELLO, 0))
        self.assertTrue(data.startswith(struct.pack("<II", 1, 1) + text("chatty") + text("1.0.0") + text("Says too much.")))
        table = data[len(struct.pack("<II", 1, 1) + text("chatty") + text("1.0.0") + text("Says too much.")):]
        row = struct.pack("<I", 2) + text("times") + struct.pack("<I", 1) + text("1") + text("How often each record comes back.")
        self.assertTrue(table.startswith(struct.pack("<I", 6) + row))
        self.assertIn(struct.pack("<I", 4) + text("loud") + struct.pack("<I", 1) + text("false"), table)
        self.assertTrue(table.endswith(struct.pack("<I", 6) + text("maps") + struct.pack("<I", 0) + text("") + text("Files.")))

    def test_what_is_printed_does_not_break_frames(self):
        agent = Agent(self).opened()
        status, frames = agent.ask(BATCH, batch([b'{"a":1}']))
        self.assertEqual(status, crossdock.OK)
        output = struct.pack("<I", 1) + text("out") + text("pump") + struct.pack("<q", 11) + text(b'{"a":1}') + text("to/pump")
        self.assertIn((OUTPUT, output), frames)
        self.assertIn((COUNT, struct.pack("<Q", 1) + text("records")), frames)
        self.assertIn((METRIC, struct.pack("<d", 1) + text("seen")), frames)
        self.assertIn((LOG, struct.pack("<i", 7) + text("worked")), frames)
        agent.send(CLOSE)
        code, errors = agent.ended()
        self.assertEqual(code, 0)
        for line in ("open: printed", "process: printed", "straight to fd 1", "from a child"):
            self.assertIn(line, errors)

    def test_bad_frames_end_it_with_a_message(self):
        frame = struct.pack("<IHHQ", 0, 99, 0, 1)
        cut = batch([b"{}"])[:-16]
        swapped = bytearray(batch([b"{}", b"{}"]))
        at = bytes(swapped).index(struct.pack("<III", 0, 2, 4))
        swapped[at:at + 12] = struct.pack("<III", 0, 4, 2)
        stray = bytearray(batch([b"{}"]))
        stray[64 + 8 + 8:64 + 8 + 10] = struct.pack("<H", 7)
        cases = {
            "unknown type": frame, "announces": struct.pack("<IHHQ", 65 << 20, BATCH, 0, 1),
            "middle of a frame": struct.pack("<IHHQ", 100, BATCH, 0, 1) + b"abc", "OPEN twice": None, "is cut": cut,
            "offsets of the bodies": bytes(swapped), "nobody introduced": bytes(stray)}
        for expected, data in cases.items():
            agent = Agent(self).opened()
            if data is None:
                agent.send(OPEN, open_payload())
            elif expected in ("is cut", "offsets of the bodies", "nobody introduced"):
                agent.send(BATCH, data)
            else:
                agent.socket.sendall(data)
                agent.socket.shutdown(socket.SHUT_WR)
            code, errors = agent.ended()
            self.assertEqual(code, 65, expected)
            self.assertIn(expected, errors)
            self.assertNotIn("Traceback", errors)

    def test_the_end_of_input_is_the_end(self):
        agent = Agent(self).opened()
        agent.socket.shutdown(socket.SHUT_WR)
        code, errors = agent.ended()
        self.assertEqual(code, 0)
        self.assertNotIn("Traceback", errors)

    def test_a_failed_batch_says_why_and_the_next_one_works(self):
        agent = Agent(self).opened()
        status, frames = agent.ask(BATCH, batch([b'{"a":1}', b'"fail"']))
        self.assertEqual(status, crossdock.FAILED)
        self.assertNotIn(OUTPUT, [kind for kind, _ in frames])
        self.assertTrue(any(kind == LOG and b"ValueError: asked to fail (chatty.py:" in data for kind, data in frames))
        self.assertEqual(agent.ask(BATCH, batch([b"{}"], new=False))[0], crossdock.OK)

    def test_options_that_cannot_be_used_are_refused(self):
        agent = Agent(self)
        agent.frame()
        status, frames = agent.ask(OPEN, open_payload(times=-1))
        self.assertEqual(status, crossdock.BAD_OPTIONS)
        self.assertEqual(frames[-1], (LOG, struct.pack("<i", 3) + text("times is negative")))

    def test_many_outputs_come_in_several_frames(self):
        agent = Agent(self).opened(times=1000)
        status, frames = agent.ask(BATCH, batch([b'{"a":"%s"}' % (b"y" * 900)]))
        self.assertEqual(status, crossdock.OK)
        counts = [struct.unpack_from("<I", data)[0] for kind, data in frames if kind == OUTPUT]
        self.assertEqual(sum(counts), 1000)
        self.assertGreater(len(counts), 2)

    def test_more_than_a_batch_may_hold_is_refused(self):
        for times, body in ((10_001, b"{}"), (9000, b'"%s"' % (b"y" * 1000))):
            status, frames = Agent(self).opened(times=times).ask(BATCH, batch([body]))
            self.assertEqual(status, crossdock.FAILED)
            self.assertTrue(any(kind == LOG and b"more than a batch may hold" in data for kind, data in frames))
        status, frames = Agent(self).opened(writes=()).ask(BATCH, batch([b"{}"]))
        self.assertEqual(status, crossdock.FAILED)

    def test_a_replay_and_the_wish_for_a_checkpoint_reach_the_other_side(self):
        class Late(crossdock.Model):
            name, version, summary = "late", "1.0.0", "It asks for a checkpoint when it is late."

            def process(self, batch):
                for record in batch:
                    self.emit({"replay": self.is_replay, "for_ever": self.remaining_us == crossdock.FOR_EVER}, record)
                    if not self.is_replay and record.body == b"late":
                        self.want_checkpoint()
                        self.want_checkpoint()

        bench = crossdock.Bench(Late, streams={"in": []})
        for body, is_replay, wish in (("late", True, False), ("in time", False, False), ("late", False, True)):
            bench.add("in", "pump", body=body)
            result = bench.run(is_replay=is_replay)
            self.assertEqual(result.outputs[0].json(), {"replay": is_replay, "for_ever": is_replay})
            self.assertEqual(result.wants_checkpoint, wish)

    def test_an_agent_that_does_not_know_the_wish_is_not_sent_it(self):
        frames = []
        session = crossdock._Session(type("Late", (crossdock.Model,), {
            "name": "late", "version": "1.0.0", "summary": "", "process": lambda self, batch: self.want_checkpoint()}), frames.append)
        session.take(OPEN, 1, memoryview(struct.pack("<III", 0, 1, 0)[:8] + text("in") + struct.pack("<II", 0, 0)))
        frames.clear()
        session.take(BATCH, 2, memoryview(batch([b"{}"])))
        self.assertEqual([struct.unpack_from("<IH", frame)[1] for frame in frames], [130])

    def test_a_large_checkpoint_goes_there_and_back(self):
        first = Agent(self).opened()
        first.ask(BATCH, batch([b"{}"] * 3))
        status, frames = first.ask(CHECKPOINT)
        self.assertEqual((status, {kind for kind, _ in frames}), (crossdock.OK, {STATE}))
        state = b"".join(data for _, data in frames)
        self.assertEqual(len(state), (3 << 20) + 1)
        second = Agent(self).opened()
        self.assertEqual(second.ask(RESTORE, state)[0], crossdock.OK)
        self.assertEqual(second.ask(CHECKPOINT)[1][-1][1][-1:], b"3")
        status, frames = second.ask(RESTORE, b"?")
        self.assertEqual(status, crossdock.BAD_CHECKPOINT)

    def test_an_empty_batch_is_nothing_special(self):
        self.assertEqual(Agent(self).opened().ask(BATCH, batch([], new=False))[0], crossdock.OK)


class Typed(crossdock.Model):
    name, version, summary = "typed", "1.0.0", "Types."
    count_s = crossdock.Integer(3, help="A whole number.")
    maps = crossdock.Files(help="Files.")
    layout = crossdock.File("", help="A file.")

    def process(self, batch):
        for record in batch:
            self.emit([record.stream.name, record.column("v"), record.column("w"), list(record.samples), record.is_time_trusted], record)


class BenchTests(unittest.TestCase):
    def test_records_are_views_of_what_came(self):
        bench = crossdock.Bench(Typed, {"maps": [crossdock.FileContents("m", b"one")]}, {"s": ["u", "v"]}, ["o"])
        self.assertEqual([(f.path, f.contents) for f in bench._session.plugin.maps], [("m", b"one")])
        self.assertIsNone(bench._session.plugin.layout)
        bench.add("s", "a", 5, columns=[1, 2.5], samples=[0.5, 1], flags=crossdock.EVENT_TIME_CLAMPED)
        output, = bench.run().outputs
        self.assertEqual((output.json(), output.stream, output.time_ns), (["s", 2.5, None, [0.5, 1], False], "o", 5))

    def test_an_option_cannot_hide_a_method(self):
        class Hidden(crossdock.Model):
            name, version, summary = "hidden", "1.0.0", "Hides."
            emit = crossdock.String("", help="No.")

        with self.assertRaises(TypeError):
            crossdock.Bench(Hidden)

    def test_only_uplinks_and_feeds_ask_for_a_retry(self):
        class Late(crossdock.Model):
            name, version, summary = "late", "1.0.0", "Late."

            def process(self, batch):
                raise crossdock.Retry("later")

        with self.assertRaises(crossdock.BatchFailed):
            crossdock.Bench(Late).run()

    def test_an_uplink_emits_nothing(self):
        class Loud(crossdock.Uplink):
            name, version, summary = "loud", "1.0.0", "Loud."

            def deliver(self, batch):
                self.emit({})

        with self.assertRaises(crossdock.BatchFailed):
            crossdock.Bench(Loud).run()

    def test_numbers_that_json_does_not_have_are_refused(self):
        class Odd(crossdock.Model):
            name, version, summary = "odd", "1.0.0", "Odd."

            def process(self, batch):
                self.emit({"value": math.nan}, batch[0])

        bench = crossdock.Bench(Odd, streams={"s": []})
        bench.add("s", "a")
        with self.assertRaises(crossdock.BatchFailed):
            bench.run()


if __name__ == "__main__":
    unittest.main()
