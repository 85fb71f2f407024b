"""Checks every text protobuf file of a folder against the project's messages, with protoc."""

import subprocess
from pathlib import Path

MESSAGE = "onereturn.config.v1.DefinitionSet"
FILE = "onereturn/config/v1/definitions.proto"


def faults_of(folder, proto_folder, protoc):
    """Words for every file that is not a DefinitionSet, and the number of files looked at."""
    paths = sorted(Path(folder).rglob("*.textproto"))
    faults = []
    for path in paths:
        command = [protoc, f"--encode={MESSAGE}", "-I", str(proto_folder), FILE]
        outcome = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=False)
        if outcome.returncode != 0:
            faults.append(f"{path}: {outcome.stderr.decode(errors='replace').strip()}")
    return faults, len(paths)
