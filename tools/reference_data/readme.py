"""Writes deploy/england/README.md: the words from its template, the counts from the data."""

import string
from collections import Counter
from pathlib import Path

import check_figures
import collection
import columns
import minutes
import reference
import returns

TEMPLATE = Path(__file__).parent / "england_readme.md.template"


def _months(count):
    return f"{count} month" if count == 1 else f"{count} months"


def _period_text(provider):
    if provider.last_period is None:
        return f"from {provider.first_period}, still reporting"
    return f"{provider.first_period} to {provider.last_period}"


def write_readme(months, providers, lists, data_folder):
    """Text of the README."""
    by_list = Counter(provider.icb_list for provider in providers)
    unplaced = [provider for provider in providers if not provider.icb_code]
    gaps = [provider for provider in providers if provider.missing_periods]
    known = collection.known_holes(providers, lists)
    used_icbs = {provider.icb_code for provider in providers}
    published = check_figures.published_periods(data_folder)
    held = check_figures.remove_not_collected(published, data_folder)
    breaks = check_figures.rule_breaks(published)
    region_of = lists.regions
    values = {
        "providers": len(providers),
        "months": len(months),
        "returns": sum(len(month.rows) for month in months),
        "first": months[0].period,
        "last": months[-1].period,
        "icbs": len(lists.icbs),
        "icbs_without_provider": _list(sorted(set(lists.icbs) - used_icbs)),
        "regions": len(lists.regions),
        "by_provider_list": by_list[reference.PROVIDER_LIST],
        "by_trust_list": by_list[reference.TRUST_LIST],
        "trust_list_codes": _codes(providers, reference.TRUST_LIST),
        "by_vintage_list": by_list[reference.VINTAGE_LIST],
        "vintage_list_codes": _codes(providers, reference.VINTAGE_LIST),
        "disagreements": _list(_disagreements(providers, lists)),
        "unplaced": len(unplaced),
        "unplaced_rows": "\n".join(
            f"| {p.code} | {p.name} | {region_of[p.region_code]} | {_period_text(p)} |"
            for p in unplaced
        ),
        "overruled": sum(provider.overruled_region_code is not None for provider in providers),
        "open_frames": sum(provider.last_period is None for provider in providers),
        "closed_frames": sum(provider.last_period is not None for provider in providers),
        "gap_providers": len(gaps),
        "gap_months": sum(len(provider.missing_periods) for provider in gaps),
        "gap_rows": "\n".join(
            f"| {p.code} | {p.name} | {_months(len(p.missing_periods))}: "
            f"{', '.join(p.missing_periods)} |"
            for p in gaps
        ),
        "holes": len(known),
        "hole_last": max(hole.to_period for hole in known),
        "hole_returns": held,
        "dropped_holes": _list(h.organisation for h in lists.not_collected if h not in known),
        "item": columns.NOT_COLLECTED_ITEM,
        "type1_providers": sum(p.first_type_1_period is not None for p in providers),
        "window_rows": "\n".join(_window_rows()),
        "minutes_rows": "\n".join(_minutes_rows()),
    }
    for rule, broken in breaks.items():
        values[f"{rule}_returns"] = len(broken)
        values[f"{rule}_codes"] = _list(sorted({code for _, code in broken}))
    return string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values)


# What each window is taken from.
WINDOW_SOURCES = {
    "MSitAE": "published windows of 2022; revised half a year later",
    "DM01": "assumed; commissioners sign within 10 working days",
    "RTT": "assumed; commissioners sign within 10 working days",
    "KH03": "published windows of 2021/22",
    "CWT": "the return behind it: 25 working days",
    "PFR": "working day 10 to 12",
    "PWR": "working day 10 to 15",
    "COUNCIL-CARE": "illustrative",
}


def _window_rows():
    windows = {collection.COLLECTION_CODE: collection.WINDOW}
    windows.update((one.code, one.window) for one in returns.RETURNS.values())
    for code, source in WINDOW_SOURCES.items():
        window = windows.pop(code)
        refresh = window.refresh or "none"
        yield f"  | `{code}` | {window.due} | {refresh} | {window.close} | {source} |"
    assert not windows


def _minutes_rows():
    for code in minutes.MINUTES:
        whole, items = minutes.of_return(code)
        hours, rest = divmod(whole + items, 60)
        yield f"  | `{code}` | {whole} | {items} | {hours} h {rest:02} min |"


def _codes(providers, list_name):
    return _list(provider.code for provider in providers if provider.icb_list == list_name)


def _disagreements(providers, lists):
    """Codes to which the first two lists give different ICBs."""
    first, second = (lists.icb_lists[n] for n in (reference.PROVIDER_LIST, reference.TRUST_LIST))
    for code in (provider.code for provider in providers):
        if code in first and second.get(code, first[code]) != first[code]:
            yield code


def _list(texts):
    return ", ".join(texts) or "none"
