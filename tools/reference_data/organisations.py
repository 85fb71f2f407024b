"""Writes organisations.textproto: nation, regions, ICBs, providers; parents first."""

from text_proto import Writer, plain_field, text_field

NATIONAL_BODY_CODE = "X24"
NATIONAL_BODY_NAME = "NHS England"
# First day of the 42 ICBs.
ICB_DAY = "2022-07-01"
# First day of the seven regions.
REGION_DAY = "2019-04-01"
# Providers count in the nation's figures from here on: the first day of any period that is held.
NATION_DAY = "2016-04-01"
NO_ICB_NOTE = "no ICB recorded"


def _start(writer, code, name, kind, open_date=""):
    writer.open("organisations")
    writer.text("code", code)
    writer.text("display_name", name)
    writer.plain("type", f"ORGANISATION_TYPE_{kind}")
    if open_date:
        writer.text("open_date", open_date)


def _relationship(writer, kind, parent, from_date):
    writer.inline(
        "relationships",
        plain_field("kind", f"RELATIONSHIP_KIND_{kind}"),
        text_field("parent", parent),
        text_field("from_date", from_date),
        plain_field("lead", "true"),
    )


def write_organisations(providers, reference):
    """Text of organisations.textproto."""
    writer = Writer(
        [
            "The national body, 7 regions, 42 ICBs and every provider of the monthly A&E files.",
            "Written by tools/reference_data; change the tool, not this file.",
        ]
    )
    _start(writer, NATIONAL_BODY_CODE, NATIONAL_BODY_NAME, "NATIONAL_BODY")
    writer.close()
    for code, name in sorted(reference.regions.items()):
        _start(writer, code, name, "REGION")
        _relationship(writer, "REGION_TO_NATION", NATIONAL_BODY_CODE, REGION_DAY)
        writer.close()
    for code, icb in sorted(reference.icbs.items()):
        _start(writer, code, icb.name, "ICB", ICB_DAY)
        _relationship(writer, "ICB_TO_REGION", icb.region_code, ICB_DAY)
        writer.close()
    for provider in providers:
        _start(writer, provider.code, provider.name, "PROVIDER")
        if provider.icb_code:
            _relationship(writer, "PROVIDER_TO_ICB", provider.icb_code, ICB_DAY)
        _relationship(writer, "PROVIDER_TO_REGION", provider.region_code, REGION_DAY)
        _relationship(writer, "PROVIDER_TO_NATION", NATIONAL_BODY_CODE, NATION_DAY)
        if not provider.icb_code:
            writer.text("note", NO_ICB_NOTE)
        writer.close()
    return writer.content()
