"""Command line of the tool: write, check, validate."""

import sys

sys.dont_write_bytecode = True  # The source tree stays clean.

import argparse
from pathlib import Path

import check_figures
import collection
import demonstration
import organisations
import providers
import published
import readme
import reference
import returns
import validate

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORK = "england/cqc_integrated_care_systems.textproto"

EXAMPLES = """\
examples:
  Write deploy/england and deploy/demo again from a folder of published files:
    python3 tools/reference_data write ../shared/data
  Compute England's figures from the published files and compare them with the known answers:
    python3 tools/reference_data check ../shared/data
  The same from deploy/demo alone:
    python3 tools/reference_data check --demonstration
  Check every definition under deploy/ against the project's messages:
    python3 tools/reference_data validate
"""


def write(data_folder, deploy_folder):
    """Writes both folders; the same data gives the same bytes. Returns the number of files."""
    deploy = Path(deploy_folder)
    months = published.read_months(data_folder)
    lists = reference.read_reference(data_folder)
    known = providers.read_providers(months, lists)
    framework = (deploy / FRAMEWORK).read_text(encoding="utf-8")
    texts = {
        "england/organisations.textproto": organisations.write_organisations(known, lists),
        "england/msitae.textproto": collection.write_collection(known, lists),
        "england/README.md": readme.write_readme(months, known, lists, data_folder),
        **returns.write_returns(),
        "demo/expected.csv": demonstration.write_expected(months),
        "demo/cqc_ics_demonstration.textproto": demonstration.write_rated_framework(framework),
    }
    for month in months:
        name = f"demo/{demonstration.file_name(month.period)}"
        texts[name] = demonstration.write_month(month, lists)
    for name, text in texts.items():
        path = deploy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return len(texts)


def _run_write(arguments):
    count = write(arguments.data, arguments.deploy)
    print(f"{count} files written under {arguments.deploy}")
    return []


def _run_check(arguments):
    if arguments.demonstration:
        return check_figures.check_demonstration(arguments.deploy / "demo", print)
    if arguments.data is None:
        return ["name the folder of published files, or give --demonstration"]
    return check_figures.check_published(arguments.data, print)


def _run_validate(arguments):
    faults, count = validate.faults_of(arguments.deploy, arguments.proto, arguments.protoc)
    print(f"{count} files of definitions, {len(faults)} with faults")
    return faults if count else [f"no definitions under {arguments.deploy}"]


def _parser():
    parser = argparse.ArgumentParser(
        prog="reference_data",
        description="Writes and checks the definitions of England and the demonstration set.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name, run, words):
        command = commands.add_parser(
            name,
            help=words,
            description=words,
            epilog=EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=run)
        command.add_argument(
            "--deploy", type=Path, default=ROOT / "deploy", help="folder of definitions (deploy/)"
        )
        return command

    add("write", _run_write, "write deploy/england and deploy/demo").add_argument(
        "data", type=Path, help="folder with ae-monthly-2022-24/ and reference/"
    )
    check = add("check", _run_check, "compute England's figures and compare them")
    check.add_argument("data", type=Path, nargs="?", help="folder with the published files")
    check.add_argument(
        "--demonstration", action="store_true", help="compute from deploy/demo instead"
    )
    checked = add("validate", _run_validate, "check the definitions with protoc")
    checked.add_argument("--proto", type=Path, default=ROOT / "proto", help="folder of messages")
    checked.add_argument("--protoc", default="protoc", help="the protoc to use")
    return parser


def main():
    """Runs one command. 0: all is well; 1: something is not as it must be; 2: it cannot be told."""
    arguments = _parser().parse_args()
    try:
        faults = arguments.run(arguments)
    except (published.DataError, check_figures.FigureError, OSError) as error:
        print(f"reference_data: {error}", file=sys.stderr)
        return 2
    for fault in faults:
        print(f"reference_data: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
