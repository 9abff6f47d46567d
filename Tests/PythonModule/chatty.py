"""A plugin that does everything that one must not do to its standard streams, and everything that the module offers."""
import os
import subprocess
import sys

import crossdock_plugin as crossdock


class Chatty(crossdock.Model):
    name, version, summary = "chatty", "1.0.0", "Says too much."
    times = crossdock.Integer(1, help="How often each record comes back.")
    word = crossdock.String("dock", help="A word.")
    half = crossdock.Number(0.5, help="A number.")
    loud = crossdock.Boolean(False, help="Yes or no.")
    layout = crossdock.File("", help="A file.")
    maps = crossdock.Files(help="Files.")

    def open(self):
        print("open: printed")
        if self.times < 0:
            raise crossdock.BadOptions("times is negative")
        self.seen = 0

    def process(self, batch):
        print("process: printed")
        sys.stdout.write("without an end")
        os.write(1, b"straight to fd 1\n")
        subprocess.run(["echo", "from a child"], check=True)
        if os.read(0, 1) != b"":
            raise RuntimeError("there is something on fd 0")
        for record in batch:
            self.seen += 1
            if record.text == '"fail"':
                raise ValueError("asked to fail")
            for _ in range(self.times):
                self.emit(bytes(record.body), record, reply_topic="to/" + record.source)
        self.count("records", len(batch))
        self.metric("seen", self.seen)
        self.log("worked", crossdock.DEBUG)

    def checkpoint(self):
        return b"x" * (3 << 20) + str(self.seen).encode()

    def restore(self, state):
        self.seen = int(state[3 << 20:])


if __name__ == "__main__":
    crossdock.run(Chatty)
