"""Which files of the tree are checked: those git tracks or would track, so that a new file counts
before it is committed; in a copy without git, all that are not built."""

import pathlib
import subprocess

BUILT = {"build", ".git", "node_modules", "__pycache__"}


def files(root, extensions):
    """Paths relative to `root`, sorted, of the files with one of these extensions."""
    root = pathlib.Path(root)
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    inside = subprocess.run(["git", "-C", str(root), "rev-parse", "--show-toplevel"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0 and pathlib.Path(inside.stdout.strip()) == root.resolve():
        paths = {pathlib.PurePosixPath(line) for line in listed.stdout.splitlines()}
    else:
        paths = {pathlib.PurePosixPath(path.relative_to(root).as_posix())
                 for path in root.rglob("*")}
    return sorted(path for path in paths
                  if path.suffix in extensions and not BUILT.intersection(path.parts)
                  and (root / path).is_file())
