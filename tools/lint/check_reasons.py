"""Checks that each reason of common/status/reason.h is documented in docs/errors.md as the table has
it, that the servers produce it: a file of common/ or services/ that is no test's names Reason::kX,
and not to compare with it; and that a test produces it: a test's file names Reason::kX or its wire
name, or the table of bad inputs has a case of it that is run.

not_yet_produced.txt lists the reasons that may still go without a test."""

import argparse
import csv
import pathlib
import re
import subprocess
import sys

import source_tree

ROW = re.compile(r'^\s*row\((k\w+), "([A-Z0-9_]+)",', re.MULTILINE)
TABLE = "common/status/reason.h"
DOCUMENT = "docs/errors.md"
BAD_INPUTS = "tests/golden/bad_inputs.csv"
# Tests of the table itself name reasons without producing them.
TABLE_TESTS = {"reason_test.cc"}


def reasons_in(text):
    """Enumerator to wire name, of each row of the table."""
    return dict(ROW.findall(text))


def is_test(path):
    return (path.name.endswith(("_test.cc", "_test.py")) and path.name not in TABLE_TESTS
            and not str(path).startswith("tools/lint/"))


def of_bad_inputs(root):
    """The reasons of the table's cases that wait for no part."""
    file = root / BAD_INPUTS
    if not file.is_file():
        return set()
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    return {row["reason"] for row in rows if not row["with"]}


def not_produced(root, reasons):
    """The wire names that no test's file mentions."""
    texts = [(root / path).read_text(encoding="utf-8")
             for path in source_tree.files(root, {".cc", ".py"}) if is_test(path)]
    missing = []
    answered = of_bad_inputs(root)
    for enumerator, name in reasons.items():
        if name in answered:
            continue
        mention = re.compile(rf'\bReason::{enumerator}\b|"[^"\n]*\b{name}\b[^"\n]*"')
        if not any(mention.search(text) for text in texts):
            missing.append(name)
    return missing


def is_producer(path):
    return (path.parts[0] in ("common", "services") and path.suffix in (".h", ".cc")
            and str(path) != TABLE and not path.name.endswith("_test.cc")
            and not path.name.startswith("testing_") and "testing" not in path.parts)


def without_producer(root, reasons):
    """The wire names that the servers never say."""
    texts = [(root / path).read_text(encoding="utf-8")
             for path in source_tree.files(root, {".h", ".cc"}) if is_producer(path)]
    missing = []
    for enumerator, name in reasons.items():
        # Neither in a comment's line nor where a reason that came is looked at.
        mention = re.compile(rf"^(?!\s*//).*(?<!case )(?<!== )(?<!!= )Reason::{enumerator}\b",
                             re.MULTILINE)
        if not any(mention.search(text) for text in texts):
            missing.append(name)
    return missing


def allowed(file):
    if not file.is_file():
        return set()
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    return {line for line in lines if line}


def check(root, printed, allowance):
    """(faults, notes). `printed` is what docs/errors.md should hold."""
    root = pathlib.Path(root)
    faults = []
    notes = []
    reasons = reasons_in((root / TABLE).read_text())
    if not reasons:
        faults.append(f"{TABLE}: no reason can be found; has the form of its rows changed?")
    document = root / DOCUMENT
    if not document.is_file() or document.read_text() != printed:
        faults.append(f"{DOCUMENT} is not what the table says: build the target write_errors_md")
    for name in reasons.values():
        if f"| `{name}` |" not in printed:
            faults.append(f"{name}: is not printed by print_reasons")
    for name in without_producer(root, reasons):
        faults.append(f"{name}: nothing but tests produces it; take its row out of {TABLE}")
    missing = not_produced(root, reasons)
    for name in missing:
        if name not in allowance:
            faults.append(f"{name}: no test produces it")
    for name in sorted(allowance):
        if name not in reasons.values():
            faults.append(f"not_yet_produced.txt: there is no reason {name}")
        elif name not in missing:
            notes.append(f"{name}: a test produces it now; take it off not_yet_produced.txt")
    produced = len(reasons) - len(missing)
    notes.append(f"{produced} of {len(reasons)} reasons are produced by a test")
    return faults, notes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", help="root of the source tree")
    parser.add_argument("print_reasons", help="the program that prints the document")
    arguments = parser.parse_args()
    printed = subprocess.run([arguments.print_reasons], capture_output=True, text=True,
                             check=True).stdout
    allowance = allowed(pathlib.Path(__file__).parent / "not_yet_produced.txt")
    faults, notes = check(arguments.root, printed, allowance)
    print("\n".join(faults + notes))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
