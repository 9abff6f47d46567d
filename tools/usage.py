"""How the scripts refuse: one line, and the exit codes of sysexits.h. Needs nothing but Python."""
import argparse
import os
import sys

WRONG_USAGE, BAD_DATA, NOT_THERE, CANNOT_WRITE = 64, 65, 69, 73


def fail(code, reason):
    print(f"{os.path.basename(sys.argv[0])}: {reason}", file=sys.stderr)
    sys.exit(code)


class Arguments(argparse.ArgumentParser):
    """Of the script whose docstring this is."""

    def __init__(self, description):
        super().__init__(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message):
        fail(WRONG_USAGE, f"{message}; --help says more")
