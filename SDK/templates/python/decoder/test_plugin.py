import os
import unittest

import crossdock_plugin as crossdock
from plugin import LineDecoder

HERE = os.path.dirname(os.path.abspath(__file__))


def bench(separator=";"):
    return crossdock.Bench(LineDecoder, {"separator": separator}, streams={"lines": []}, writes=["readings"])


class LineDecoderTests(unittest.TestCase):
    def test_lines_are_decoded(self):
        b = bench()
        b.add("lines", "gateway", 1000, "pump-1;21.5;ok")
        b.add("lines", "gateway", 1000, "pump-2;-3e2;too-cold")
        result = b.run()
        self.assertEqual([(o.source, o.json()) for o in result.outputs], [
            ("pump-1", {"value": 21.5, "state": "ok"}), ("pump-2", {"value": -300.0, "state": "too-cold"})])
        self.assertEqual([o.time_ns for o in result.outputs], [1000, 1000])

    def test_the_rest_is_rejected(self):
        bad = [b"", b"a;1", b"a;1;ok;more", b";1;ok", b"a;warm;ok", b"a;nan;ok", b"a;1x;ok", b"a;1;", b'a;1;"}', b"\xff;1;ok", b"a" * 999]
        b = bench()
        for line in bad + [b"pump-1;1;ok"]:
            b.add("lines", "gateway", 1000, line)
        result = b.run()
        self.assertEqual([index for index, _ in result.rejected], list(range(len(bad))))
        self.assertEqual([o.source for o in result.outputs], ["pump-1"])

    def test_the_separator_is_one_character(self):
        b = bench("|")
        b.add("lines", "gateway", 1000, "pump-1|1|ok")
        self.assertEqual(len(b.run().outputs), 1)
        with self.assertRaises(crossdock.BadOptions):
            bench("--")

    def test_cases(self):
        self.assertEqual(crossdock.check_testcases(LineDecoder, os.path.join(HERE, "testcases")), [])
