"""The public data sets: where they are, and their tables as our programs read them. Used by make_models.py and by the benchmarks."""
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# C-MAPSS (Saxena 2008).
TURBOFANS = ["FD001", "FD002", "FD003", "FD004"]
TURBOFAN_LIFE = 125
TURBOFAN_SETTINGS = [f"setting_{i}" for i in (1, 2, 3)]
TURBOFAN_COLUMNS = ["unit", "cycle"] + TURBOFAN_SETTINGS + [f"s_{i}" for i in range(1, 22)]

# CWRU, drive end: blocks of 0.68 s; the manifest's word for a fault, but for where in the ring it is, and ours.
BEARING_BLOCK = 8192
BEARING_FAULTS = {"IR": "inner", "OR": "outer", "B": "ball", "Normal": "normal"}
BEARING_SPECIFICATION = os.path.join(ROOT, "docs", "examples", "bearing-features.json")


def folder(given):
    """The folder with the sets: what is given, else $CROSSDOCK_DATA (a folder that has data/, or the sets themselves), else ../shared/data."""
    if given:
        return os.path.abspath(given)
    named = os.environ.get("CROSSDOCK_DATA")
    places = [os.path.join(named, "data"), named] if named else [os.path.join(ROOT, "..", "shared", "data")]
    return os.path.abspath(next((place for place in places if os.path.isdir(place)), places[0]))


def turbofan_csv(source, target):
    """A table of C-MAPSS, which has no header and spaces between."""
    with open(source, encoding="ascii") as rows, open(target, "w", encoding="ascii") as out:
        out.write(",".join(TURBOFAN_COLUMNS) + "\n")
        for row in rows:
            if cells := row.split():
                out.write(",".join(cells) + "\n")
