"""A question about quality, as every later step sees it: checked, in UTC."""

from dataclasses import dataclass
from datetime import datetime

from shared.records.schema import DataType


@dataclass(frozen=True, kw_only=True)
class QualityQuestion:
    """Whose deliveries, of which type, received when: in the hours that a half-open range touches."""

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: DataType | None = None
