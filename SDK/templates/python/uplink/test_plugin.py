import json
import os
import tempfile
import unittest

import crossdock_plugin as crossdock
from plugin import Appender

HERE = os.path.dirname(os.path.abspath(__file__))


class AppenderTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "records.ndjson")
        self.bench = crossdock.Bench(Appender, streams={"scans": []}, writes=[], data_folder=folder.name)

    def lines(self):
        with open(self.file) as file:
            return [json.loads(line) for line in file]

    def test_lines_are_appended(self):
        for batch in ([1, 2], [3]):
            for a in batch:
                self.bench.add("scans", "gate-1", 1000, {"a": a})
            self.assertFalse(self.bench.run().is_retry)
        self.assertEqual(self.lines(), [
            {"epoch": self.bench.epoch, "stream": "scans", "source": "gate-1", "sequence": a, "time_ns": 1000,
             "body": {"a": a}} for a in (1, 2, 3)])

    def test_a_batch_comes_again_when_the_file_cannot_be_written(self):
        os.mkdir(self.file)
        self.bench.add("scans", "gate-1", 1000, {"a": 1})
        self.assertTrue(self.bench.run().is_retry)
        self.assertTrue(self.bench.run().is_retry)
        self.assertEqual(len(self.bench.logs), 1)
        os.rmdir(self.file)
        self.assertFalse(self.bench.run().is_retry)
        self.assertEqual([line["sequence"] for line in self.lines()], [1])

    def test_the_file_is_a_name_in_its_own_folder(self):
        for options, folder in (({}, ""), ({"file": "../records"}, os.path.dirname(self.file))):
            with self.assertRaises(crossdock.BadOptions):
                crossdock.Bench(Appender, options, data_folder=folder)

    def test_cases(self):
        self.assertEqual(crossdock.check_testcases(Appender, os.path.join(HERE, "testcases")), [])
