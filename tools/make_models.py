#!/usr/bin/env python3
"""Makes models of what is there, as bundles that `crossdock model install` takes: remaining life and bearing faults.

    make_models.py [--data DIR] [--key FILE] [--output DIR]     of the public sets (make models DATA=dir KEY=file)
    make_models.py --simulated                                  of simulated pumps and bearings: no data set

  turbofan-rul-fd001 … fd004   each training file of DIR/cmapss                 remaining life
  bearing-fault                all recordings of DIR/cwru                       which part is damaged
  pump-rul                     fourteen pumps of simulate_wear.py               remaining life
  bearing-fault                eight recordings of simulate_bearing.py

DIR is as for scripts/bench-models. Each model is made by the commands of docs/models.md, "Train your own". The same data, sources and
program give the same bytes: training has one thread and a seed, and the time in bundles and signatures is $SOURCE_DATE_EPOCH, else that of
the sources' commit. The secret key stays where it is; without one the bundles are not signed, and SHA256SUMS says what they are.
"""
import csv
import hashlib
import importlib.util
import math
import os
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import known_sets
import simulate_bearing
import simulate_wear
import usage

TOOLS = os.path.dirname(os.path.abspath(__file__))
PUMPS, PUMP_LIFE, PUMP_TREES = 14, 60, 150
RECORDINGS_OF_A_FAULT = 2
# What the scripts that train import.
PACKAGES = ["numpy", "lightgbm", "onnx", "sklearn"]
LATEST_S = 9_000_000_000


class Failure(Exception):
    """What it is, and the exit code."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


def run(*words):
    # One thread: the same sums in the same order.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=environment)
    if done.returncode:
        # The end of a traceback says what it is; a program's own line is its last one, too, but for a hint.
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        is_traceback = "Traceback" in done.stderr
        said = lines[-1] if is_traceback else " ".join(lines)
        # 1 is how our scripts refuse their input.
        code = done.returncode if 64 <= done.returncode <= 78 else usage.BAD_DATA if done.returncode == 1 and not is_traceback else 1
        raise Failure(code, f"{' '.join(map(str, words[:4]))} …: exit {done.returncode}: {said[-500:]}")
    return done.stdout


def script(name, *words):
    return run(sys.executable, os.path.join(TOOLS, name), *words)


class Workshop:
    """What all models have in common: the program, where they go, and which sources make them."""

    def __init__(self, program, output, version, commit, trees):
        self.program, self.output, self.version, self.trees = program, output, version, trees
        self.sources = ["--version", version] + (["--commit", commit] if commit else [])

    def pack(self, bundle):
        """The finished bundle's file."""
        path = os.path.join(self.output, f"{os.path.basename(bundle)}-{self.version}.cdm")
        # A signature that is there from before is of another file.
        if os.path.lexists(path + ".minisig"):
            os.remove(path + ".minisig")
        run(self.program, "model", "pack", bundle, "--fill", "-o", path)
        return path

    def sign(self, bundle, key, password_file):
        # Without a file the password is asked for on the terminal.
        words = [self.program, "model", "sign", bundle, "--key", key]
        words += ["--password-file", password_file] if password_file else []
        if code := subprocess.run(words, stdout=subprocess.DEVNULL).returncode:
            raise Failure(code, f"{bundle} is not signed: exit {code}")

    def remaining_life(self, folder, table, name, data, by, life, settings, more, trees=600, unit="cycles"):
        """Of runs to failure: the way of docs/models.md. `more`: of the specification's command."""
        spec, features, bundle = (os.path.join(folder, part) for part in ("features.json", "features.csv", name))
        script("make_rul_spec.py", "--table", table, "--by", by, "--settings", ",".join(settings), "--life", life,
               "--name", name.rsplit("-rul", 1)[0], "--output", spec, *more)
        time = more[more.index("--time"):][:2] if "--time" in more else []
        run(self.program, "features", "--spec", spec, "--input", table, "--by", by, *time, "--output", features)
        script("train_rul.py", "--table", features, "--by", by, "--spec", spec, "--life", life, "--unit", unit, "--name", name,
               "--data", data, "--golden", table, "--output", bundle, "--trees", self.trees or trees, *self.sources)
        return bundle

    def bearing_fault(self, folder, recordings, data):
        """Of (file, fault, turns a minute), each recording as little-endian floats."""
        table, labels, bundle = (os.path.join(folder, part) for part in ("table.csv", "labels.csv", "bearing-fault"))
        with open(table, "w", encoding="utf-8") as out:
            for number, rpm in enumerate(sorted({rpm for _, _, rpm in recordings})):
                files = [file for file, _, of in recordings if of == rpm]
                text = run(self.program, "features", "--spec", known_sets.BEARING_SPECIFICATION, "--block",
                           known_sets.BEARING_BLOCK, "--set", f"rpm={rpm}", *(word for file in files for word in ("--input", file)))
                write_rows(out, text, files, with_header=number == 0)
        with open(labels, "w", encoding="utf-8") as out:
            out.write("file,fault\n" + "".join(f"{os.path.basename(file)},{fault}\n" for file, fault, _ in recordings))
        script("train_bearing.py", "--table", table, "--labels", labels, "--spec", known_sets.BEARING_SPECIFICATION, "--golden",
               recordings[0][0], "--set", f"rpm={recordings[0][2]}", "--name", "bearing-fault", "--data", data, "--output", bundle,
               *self.sources)
        return bundle


def write_rows(out, text, files, with_header):
    """Rows of `crossdock features` with the file's name in front and without its folder; of one file they have none."""
    rows = csv.reader(text.splitlines())
    header = next(rows)
    place = header.index("file") if "file" in header else None
    names = [name for index, name in enumerate(header) if index != place]
    if with_header:
        out.write(",".join(["file"] + names) + "\n")
    for row in rows:
        file = os.path.basename(files[0] if place is None else row[place])
        out.write(",".join([file] + [cell for index, cell in enumerate(row) if index != place]) + "\n")


def of_known_sets(workshop, data, folder):
    base = os.path.join(data, "cmapss")
    for name in known_sets.TURBOFANS:
        source = os.path.join(base, f"train_{name}.txt")
        if not os.path.exists(source):
            continue
        place = os.path.join(folder, name)
        os.mkdir(place)
        table = os.path.join(place, "train.csv")
        known_sets.turbofan_csv(source, table)
        yield workshop.remaining_life(
            place, table, f"turbofan-rul-{name.lower()}", f"C-MAPSS {name} (Saxena 2008)", "unit", known_sets.TURBOFAN_LIFE,
            known_sets.TURBOFAN_SETTINGS, ["--time", "cycle"])
    manifest = os.path.join(data, "cwru", "manifest.csv")
    if os.path.exists(manifest):
        if rows := recordings_of(manifest):
            yield workshop.bearing_fault(folder, rows, "CWRU Bearing Data Center, drive end, 12 kHz")


def recordings_of(manifest):
    """File, fault and turns a minute of each recording that is there."""
    rows = []
    try:
        with open(manifest, encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            for row in table:
                rows.append(recording_of(row, f"{manifest}, line {table.line_num}", os.path.dirname(manifest)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure(usage.BAD_DATA, f"{manifest}: it is no CSV: {error}") from None
    return sorted(row for row in rows if row)


def recording_of(row, place, folder):
    for name in ("file", "fault", "rpm"):
        if not row.get(name):
            raise Failure(usage.BAD_DATA, f"{place}: there is no {name!r}; a manifest has the columns file, fault and rpm")
    fault = row["fault"].split("@")[0]
    if fault not in known_sets.BEARING_FAULTS:
        raise Failure(usage.BAD_DATA, f"{place}: the fault {row['fault']!r} is not known; {', '.join(known_sets.BEARING_FAULTS)} are")
    try:
        turns = float(row["rpm"])
    except ValueError:
        turns = math.nan
    if not 0 < turns < math.inf:
        raise Failure(usage.BAD_DATA, f"{place}: rpm {row['rpm']!r} is no number of turns a minute")
    path = os.path.join(folder, row["file"])
    if not os.path.exists(path):
        return None
    if os.path.getsize(path) == 0:
        raise Failure(usage.BAD_DATA, f"{path}: it is empty")
    return path, known_sets.BEARING_FAULTS[fault], row["rpm"]


def of_simulations(workshop, folder):
    table = os.path.join(folder, "pumps.csv")
    with open(table, "w", encoding="utf-8") as out:
        for pump in range(1, PUMPS + 1):
            for message in simulate_wear.messages(pump, 1):
                if out.tell() == 0:
                    out.write(",".join(["pump"] + list(message)) + "\n")
                out.write(",".join([str(pump)] + [str(value) for value in message.values()]) + "\n")
    yield workshop.remaining_life(
        folder, table, "pump-rul", "simulated pumps", "pump", PUMP_LIFE, ["duty"], ["--ignore", "ts"], PUMP_TREES, "hours")
    recordings = []
    for fault in simulate_bearing.FAULTS:
        for seed in range(1, RECORDINGS_OF_A_FAULT + 1):
            path = os.path.join(folder, f"{fault}-{seed}.f32")
            values = simulate_bearing.samples(fault, 2 * known_sets.BEARING_BLOCK, seed)
            with open(path, "wb") as out:
                out.write(struct.pack(f"<{len(values)}f", *values))
            recordings.append((path, "normal" if fault == "none" else fault, round(60 * simulate_bearing.SHAFT_HZ)))
    yield workshop.bearing_fault(folder, recordings, "simulated bearings")


def commit():
    """The sources' commit and its time; of sources without a history, or with other changes than it has, nothing and 0."""
    def git(*words):
        done = subprocess.run(["git", "-C", known_sets.ROOT, *words], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None
    try:
        if git("status", "--porcelain", "--untracked-files=no") == "":
            return git("rev-parse", "HEAD") or "", git("log", "-1", "--format=%ct") or "0"
    except FileNotFoundError:
        pass
    return "", "0"


def main():
    arguments = usage.Arguments(__doc__)
    arguments.add_argument("--data", help="the folder with the sets ($CROSSDOCK_DATA, else ../shared/data)")
    arguments.add_argument("--simulated", action="store_true", help="of simulations, in place of the sets")
    arguments.add_argument("--key", help="a secret key of crossdock model sign --new-key")
    arguments.add_argument("--password-file", help="its password; otherwise it is asked for on the terminal")
    arguments.add_argument("--trees", type=int, help="of a remaining life, fewer for a try (600; of pumps 150)")
    arguments.add_argument("--version", default="1.0.0", help="of the models (1.0.0); a box takes other contents by another number only")
    arguments.add_argument("--program", default=os.path.join(known_sets.ROOT, ".build", "release", "crossdock"))
    arguments.add_argument("--output", default=os.path.join(known_sets.ROOT, ".build", "models"), help="the folder (.build/models)")
    given = arguments.parse_args()
    try:
        check(given)
        return make(given)
    except Failure as failure:
        usage.fail(failure.code, failure)
    except OSError as error:
        usage.fail(usage.CANNOT_WRITE, f"{error.filename or given.output}: {error.strerror}")


def check(given):
    if given.trees is not None and given.trees < 1:
        raise Failure(usage.WRONG_USAGE, f"--trees {given.trees}: this should be 1 or more")
    time = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not (time.isascii() and time.isdigit() and int(time) <= LATEST_S):
        raise Failure(usage.WRONG_USAGE, f"$SOURCE_DATE_EPOCH is {time[:40]!r}, which is no number of seconds")
    if given.key and not os.path.exists(given.key):
        raise Failure(usage.WRONG_USAGE, f"{given.key} is not there: crossdock model sign --new-key FILE")
    if not os.path.exists(given.program):
        raise Failure(usage.NOT_THERE, f"{given.program} is not there: make build")
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        raise Failure(usage.NOT_THERE, f"this Python lacks {', '.join(missing)}: run it by $(tools/setup --python)")
    try:
        os.makedirs(given.output, exist_ok=True)
        tempfile.TemporaryFile(dir=given.output).close()
    except OSError as error:
        raise Failure(usage.CANNOT_WRITE, f"--output {given.output}: {error.strerror}") from None


def make(given):
    data = known_sets.folder(given.data)
    made_of, made_at = commit()
    os.environ.setdefault("SOURCE_DATE_EPOCH", made_at)
    workshop = Workshop(given.program, given.output, given.version, made_of, given.trees)
    sums = []
    with tempfile.TemporaryDirectory() as folder:
        for bundle in of_simulations(workshop, folder) if given.simulated else of_known_sets(workshop, data, folder):
            path = workshop.pack(bundle)
            if given.key:
                workshop.sign(path, given.key, given.password_file)
            with open(path, "rb") as file:
                sums.append(f"{hashlib.sha256(file.read()).hexdigest()}  {os.path.basename(path)}\n")
            print(sums[-1], end="", flush=True)
    if not sums:
        raise Failure(usage.BAD_DATA, f"{data} has neither cmapss/train_FD00x.txt nor cwru/manifest.csv: --data DIR, or --simulated")
    with open(os.path.join(given.output, "SHA256SUMS"), "w", encoding="utf-8") as file:
        file.writelines(sums)
    print(f"{len(sums)} {'signed' if given.key else 'unsigned'} bundles in {os.path.relpath(given.output)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
