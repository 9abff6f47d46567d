import os
import unittest

import crossdock_plugin as crossdock
from plugin import LimitWatch

HERE = os.path.dirname(os.path.abspath(__file__))


def bench(limit=50):
    return crossdock.Bench(LimitWatch, {"limit": limit}, streams={"temperature": ["value"]}, writes=["alerts"])


class LimitWatchTests(unittest.TestCase):
    def test_only_the_passing_is_reported(self):
        b = bench()
        for value in (50, 51.5, float("nan"), 52, 49, 60):
            b.add("temperature", "pump-1", 1000, columns=[value])
        outputs = b.run().outputs
        self.assertEqual([o.json() for o in outputs], [{"value": 51.5, "limit": 50}, {"value": 60, "limit": 50}])
        self.assertEqual([(o.stream, o.source, o.time_ns) for o in outputs], [("alerts", "pump-1", 1000)] * 2)

    def test_it_goes_on_from_a_checkpoint(self):
        first, second = bench(), bench()
        first.add("temperature", "pump-1", columns=[60])
        first.run()
        self.assertTrue(second.restore(first.checkpoint()))
        second.add("temperature", "pump-1", columns=[61])
        second.add("temperature", "pump-2", columns=[61])
        self.assertEqual([o.source for o in second.run().outputs], ["pump-2"])
        self.assertFalse(second.restore(b"?"))

    def test_it_needs_a_stream_to_write(self):
        with self.assertRaises(crossdock.BadOptions):
            crossdock.Bench(LimitWatch, writes=[])

    def test_cases(self):
        self.assertEqual(crossdock.check_testcases(LimitWatch, os.path.join(HERE, "testcases")), [])
