"""my-plugin: decodes lines of a house format, "SOURCE;VALUE;STATE", into {"value":…,"state":…}. What is no such line is rejected."""
import math
import re

import crossdock_plugin as crossdock

MAX_LINE = 200


class LineDecoder(crossdock.Decoder):
    name, version = "my-plugin", "0.1.0"
    summary = "Decodes lines of a house format."

    separator = crossdock.String(";", help="The character between two fields.")

    def open(self):
        if not self.writes:
            raise crossdock.BadOptions("`writes` is empty: name a stream for the records")
        if len(self.separator) != 1:
            raise crossdock.BadOptions("separator: one character")

    def decode(self, record):
        if len(record.body) > MAX_LINE:
            raise crossdock.Reject("too long")
        try:
            source, number, state = record.text.split(self.separator)
            value = float(number)
        except ValueError:
            raise crossdock.Reject("not three fields, the second a number")
        if not source or not math.isfinite(value) or not re.fullmatch("[a-z-]+", state):
            raise crossdock.Reject("no source, no number, or a state that is no word")
        self.emit({"value": value, "state": state}, record, source=source)


if __name__ == "__main__":
    crossdock.run(LineDecoder)
