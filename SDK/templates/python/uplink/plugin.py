"""my-plugin: appends each record as a line to a file. A batch is delivered when it is on the disk; a file that cannot be written
makes it come again, so that a line may be there twice: `epoch`, `stream` and `sequence` together tell."""
import json
import os

import crossdock_plugin as crossdock


class Appender(crossdock.Uplink):
    name, version = "my-plugin", "0.1.0"
    summary = "Appends records to a file."

    file = crossdock.String("records.ndjson", help="The name of the file, in the plugin's own folder.")

    def open(self):
        if not self.data_folder:
            raise crossdock.BadOptions("there is no data folder: plugin.toml declares {data}, and an older agent has none")
        if not self.file or "/" in self.file:
            raise crossdock.BadOptions("file: a name without a folder")
        self.path = os.path.join(self.data_folder, self.file)

    def deliver(self, batch):
        text = "".join(self.line(record) for record in batch).encode()
        try:
            fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise crossdock.Retry("%s: %s" % (self.path, error.strerror))
        try:
            self.append(fd, text)
        finally:
            os.close(fd)

    def append(self, fd, text):
        before = os.lseek(fd, 0, os.SEEK_END)
        try:
            if os.write(fd, text) != len(text):
                raise OSError(0, "written in part")
            os.fsync(fd)
        except OSError as error:
            os.ftruncate(fd, before)  # half a line would stay for ever
            raise crossdock.Retry("%s: %s" % (self.path, error.strerror))

    def line(self, record):
        head = json.dumps({
            "epoch": self.epoch, "stream": record.stream.name, "source": record.source, "sequence": record.sequence,
            "time_ns": record.time_ns}, separators=(",", ":"))
        return "%s,\"body\":%s}\n" % (head[:-1], record.text)


if __name__ == "__main__":
    crossdock.run(Appender)
