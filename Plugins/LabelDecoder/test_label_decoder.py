"""The label format and the decoder, over the frames that the agent sends. SEED=n repeats the random labels."""
import os
import random
import time
import unittest

import crossdock_plugin as crossdock
import house_label
from house_label import BadLabel, checksum, gtin_check_digit, parse
from label_decoder import LabelDecoder

HERE = os.path.dirname(os.path.abspath(__file__))
YEAR_2026_NS = 1_780_000_000_000_000_000  # 2026-05-28


def label(**fields):
    """A label with its checksum; `CHK` as given."""
    text = "".join("|%s=%s" % (key, value) for key, value in fields.items() if key != "CHK")
    return (text + "|CHK=" + fields.get("CHK", "%02X" % checksum(text.encode()))).encode()


GOOD = dict(LOC="A03-12", SKU="4006381333931", QTY="0012", LOT="L7781", EXP="270331")


def changed(**fields):
    return label(**{key: value for key, value in {**GOOD, **fields}.items() if value is not None})


class HouseLabelTests(unittest.TestCase):
    def test_label_becomes_a_scan(self):
        self.assertEqual(parse(label(**GOOD), 2026), {
            "location": "A03-12", "gtin": "04006381333931", "quantity": 12, "lot": "L7781", "expires": "2027-03-31"})
        self.assertEqual(parse(label(QTY="1", SKU="96385074", LOC="Z99-00") + b"\r\n", 2026), {
            "location": "Z99-00", "gtin": "00000096385074", "quantity": 1})

    def test_check_digits_that_gs1_publishes(self):
        for gtin in ("629104150021" "3", "9638507" "4", "03600029145" "2", "1061414100041" "5"):
            self.assertEqual(gtin_check_digit(gtin[:-1]), gtin[-1])

    def test_reason_names_the_place(self):
        cases = [
            (changed(LOC="a03-12"), "column 6: LOC \"a03-12\": must be aisle and bay, as A03-12"),
            (changed(SKU="4006381333932"), "column 29: SKU 4006381333932: check digit 2, must be 1"),
            (changed(SKU="12345"), "column 17: SKU \"12345\": must be a GTIN of 8, 12, 13 or 14 digits"),
            (changed(QTY="0000"), "column 35: QTY 0000: must be above 0"),
            (changed(QTY="12x"), "column 35: QTY \"12x\": must be 1 to 6 digits"),
            (changed(LOT="l"), "column 44: LOT \"l\": must be 1 to 20 of A-Z 0-9 . - /"),
            (changed(EXP="271331"), "column 56: EXP 271331: there is no month 13"),
            (changed(EXP="270229"), "column 58: EXP 270229: 2027-02 has no day 29"),
            (changed(CHK="00"), "column 65: checksum 00, but the label's characters give "),
            (changed(CHK="5g"), "column 65: CHK \"5g\": must be two digits 0-9 A-F"),
            (changed(LOC=None, QTY=None), "column 47: LOC, QTY is missing"),
            (changed(WGT="12"), "column 61: unknown key \"WGT\""),
            (label(**GOOD)[:40], "column 40: no KEY=value: \"L\""),
            (label(**GOOD) + b"|LOT=2", "column 67: CHK is the last key"),
            (b"|LOC=A03-12|LOC=A03-13" + b"|CHK=00", "column 13: LOC is there twice"),
            (b"4006381333931", "column 1: a label begins with |"),
            (b"", "column 1: a label begins with |"),
            (b"|LOC=A03-12|SKU=\xff\xfe", "column 17: byte FF is no printable ASCII"),
            (b"|LOC=" + b"A" * 200, "column 201: more than 200 bytes"),
            (b"|" * 50, "column 2: no KEY=value: \"\""),
        ]
        for data, reason in cases:
            with self.subTest(data=data), self.assertRaises(BadLabel) as raised:
                parse(data, 2026)
            self.assertTrue(str(raised.exception).startswith(reason), "%s\nexpected: %s" % (raised.exception, reason))

    def test_dates_lie_around_the_scan(self):
        for two_digits, scan_year, year in (("27", 2026, 2027), ("76", 2026, 2076), ("77", 2026, 1977), ("00", 2099, 2100), ("99", 2100, 2099)):
            self.assertEqual(parse(changed(EXP=two_digits + "0105"), scan_year)["expires"], "%d-01-05" % year)
        self.assertEqual(parse(changed(EXP="280200"), 2026)["expires"], "2028-02-29")

    def test_no_single_change_passes(self):
        """Any byte changed, any two neighbours exchanged: the checksum or the format notices."""
        good = label(**GOOD)
        tried = 0
        for place in range(len(good)):
            for byte in range(0x20, 0x7F):
                if byte != good[place]:
                    with self.assertRaises(BadLabel):
                        parse(good[:place] + bytes([byte]) + good[place + 1:], 2026)
                    tried += 1
            pair = good[place:place + 2]
            if len(pair) == 2 and pair[0] != pair[1]:
                with self.assertRaises(BadLabel):
                    parse(good[:place] + pair[::-1] + good[place + 2:], 2026)
                tried += 1
        self.assertGreater(tried, 6000)

    def test_any_bytes_give_a_scan_or_a_reason(self):
        seed = int(os.environ.get("SEED", time.time_ns() % 2**32))
        print("test_any_bytes_give_a_scan_or_a_reason: SEED=%d" % seed)
        numbers = random.Random(seed)
        scans = 0
        for _ in range(20_000):
            fields = dict(GOOD, QTY="%d" % numbers.randrange(-5, 10**6), EXP="%06d" % numbers.randrange(10**6))
            data = bytearray(label(**fields))
            for _ in range(numbers.randrange(3)):
                data[numbers.randrange(len(data))] = numbers.randrange(256)
            try:
                self.assertIsInstance(parse(bytes(data), 2026)["quantity"], int)
                scans += 1
            except BadLabel as bad:
                self.assertTrue(1 <= bad.column <= len(data) + 1)
        self.assertGreater(scans, 100)


class LabelDecoderTests(unittest.TestCase):
    def bench(self, **options):
        return crossdock.Bench(LabelDecoder, options, streams={"labels": []}, writes=["scans"])

    def test_scans_keep_source_and_time_and_bad_labels_are_rejected(self):
        bench = self.bench()
        bench.add("labels", "handheld-3", YEAR_2026_NS, label(**GOOD))
        bench.add("labels", "handheld-4", YEAR_2026_NS, changed(CHK="00"))
        bench.add("labels", "handheld-3", YEAR_2026_NS + 1, changed(QTY="3"))
        result = bench.run()
        self.assertEqual([(o.stream, o.source, o.time_ns, o.json()["quantity"]) for o in result.outputs], [
            ("scans", "handheld-3", YEAR_2026_NS, 12), ("scans", "handheld-3", YEAR_2026_NS + 1, 3)])
        self.assertEqual([index for index, _ in result.rejected], [1])
        self.assertEqual(bench.counters, {"bad_labels": 1})

    def test_expired_goods_are_rejected_when_asked_for(self):
        for allowed, rejected in ((True, []), (False, [(1, "expired on 2026-05-27")])):
            bench = self.bench(allow_expired=allowed)
            bench.add("labels", "h", YEAR_2026_NS, changed(EXP="260528"))
            bench.add("labels", "h", YEAR_2026_NS, changed(EXP="260527"))
            bench.add("labels", "h", YEAR_2026_NS, changed(EXP=None))
            self.assertEqual(bench.run().rejected, rejected)

    def test_it_needs_a_stream_to_write(self):
        with self.assertRaises(crossdock.BadOptions):
            crossdock.Bench(LabelDecoder, writes=[])

    def test_cases(self):
        self.assertEqual(crossdock.check_testcases(LabelDecoder, os.path.join(HERE, "testcases")), [])


if __name__ == "__main__":
    unittest.main()
