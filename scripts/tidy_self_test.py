"""Plants each kind of problem in a copy of the repository and sees that `tidy` finds it, and it alone."""
import multiprocessing
import os
import shutil
import tempfile

DEPEND = 'package.targets.first {{ $0.name == "{}" }}!.dependencies.append("{}")\n'
SWIFT = "Sources/Records/Planted.swift"
SPLIT = {"unfinished": "// TO" + "DO: later\n", "path": 'let place = "/ho' + 'me/someone/x"\n'}


def body(lines):
    return "func planted() {\n" + "  print(1)\n" * (lines - 2) + "}\n"


# What is planted: file, text, and what the report must say. Package.swift is appended to, other files are new.
CASES = [
    ("upward dependency", "Package.swift", DEPEND.format("Records", "Journal"),
     "Records (layer 1) depends on Journal above it (layer 3)"),
    ("dependency in the same layer", "Package.swift", DEPEND.format("Decoding", "Journal"),
     "Decoding (layer 3) depends on Journal in its own layer (layer 3)"),
    ("target without a layer", "Package.swift", 'package.targets.append(.target(name: "Nowhere", path: "Nowhere"))\n',
     "Nowhere has no layer"),
    ("plug-in that reaches for the engine", "Package.swift",
     'package.targets.append(.target(name: "Planted", dependencies: ["Journal"], path: "Plugins/Planted"))\n',
     "the plug-in target Planted depends on Journal, which is not for plug-ins"),
    ("plug-in that uses another plug-in", "Package.swift",
     'package.targets.append(.target(name: "A", dependencies: ["B"], path: "Plugins/A/A"))\n'
     'package.targets.append(.target(name: "B", path: "Plugins/B/B"))\n', "A depends on B of another plug-in"),
    ("engine that uses a plug-in", "Package.swift",
     'package.targets.append(.target(name: "B", path: "Plugins/B/B"))\n' + DEPEND.format("Engine", "B"),
     "Engine depends on B, which is a plug-in"),
    ("engine that uses what is for tests", "Package.swift", DEPEND.format("Engine", "Seeded"),
     "Engine depends on Seeded, which is for tests"),
    ("what is for tests that uses the engine", "Package.swift", DEPEND.format("Fixtures", "Engine"),
     "Fixtures, which is for tests, depends on Engine"),
    ("product without a layer", "Package.swift",
     'package.dependencies.append(.package(url: "https://github.com/apple/swift-nio", from: "2.0.0"))\n'
     'package.targets.first { $0.name == "Engine" }!.dependencies.append(.product(name: "NIO", package: "swift-nio"))\n',
     "Engine depends on NIO, which has no layer"),
    ("import that is not declared", SWIFT, "package import JSONText\n", f"{SWIFT}:1: import JSONText, which Records does"),
    ("import of one type", SWIFT, "\nimport struct Journal.Cursor\n", f"{SWIFT}:2: import Journal, which Records does"),
    ("Foundation", SWIFT, "import Foundation\n", f"{SWIFT}:1: import Foundation"),
    ("FoundationEssentials", SWIFT, "internal import FoundationEssentials\n", f"{SWIFT}:1: import FoundationEssentials"),
    ("re-export", SWIFT, "@_exported import Glibc\n", f"{SWIFT}:1: @_exported"),
    ("long file", SWIFT, "// line\n" * 501, f"{SWIFT}:500: 501 lines"),
    ("long function", SWIFT, "\n" + body(61), f"{SWIFT}:2: planted has 61 lines"),
    ("long initialiser", SWIFT, "struct A {\n  init(x: Int) {\n" + "    print(x)\n" * 60 + "  }\n}\n", "init has 62 lines"),
    ("long C function", "Sources/CLinux/planted.c", "int f(void) {\n" + "  ;\n" * 60 + "}\n", "a function of 62 lines"),
    ("file name that says nothing", "Sources/Records/RecordUtils.swift", "let x = 1\n", "the file's name says nothing"),
    ("type name that says nothing", SWIFT, "final class SessionManager {}\n", "the type's name says nothing: SessionManager"),
    ("unchecked without a reason", SWIFT, "extension Int: @unchecked Sendable {}\n", "without a comment that says because"),
    ("unfinished work", SWIFT, SPLIT["unfinished"], f"{SWIFT}:1: unfinished"),
    ("path of a machine", SWIFT, SPLIT["path"], f"{SWIFT}:1: a path of one machine"),
    ("public outside of the SDK", SWIFT, "public struct A {}\n", "public is for the plug-in SDK"),
]

# What must not be reported.
FINE = "\n".join([
    '// import Foundation',
    'let a = "import Foundation // class CoreManager"',
    'let b = """',
    '  @_exported import Glibc',
    '  """',
    'let c = "\\(["}": "{"].count)"',
    'protocol P {', '  func f() -> Int', '  init(x: Int)', '}',
    'struct Baseline {}', 'struct Base64Text {}', 'struct Database {}',
    '/// Safe because it is read only.', 'final class Q: @unchecked Sendable {}',
    "",
]) + body(60)


def reported(root, folder, case, check, dump, package):
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".*", "*.o"), dirs_exist_ok=True)
    name, text = case
    path = os.path.join(folder, name)
    with open(path, "a") as file:
        file.write(text)
    tidy = check(folder, dump(folder) if name == "Package.swift" else package)
    # What is planted is in this file; the others were looked at before.
    tidy.files = lambda: [name]
    tidy.run()
    return tidy.errors


def prepare(*arguments):
    """In each process of the pool, which is forked: nothing of this has to be packed."""
    global prepared
    prepared = arguments


def in_a_copy(case):
    root, check, dump, package = prepared
    with tempfile.TemporaryDirectory() as folder:
        return reported(root, folder, case, check, dump, package)


def run(root, check, dump):
    failures = 0
    package = dump(root)
    before = check(root, package)
    before.run()
    # A copy of the tree for each case, as many at a time as there are cores.
    with multiprocessing.get_context("fork").Pool(initializer=prepare, initargs=(root, check, dump, package)) as pool:
        found = pool.map(in_a_copy, [(name, text) for _, name, text, _ in CASES], chunksize=1)
    for (title, _, _, expected), errors in zip(CASES, found):
        new = [e for e in errors if e not in before.errors]
        if len(new) == 1 and expected in new[0]:
            print(f"found: {title}")
        else:
            failures += 1
            print(f"NOT FOUND: {title}: expected one error with {expected!r}, got {new}")
    with tempfile.TemporaryDirectory() as folder:
        new = [e for e in reported(root, folder, (SWIFT, FINE), check, dump, package) if e not in before.errors]
    if new:
        failures += 1
        print(f"WRONGLY FOUND: {new}")
    print(f"tidy --self-test: {len(CASES) + 1 - failures} of {len(CASES) + 1} as expected")
    return 1 if failures else 0
