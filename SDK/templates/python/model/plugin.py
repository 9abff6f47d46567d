"""my-plugin: says when the first column of a record passes a limit, and again only after it was back below."""
import json

import crossdock_plugin as crossdock


class LimitWatch(crossdock.Model):
    name, version = "my-plugin", "0.1.0"
    summary = "Says when a value passes a limit."

    limit = crossdock.Number(80, help="Values above it are reported.")

    def open(self):
        if not self.writes:
            raise crossdock.BadOptions("`writes` is empty: name a stream for the alerts")
        self.over = set()

    def process(self, batch):
        for record in batch:
            if not record.columns:
                continue
            value, source = record.columns[0], record.source
            if value <= self.limit:
                self.over.discard(source)
            elif value > self.limit and source not in self.over:  # NaN, a missing field, is neither
                self.over.add(source)
                self.emit({"value": value, "limit": self.limit}, record)

    def checkpoint(self):
        return json.dumps(sorted(self.over)).encode()

    def restore(self, state):
        self.over = set(json.loads(state))


if __name__ == "__main__":
    crossdock.run(LimitWatch)
