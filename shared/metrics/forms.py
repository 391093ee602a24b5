"""Whose request it is: both contracts define `GET /analytics/metrics`, and the parameters tell (resolutions § 1)."""

import re
from collections.abc import Iterable

from shared.runtime.errors import InvalidRequest, Unprocessable

_COMMERCE = {"metric_type", "time_range"}
_FRAUD = {"startDate", "endDate"}


class FraudMetricsLater(Unprocessable):
    """A request in the form of the fraud contract, which is not answered yet; it is told so in that dialect."""


def require_commerce(parameter_names: Iterable[str]) -> None:
    """Let only requests in the form of the Commerce contract pass.

    Raises:
        InvalidRequest: the request follows both contracts, or neither.
        FraudMetricsLater: it follows the fraud contract.
    """
    names = {re.split(r"[\[.]", name, maxsplit=1)[0] for name in parameter_names}
    commerce, fraud = bool(names & _COMMERCE), bool(names & _FRAUD)
    if commerce is fraud:
        raise InvalidRequest(
            "This path has two forms; send either metric_type and time_range for a business metric, "
            "or startDate and endDate for fraud metrics" + (", not both" if commerce else "")
        )
    if fraud:
        raise FraudMetricsLater(
            "Fraud metrics are not answered yet; business metrics are: send metric_type and time_range instead"
        )
