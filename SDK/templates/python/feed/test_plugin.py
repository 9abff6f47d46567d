import os
import tempfile
import unittest

import crossdock_plugin as crossdock
from plugin import LineCount

HERE = os.path.dirname(os.path.abspath(__file__))


class LineCountTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "lines.log")
        self.append("one\ntwo\nthr")

    def append(self, text):
        with open(self.file, "a") as file:
            file.write(text)

    def bench(self):
        return crossdock.Bench(LineCount, {"folder": os.path.dirname(self.file), "source": "hall"}, writes=["counts"])

    def test_whole_lines_are_counted(self):
        b = self.bench()
        output, = b.run(now_ns=1000).outputs
        self.assertEqual((output.source, output.time_ns, output.json()), ("hall", 1000, {"lines": 2, "total": 2}))
        self.assertEqual(b.run().outputs, [])
        self.append("ee\n")
        self.assertEqual(b.run().outputs[0].json(), {"lines": 1, "total": 3})

    def test_it_goes_on_from_a_checkpoint(self):
        first, second = self.bench(), self.bench()
        first.run()
        self.assertTrue(second.restore(first.checkpoint()))
        self.append("ee\n")
        self.assertEqual(second.run().outputs[0].json(), {"lines": 1, "total": 3})
        self.assertFalse(second.restore(b"[-1,0]"))

    def test_it_comes_again_when_there_is_no_file(self):
        b = self.bench()
        os.remove(self.file)
        self.assertTrue(b.run().is_retry)
        self.assertIn(self.file, b.logs[0][1])

    def test_cases(self):
        self.assertEqual(crossdock.check_testcases(LineCount, os.path.join(HERE, "testcases")), [])
