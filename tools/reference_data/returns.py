"""The returns besides monthly A&E: by the name of their file under deploy/england."""

from beds import BEDS
from cancer import CANCER_WAITS
from definitions import write_return
from diagnostics import DIAGNOSTICS
from other_returns import COUNCIL, FINANCE, WORKFORCE
from waiting_times import WAITING_TIMES

RETURNS = {
    "cancer_waits": CANCER_WAITS,
    "council_care": COUNCIL,
    "dm01": DIAGNOSTICS,
    "kh03": BEDS,
    "provider_finance": FINANCE,
    "provider_workforce": WORKFORCE,
    "rtt": WAITING_TIMES,
}


def write_returns():
    """Path below deploy/ to text. Needs no data: the same code gives the same bytes."""
    return {
        f"england/{name}.textproto": write_return(definition)
        for name, definition in RETURNS.items()
    }
