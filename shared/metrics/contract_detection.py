"""Selects the contract for `GET /analytics/metrics`, which both contracts define, by the query parameters."""

import re
from collections.abc import Iterable

from shared.runtime.dialects import Dialect
from shared.runtime.errors import InvalidRequest

_COMMERCE = {"metric_type", "time_range"}
_FRAUD = {"startDate", "endDate"}


def dialect_of(parameter_names: Iterable[str]) -> Dialect:
    """Return the dialect of the response: the Fraud contract's only if the request follows that contract alone."""
    commerce, fraud = _detect_contracts(parameter_names)
    return Dialect.FRAUD if fraud and not commerce else Dialect.COMMERCE


def require_one_contract(parameter_names: Iterable[str]) -> Dialect:
    """Return the dialect of a request that follows one contract.

    Raises:
        InvalidRequest: the request follows both contracts, or neither.
    """
    commerce, fraud = _detect_contracts(parameter_names)
    if commerce is fraud:
        raise InvalidRequest(
            "This path accepts two kinds of query: send either metric_type and time_range for a business metric, "
            "or startDate and endDate for fraud metrics" + (", not both" if commerce else "")
        )
    return Dialect.FRAUD if fraud else Dialect.COMMERCE


def _detect_contracts(parameter_names: Iterable[str]) -> tuple[bool, bool]:
    names = {re.split(r"[\[.]", name, maxsplit=1)[0] for name in parameter_names}
    return bool(names & _COMMERCE), bool(names & _FRAUD)
