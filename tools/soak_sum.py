"""Adds up the figures of a long run's parts: lines of the same words, number by number.

Of "at most N" the greatest is kept, of "seed N" the first: the parts' seeds count up from it. Lines of
other words than the first stand by themselves.
"""

import re
import sys


def pieces(line):
    """Words and numbers in turn, beginning with words."""
    return re.split(r"(\d+)", line)


def add(total, line):
    """The sum of two lines of the same words, as pieces."""
    added = []
    for before, one, other in zip([""] + total, total, line):
        if one.isdigit() and before.endswith("at most "):
            added.append(str(max(int(one), int(other))))
            continue
        keep = not one.isdigit() or re.search(r"seed $|at $", before)
        added.append(one if keep else str(int(one) + int(other)))
    return added


def summed(lines):
    totals = []
    for line in map(pieces, lines):
        for total in totals:
            if total[::2] == line[::2]:
                total[:] = add(total, line)
                break
        else:
            totals.append(line)
    return ["".join(total) for total in totals]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print("; ".join(summed(line.strip() for line in file if line.strip())))
