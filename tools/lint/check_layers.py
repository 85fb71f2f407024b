"""Checks every #include against the layers of layers.py.

CMake cannot: all headers of the system lie in one folder, and all of ours under one root."""

import argparse
import pathlib
import re
import sys

import layers
import source_tree

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def includes_of(text):
    """(line number, included path) of each include."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def matches(patterns, group, path):
    return any(re.fullmatch(pattern.replace("{1}", re.escape(group)), path)
               for pattern in patterns)


def fault(path, include):
    """Why `path` may not include `include`; None when it may."""
    for files, verb, patterns, why in layers.RULES:
        found = re.fullmatch(files, path)
        group = found.group(1) if found and found.re.groups and found.group(1) else ""
        listed = matches(patterns, group, include)
        if verb == "home":
            broken = listed and not found
        else:
            broken = bool(found) and listed == (verb == "never")
        if broken:
            return why
    return None


def library_order(root):
    """Name to place, from the foreach of common/CMakeLists.txt."""
    file = root / layers.LIBRARY_ORDER_FILE
    if not file.is_file():
        return {}
    found = re.search(r"foreach\(library ([^)]*)\)", file.read_text())
    if not found:
        return {}
    return {name: place for place, name in enumerate(found.group(1).split())}


def order_fault(path, include, order):
    """Why a library of common/ may not use another; None when it may."""
    own = re.match(r"common/([^/]+)/", path)
    other = re.match(r"common/([^/]+)/", include)
    # A test may use whatever helps to test.
    if not own or not other or path.endswith("_test.cc") or "/testing" in path:
        return None
    if own.group(1) not in order or other.group(1) not in order:
        return f"{layers.LIBRARY_ORDER_FILE} does not list one of the two libraries"
    if order[other.group(1)] > order[own.group(1)]:
        return (f"{other.group(1)} comes after {own.group(1)} in {layers.LIBRARY_ORDER_FILE}: "
                "a library uses only those before it")
    return None


def check(root):
    """One line for every wrong include."""
    root = pathlib.Path(root)
    order = library_order(root)
    faults = []
    for path in source_tree.files(root, {".h", ".cc"}):
        text = (root / path).read_text(encoding="utf-8")
        for number, include in includes_of(text):
            why = fault(str(path), include) or order_fault(str(path), include, order)
            if why:
                faults.append(f"{path}:{number}: may not include \"{include}\": {why}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", help="root of the source tree")
    faults = check(parser.parse_args().root)
    print("\n".join(faults) or "every include is within its layer")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
