"""label-decoder: house labels, as a handheld or a fixed scanner sends them, into scan records. house_label.py says what a label is."""
import datetime

import crossdock_plugin as crossdock

import house_label


class LabelDecoder(crossdock.Decoder):
    name, version = "label-decoder", "1.0.0"
    summary = "Decodes house labels (location, GTIN, quantity, lot, date) into scan records, checksums compared."

    allow_expired = crossdock.Boolean(True, help="false: a label whose date is before the scan goes to the quarantine.")

    def open(self):
        if not self.writes:
            raise crossdock.BadOptions("`writes` is empty: name a stream for the scans")

    def decode(self, record):
        scanned = datetime.datetime.fromtimestamp(record.time_ns // 1_000_000_000, datetime.timezone.utc)
        try:
            scan = house_label.parse(record.body, scanned.year)
        except house_label.BadLabel as bad:
            self.count("bad_labels")
            raise crossdock.Reject(str(bad))
        if not self.allow_expired and scan.get("expires", "9999") < scanned.strftime("%Y-%m-%d"):
            self.count("expired_labels")
            raise crossdock.Reject("expired on %s" % scan["expires"])
        self.emit(scan, record)


if __name__ == "__main__":
    crossdock.run(LabelDecoder)
