"""The lists of organisations, and the one place that decides which ICB a provider belongs to."""

import csv
from dataclasses import dataclass
from pathlib import Path

from published import DataError

FOLDER = "reference"
PROVIDER_LIST = "ref_provider_icb_region.csv"
TRUST_LIST = "ref_etr_2025-07.csv"
VINTAGE_LIST = "trusts_2022_vintage.csv"
NO_LIST = ""


@dataclass(frozen=True)
class Icb:
    """An integrated care board of July 2022 to March 2026."""

    code: str
    name: str
    region_code: str


@dataclass(frozen=True)
class NotCollected:
    """Months, inclusive, in which an organisation did not collect its four-hour figures."""

    organisation: str
    from_period: str
    to_period: str
    reason: str

    def holds(self, organisation, period):
        return organisation == self.organisation and self.from_period <= period <= self.to_period


@dataclass(frozen=True)
class Reference:
    """Everything the reference lists say."""

    # Code to name.
    regions: dict
    # Code to Icb.
    icbs: dict
    # List's file name to {provider code: ICB code}, in the order in which the lists are asked.
    icb_lists: dict
    not_collected: tuple

    def icb_of(self, provider):
        """(ICB code, file name of the list that says so), or (None, NO_LIST)."""
        for name, entries in self.icb_lists.items():
            if provider in entries:
                return entries[provider], name
        return None, NO_LIST

    def region_code(self, text):
        """Code of a region as any of the files writes it. Raises DataError."""
        plain = " ".join(text.split()).upper()
        plain = plain.removeprefix("NHS ENGLAND ").removesuffix(" COMMISSIONING REGION")
        for code, name in self.regions.items():
            if name.upper() == plain:
                return code
        raise DataError(f"region {text!r} is none of {sorted(self.regions.values())}")


def _rows(folder, name):
    with open(folder / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _fold(code):
    """Codes in the lists, not in the returns, may be in lower case or carry a blank."""
    return code.strip().upper()


def _icb_list(folder, name, code_field, icb_field, icbs):
    """Provider to ICB, from rows that name exactly one known ICB. A contradiction is an error."""
    entries = {}
    for row in _rows(folder, name):
        named = [icb.strip() for icb in row[icb_field].split(";") if icb.strip()]
        if len(named) != 1 or named[0] not in icbs:
            continue
        code = _fold(row[code_field])
        if entries.setdefault(code, named[0]) != named[0]:
            raise DataError(f"{name}: {code} stands under {entries[code]} and under {named[0]}")
    return entries


def read_reference(data_folder):
    """Reads the lists. Raises DataError."""
    folder = Path(data_folder) / FOLDER
    regions = {
        row["NHS_ENGLAND_REGION_CODE"]: row["NHS_ENGLAND_REGION_NAME"]
        for row in _rows(folder, "ref_nhs_regions.csv")
    }
    icbs = {
        row["icb_ods_code"]: Icb(row["icb_ods_code"], row["icb_name"], row["region_code"])
        for row in _rows(folder, "icbs_2022_2026.csv")
    }
    for icb in icbs.values():
        if icb.region_code not in regions:
            raise DataError(f"ICB {icb.code}: region {icb.region_code} is on no list")
    not_collected = tuple(
        NotCollected(row["org_code"], row["from"], row["to"], row["reason"])
        for row in _rows(folder, "ae_four_hour_not_collected.csv")
    )
    icb_lists = {
        PROVIDER_LIST: _icb_list(folder, PROVIDER_LIST, "org_code", "icb_code", icbs),
        TRUST_LIST: _icb_list(folder, TRUST_LIST, "org_code", "icb_code", icbs),
        VINTAGE_LIST: _icb_list(folder, VINTAGE_LIST, "trust_ods_code", "icb_ods_codes", icbs),
    }
    return Reference(regions, icbs, icb_lists, not_collected)
