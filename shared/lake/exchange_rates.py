"""Reference rates as the object that Athena reads."""

from typing import TYPE_CHECKING

import pyarrow as pa

from shared.lake.columns import write_parquet
from shared.lake.tables import EXCHANGE_RATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.currency.spans import Span

KEY = f"{EXCHANGE_RATES.prefix}rates.parquet"
_SCHEMA = pa.schema(
    [
        ("reporting_currency", pa.string()),
        ("currency", pa.string()),
        ("valid_from", pa.string()),
        ("valid_before", pa.string()),
        ("rate", pa.decimal128(38, 15)),
    ]
)


def written(reporting_currency: str, spans: "Sequence[Span]") -> bytes:
    """Write what currencies are worth in the reporting currency, in the order given."""
    columns = {name: [getattr(span, name) for span in spans] for name in _SCHEMA.names[1:]}
    return write_parquet(pa.table({"reporting_currency": [reporting_currency] * len(spans), **columns}, schema=_SCHEMA))
