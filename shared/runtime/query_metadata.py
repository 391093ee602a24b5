"""Models shared by the responses of queries: the time range and the metadata of the result."""

from pydantic import Field

from shared.runtime.models import Model, Timestamp


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
        description="Watermark: every active source has delivered up to this time; 1970-01-01T00:00:00Z if none has.",
        examples=["2025-02-01T09:30:00Z"],
    )
    excluded_records: int = Field(
        description="Lines excluded because no exchange rate is known for their currency and day.", examples=[0]
    )
    provisional: bool = Field(
        description="Whether the range extends past `data_freshness`, so that more data may arrive."
    )
    snapshots: dict[str, str] = Field(
        description="Snapshot of each table that the result depends on, at its computation; tables without data are "
        "omitted. As `as_of_snapshots` they give the same numbers again.",
        examples=[{"transactions": "7341258034", "exchange_rates": "998877"}],
    )
