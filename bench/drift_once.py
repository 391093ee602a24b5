"""Computes the drift of all features once from copies of the roll-up, and prints its seconds and megabytes as JSON."""

import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import orjson

from bench.memory import peak_megabytes
from shared.drift.baseline import Baseline, BaselineSource
from shared.drift.comparison import compare
from shared.drift.profile import read_profiles
from shared.drift.response import asked_features, drift_metrics

_PROFILES = """
    WITH by_day AS (
        SELECT dt, feature, model_version, kind, bucket,
            SUM(decisions) FILTER (WHERE dt >= '{middle}') AS decisions, SUM(weight) AS weight,
            SUM(decisions) FILTER (WHERE dt < '{middle}' AND half = 'even') AS even,
            SUM(decisions) FILTER (WHERE dt < '{middle}' AND half = 'odd') AS odd
        FROM read_parquet('{files}') GROUP BY ALL
    )
    SELECT feature, model_version, kind, bucket, SUM(weight)::BIGINT AS weight,
        '[' || concat_ws('|', '', COALESCE(SUM(decisions), 0), COALESCE(SUM(even), 0), COALESCE(SUM(odd), 0),
            COALESCE(string_agg(date_diff('day', DATE '{middle}', dt::DATE) || ':' || decisions, ' ')
                FILTER (WHERE decisions > 0), '')) || ']' AS counts
    FROM by_day GROUP BY ALL
"""


def main(directory: Path, middle: date, threads: int) -> dict[str, Any]:
    """Compare the days from one on with those before it."""
    connection = duckdb.connect(config={"threads": threads})
    started = perf_counter()
    cursor = connection.execute(_PROFILES.format(middle=middle.isoformat(), files=directory / "*.parquet"))
    names = [column[0] for column in cursor.description or ()]
    found = read_profiles(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    start = datetime.combine(middle, time(), UTC)
    baseline = Baseline(source=BaselineSource.PRECEDING, model_version="model-1", start=start, end=start)
    compared = compare(found, baseline, found.before, middle)
    metrics = drift_metrics(compared, asked_features(compared, []))
    seconds = perf_counter() - started
    if [each.feature_name for each in metrics if each.drift_detected] != ["number_0"]:
        raise ValueError("the drifted feature, or it alone, was not found")
    return {"seconds": seconds, "megabytes": peak_megabytes()}


if __name__ == "__main__":
    print(orjson.dumps(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), int(sys.argv[3]))).decode())
