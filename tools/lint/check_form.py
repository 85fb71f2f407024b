"""Checks the outer form of the sources: clang-format has nothing to change, no file is so long that
it should be two, and no server writes to a stream without a bound on how long its reader may take
nothing."""

import argparse
import pathlib
import re
import subprocess
import sys

import source_tree

MOST_LINES = 450
FILES_A_CALL = 50
# The one place that writes to a server's stream, and fakes of tests.
STREAM_BOUND = "common/rpc/stream_bound.h"
STREAM_WRITE = re.compile(r"\bwriter(->|\.)Write\(")


def too_long(root):
    faults = []
    for path in source_tree.files(root, {".h", ".cc", ".proto"}):
        lines = (root / path).read_bytes().count(b"\n")
        if lines > MOST_LINES:
            faults.append(f"{path}: {lines} lines; at most {MOST_LINES}")
    return faults


def not_formatted(root, clang_format):
    paths = [str(path) for path in source_tree.files(root, {".h", ".cc"})]
    faults = []
    for first in range(0, len(paths), FILES_A_CALL):
        run = subprocess.run([clang_format, "--dry-run", "-Werror", "--ferror-limit=1",
                              *paths[first:first + FILES_A_CALL]],
                             cwd=root, capture_output=True, text=True, check=False)
        faults += [f"{line.split(':')[0]}: not as clang-format -i writes it"
                   for line in run.stderr.splitlines() if "error:" in line]
        if run.returncode != 0 and "error:" not in run.stderr:
            faults.append(run.stderr.strip())
    return faults


def unbounded_streams(root):
    faults = []
    for path in source_tree.files(root, {".h", ".cc"}):
        name = path.as_posix()
        if name == STREAM_BOUND or "testing" in path.parts or not name.startswith(
                ("common/", "services/")):
            continue
        text = (root / path).read_text()
        if "grpc::ServerWriter" not in text or name.endswith("_test.cc"):
            continue
        faults += [f"{path}:{number}: a slow reader would hold the thread: WriteInTime()"
                   for number, line in enumerate(text.splitlines(), 1)
                   if STREAM_WRITE.search(line)]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=["length", "format", "streams"])
    parser.add_argument("root", type=pathlib.Path, help="root of the source tree")
    parser.add_argument("--clang-format", default="clang-format")
    arguments = parser.parse_args()
    if arguments.check == "length":
        faults = too_long(arguments.root)
    elif arguments.check == "streams":
        faults = unbounded_streams(arguments.root)
    else:
        faults = not_formatted(arguments.root, arguments.clang_format)
    print("\n".join(faults) or "all files are well")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
