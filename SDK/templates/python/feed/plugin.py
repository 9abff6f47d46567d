"""my-plugin: says how many lines were appended to lines.log, as {"lines":…,"total":…}. Its checkpoint is its place in the file, so
that no line is counted twice, whatever happens to the box."""
import json
import os
import time

import crossdock_plugin as crossdock

POLL_US = 50_000  # between two looks at the file
MAX_BYTES = 1 << 20  # read in one batch


class LineCount(crossdock.Feed):
    name, version = "my-plugin", "0.1.0"
    summary = "Counts the lines that are appended to a file."

    folder = crossdock.String(help="Where lines.log is, the file whose lines are counted; an absolute path.")
    source = crossdock.String("lines", help="The source of the records.")

    def open(self):
        if not self.writes:
            raise crossdock.BadOptions("`writes` is empty: name a stream for the counts")
        if not self.folder.startswith("/") or not self.source:
            raise crossdock.BadOptions("folder, source: an absolute path, and a name")
        self.file = os.path.join(self.folder, "lines.log")
        self.place = self.total = 0

    def poll(self, batch):
        waited = 0
        lines, place = self.take_lines()
        while not lines and waited < batch.wait_us:
            pause = min(batch.wait_us - waited, POLL_US)
            time.sleep(pause / 1e6)
            waited += pause
            lines, place = self.take_lines()
        self.place = place
        if lines:
            self.total += lines
            self.emit({"lines": lines, "total": self.total}, source=self.source, time_ns=batch.now_ns + waited * 1000)

    def take_lines(self):
        """How many whole lines are behind the place, and the place behind them."""
        try:
            with open(self.file, "rb") as file:
                # A file that is shorter than our place was rotated or cut.
                place = self.place if os.fstat(file.fileno()).st_size >= self.place else 0
                file.seek(place)
                data = file.read(MAX_BYTES)
        except OSError as error:
            raise crossdock.Retry("%s: %s" % (self.file, error.strerror))
        whole = data.rfind(b"\n") + 1
        if not whole and len(data) == MAX_BYTES:
            whole = MAX_BYTES  # a part of a very long line
        return data.count(b"\n"), place + whole

    def checkpoint(self):
        return json.dumps([self.place, self.total]).encode()

    def restore(self, state):
        place, total = json.loads(state)
        if min(place, total) < 0:
            raise ValueError("negative")
        self.place, self.total = place, total


if __name__ == "__main__":
    crossdock.run(LineCount)
