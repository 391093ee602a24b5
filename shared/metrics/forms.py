"""Whose request it is: both contracts define `GET /analytics/metrics`, and the parameters tell (resolutions § 1)."""

import re
from collections.abc import Iterable

from shared.runtime.dialects import Dialect
from shared.runtime.errors import InvalidRequest

_COMMERCE = {"metric_type", "time_range"}
_FRAUD = {"startDate", "endDate"}


def contract_of(parameter_names: Iterable[str]) -> Dialect:
    """Tell which contract a request follows.

    Raises:
        InvalidRequest: it follows both, or neither.
    """
    names = {re.split(r"[\[.]", name, maxsplit=1)[0] for name in parameter_names}
    commerce, fraud = bool(names & _COMMERCE), bool(names & _FRAUD)
    if commerce is fraud:
        raise InvalidRequest(
            "This path has two forms; send either metric_type and time_range for a business metric, "
            "or startDate and endDate for fraud metrics" + (", not both" if commerce else "")
        )
    return Dialect.COMMERCE if commerce else Dialect.FRAUD
