"""A question about data quality: validated, in UTC."""

from dataclasses import dataclass
from datetime import datetime

from shared.records.schema import DataType
from shared.runtime.paging import Order


@dataclass(frozen=True, kw_only=True)
class QualityQuestion:
    """The source, the data type, and the half-open range of receipt, which covers every hour that it overlaps.

    With a `size`, only the reports of one page are asked for; score and trend are always those of all. `sort` is the
    order of the reports; by default by source and data type.
    """

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: DataType | None = None
    page: int = 0
    size: int | None = None
    sort: Order | None = None
