"""Models shared by the responses of queries: the time range and the metadata of the result."""

from pydantic import Field

from shared.runtime.models import Model, Optional, Timestamp


class TimeRange(Model):
    """A half-open range of time."""

    start: Timestamp = Field(description="Start of the range, inclusive.", examples=["2025-01-01T00:00:00Z"])
    end: Timestamp = Field(description="End of the range, exclusive.", examples=["2025-02-01T00:00:00Z"])


class QueryMetadata(Model):
    """Provenance and freshness of the result."""

    total_records: int = Field(
        description="Number of source records: sale lines, stock records or events.", examples=[35147]
    )
    query_time_ms: float = Field(description="Processing time in milliseconds.", examples=[412.7])
    cache_hit: bool = Field(
        description="Whether the result came from the cache, where it is kept until data of its months change."
    )
    data_freshness: Timestamp = Field(
        description="Watermark: every live source has delivered up to this time. A source is live if its records "
        "usually arrive within two cadences and its next delivery is not overdue. If no source is live, the time of "
        "the latest record; 1970-01-01T00:00:00Z without any.",
        examples=["2025-02-01T09:30:00Z"],
    )
    stale_sources: Optional[list[str]] = Field(
        default=None,
        description="Sources whose next delivery is overdue; they do not hold `data_freshness` back. Omitted if none "
        "is.",
        examples=[["till-london"]],
    )
    excluded_records: int = Field(
        description="Lines whose amounts are left out because no exchange rate is known for their currency and day; "
        "counts of lines include them.",
        examples=[0],
    )
    provisional: bool = Field(
        description="Whether the range extends past `data_freshness`, or rows for it are accepted but not merged yet, "
        "or it has records that were not compared yet with those received before the identity horizon, of which some "
        "may be repetitions."
    )
    snapshots: dict[str, str] = Field(
        description="Snapshot of each table that the result depends on, at its computation; tables without data are "
        "omitted. As `as_of_snapshots` they give the same numbers again.",
        examples=[{"transactions": "7341258034", "exchange_rates": "998877"}],
    )
