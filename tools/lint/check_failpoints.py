"""Whether binaries hold failpoints: those of a test build must (or this check would find nothing), those
of a release must not."""

import sys

TRACES = [b"ONERETURN_FAILPOINT", b"ONERETURN_FAULT_FILES", b"commit.before_write"]


def main(arguments):
    expected, *binaries = arguments
    if expected not in ("yes", "no") or not binaries:
        print("usage: check_failpoints.py yes|no BINARY...")
        return 2
    wrong = 0
    for binary in binaries:
        with open(binary, "rb") as file:
            content = file.read()
        for trace in TRACES:
            if (trace in content) != (expected == "yes"):
                wrong += 1
                print(f"{binary}: {'lacks' if expected == 'yes' else 'holds'} {trace.decode()}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
