"""The house label: what stands on it, and where it is wrong.

    |LOC=A03-12|SKU=4006381333931|QTY=0012|LOT=L7781|EXP=270331|CHK=5F

    label     = 1*("|" KEY "=" value)        ASCII, at most 200 bytes; one CR and one LF may follow
    LOC  required   letter, two digits, "-", two digits: aisle and bay
    SKU  required   GTIN of 8, 12, 13 or 14 digits with its check digit
    QTY  required   1 to 6 digits, above 0
    LOT  optional   1 to 20 of A-Z 0-9 . - /
    EXP  optional   YYMMDD; DD 00: the last day of the month
    CHK  required, last    two digits 0-9 A-F: sum of (place * byte) modulo 251 over all before "|CHK=", places counted from 1

Each key is there once, in any order but for CHK. The place weighs in the checksum, so that exchanged characters are noticed; 251 is a
prime, so that any single wrong byte is.

The year of EXP is the one within 49 years before and 50 after the scan, as GS1 reads its dates.
"""
import calendar
import re

MAX_BYTES = 200
MAX_SHOWN = 20  # characters of a value in a reason

KEYS = ("LOC", "SKU", "QTY", "LOT", "EXP", "CHK")
REQUIRED = ("LOC", "SKU", "QTY", "CHK")


class BadLabel(Exception):
    """Why, and at which byte of the label, counted from 1."""

    def __init__(self, column, reason):
        super().__init__("column %d: %s" % (column, reason))
        self.column = column


def checksum(data):
    return sum(place * byte for place, byte in enumerate(data, 1)) % 251


def gtin_check_digit(digits):
    """Of the digits before it (GS1 General Specifications, 7.9): weights 3 and 1 in turn from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def parse(data, scan_year):
    """The members of the scan record; BadLabel for the first thing that is wrong."""
    data = bytes(data)
    if data.endswith(b"\n"):
        data = data[:-1]
    if data.endswith(b"\r"):
        data = data[:-1]
    fields = _fields(data)
    scan = {
        "location": _location(*fields["LOC"]), "gtin": _gtin(*fields["SKU"]), "quantity": _quantity(*fields["QTY"])}
    if "LOT" in fields:
        scan["lot"] = _match(r"[A-Z0-9./-]{1,20}", "LOT", "1 to 20 of A-Z 0-9 . - /", *fields["LOT"])
    if "EXP" in fields:
        scan["expires"] = _date(scan_year, *fields["EXP"])
    return scan


def _fields(data):
    """Each key's (value, column of the value), the checksum compared."""
    if len(data) > MAX_BYTES:
        raise BadLabel(MAX_BYTES + 1, "more than %d bytes" % MAX_BYTES)
    if not data.startswith(b"|"):
        raise BadLabel(1, "a label begins with |")
    for place, byte in enumerate(data, 1):
        if not 0x20 <= byte < 0x7F:
            raise BadLabel(place, "byte %02X is no printable ASCII" % byte)
    fields, column = {}, 2
    for part in data.decode("ascii")[1:].split("|"):
        key, equals, value = part.partition("=")
        if "CHK" in fields:
            raise BadLabel(column - 1, "CHK is the last key")
        if not equals:
            raise BadLabel(column, "no KEY=value: \"%s\"" % _short(part))
        if key not in KEYS:
            raise BadLabel(column, "unknown key \"%s\"" % _short(key))
        if key in fields:
            raise BadLabel(column, "%s is there twice" % key)
        fields[key] = (value, column + len(key) + 1)
        column += len(part) + 1
    missing = [key for key in REQUIRED if key not in fields]
    if missing:
        raise BadLabel(len(data) + 1, "%s is missing" % ", ".join(missing))
    _compare_checksum(data, *fields["CHK"])
    return fields


def _compare_checksum(data, value, column):
    _match("[0-9A-F]{2}", "CHK", "two digits 0-9 A-F", value, column)
    found = "%02X" % checksum(data[:column - 1 - len("|CHK=")])
    if found != value:
        raise BadLabel(column, "checksum %s, but the label's characters give %s" % (value, found))


def _short(text):
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."


def _match(pattern, key, meaning, value, column):
    if not re.fullmatch(pattern, value):
        raise BadLabel(column, "%s \"%s\": must be %s" % (key, _short(value), meaning))
    return value


def _location(value, column):
    return _match(r"[A-Z][0-9]{2}-[0-9]{2}", "LOC", "aisle and bay, as A03-12", value, column)


def _gtin(value, column):
    _match(r"[0-9]{8}|[0-9]{12,14}", "SKU", "a GTIN of 8, 12, 13 or 14 digits", value, column)
    digit = gtin_check_digit(value[:-1])
    if digit != value[-1]:
        raise BadLabel(column + len(value) - 1, "SKU %s: check digit %s, must be %s" % (value, value[-1], digit))
    return value.zfill(14)


def _quantity(value, column):
    _match(r"[0-9]{1,6}", "QTY", "1 to 6 digits", value, column)
    if int(value) == 0:
        raise BadLabel(column, "QTY %s: must be above 0" % value)
    return int(value)


def _date(scan_year, value, column):
    _match(r"[0-9]{6}", "EXP", "YYMMDD", value, column)
    year, month, day = (int(value[place:place + 2]) for place in (0, 2, 4))
    ahead = (year - scan_year) % 100  # years after the scan, as far as two digits say
    year = scan_year + (ahead if ahead <= 50 else ahead - 100)
    if not 1 <= month <= 12:
        raise BadLabel(column + 2, "EXP %s: there is no month %02d" % (value, month))
    last = calendar.monthrange(year, month)[1]
    if day > last:
        raise BadLabel(column + 4, "EXP %s: %04d-%02d has no day %02d" % (value, year, month, day))
    return "%04d-%02d-%02d" % (year, month, day or last)
