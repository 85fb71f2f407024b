"""Checks the outer form of the sources: clang-format has nothing to change, and no file is so long
that it should be two."""

import argparse
import pathlib
import subprocess
import sys

import source_tree

MOST_LINES = 450
FILES_A_CALL = 50


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=["length", "format"])
    parser.add_argument("root", type=pathlib.Path, help="root of the source tree")
    parser.add_argument("--clang-format", default="clang-format")
    arguments = parser.parse_args()
    if arguments.check == "length":
        faults = too_long(arguments.root)
    else:
        faults = not_formatted(arguments.root, arguments.clang_format)
    print("\n".join(faults) or "all files are well")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
