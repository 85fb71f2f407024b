"""Readable names from the capitals of the published files."""

import re

# Written in capitals also in a readable name.
CAPITALS = frozenset(
    "CCG CIC DHU EA GP LLP LLR MIU NHS OOH PHL QMS UCC UTC WAM WIC".split()
)
# Written small, except at the start of a name.
SMALL = frozenset("and at for in of on the to upon with".split())

_WORD = re.compile(r"[A-Z][A-Z']*")


def readable(name):
    """"THE ROYAL WOLVERHAMPTON NHS TRUST" to "The Royal Wolverhampton NHS Trust".

    A name that is not all in capitals is taken as it is.
    """
    if name != name.upper():
        return name

    def word(match):
        text = match.group()
        before = name[: match.start()]
        starts = not before.strip() or before.endswith((" - ", "("))
        if text in CAPITALS:
            return text
        if text.lower() in SMALL and not starts:
            return text.lower()
        return text[0] + text[1:].lower()

    return _WORD.sub(word, name)
