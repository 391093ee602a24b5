"""Evaluates the quality checks of a data type over the rows of a delivery."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.quality.checks import Mask, evaluate, failures, key_counts
from shared.lake.quality.samples import REPEATED, CheckedRows, kind_of, samples_of_errors
from shared.quality import checks as say
from shared.quality.check_suites import STANDARDS
from shared.quality.checks import CheckSuite, QualityDimension
from shared.quality.state import Count, QualityCounts
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import RowError

MOST_SAMPLED = 20
"""Samples are kept for this number of failing checks, the most frequent ones."""

LATE = "late"


def assess(
    data_type: DataType,
    table: pa.Table,
    errors: Sequence[RowError] = (),
    *,
    waiting: int = 0,
    cadence: timedelta | None = None,
) -> QualityCounts:
    """Count the rows of a delivery by every check of its type.

    Args:
        data_type: the data type of the rows.
        table: the valid rows as columns.
        errors: the errors of the invalid rows.
        waiting: the number of further rows, which wait for another record and have no known fault. Each dimension
            counts them among its rows, so that a few faults do not appear as the share of the few rows that are left.
        cadence: the expected interval between deliveries of the source, if configured.
    """
    schema, standard = SCHEMAS[data_type], STANDARDS[data_type]
    keys, rows = key_counts(schema, table), len(table) + waiting
    masks = dict(_evaluate_all(standard, table, cadence))
    counts = {
        **_validity(rows, errors),
        **_completeness(standard, table, rows),
        **_uniqueness(rows, len(table) - len(keys)),
        **{name: _count(mask, wrong=name in standard.errors) for name, mask in masks.items()},
        **_by_dimension(masks, standard.errors, rows),
    }
    non_empty = {name: count for name, count in counts.items() if count.checked or count.failed}
    return QualityCounts(
        non_empty, dict(_samples(CheckedRows(schema, standard, table, keys, masks), errors, non_empty))
    )


def failed_checks(
    data_type: DataType, table: pa.Table, *, cadence: timedelta | None = None
) -> Mapping[int, Sequence[str]]:
    """Return the checks of single rows that each valid row fails, by the position of the row in the table.

    A check is named with its dimension, as in quality reports, followed by what to do about it.
    """
    standard = STANDARDS[data_type]
    actions = {f"{dimension}.{check.name}": check.action for dimension, checks in standard.checks for check in checks}
    found: defaultdict[int, list[str]] = defaultdict(list)
    failed = ((name, mask) for name, mask in _evaluate_all(standard, table, cadence) if failures(mask))
    for name, mask in failed:
        for row in pc.indices_nonzero(pc.invert(pc.fill_null(mask, fill_value=True))).to_pylist():
            found[row].append(f"{name} ({actions[name]})" if name in actions else name)
    return found


def _samples(
    rows: CheckedRows, errors: Sequence[RowError], counts: Mapping[str, Count]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield samples of the checks with the most failing rows."""
    failed = Counter({name: count.failed for name, count in counts.items() if "." in name and count.failed})
    rejected = samples_of_errors(errors)
    for name, _ in failed.most_common(MOST_SAMPLED):
        found = rejected[name] if name in rejected else rows.samples(name)
        yield name, tuple(sorted(set(found)))


def _validity(valid: int, errors: Sequence[RowError]) -> dict[str, Count]:
    rows_by_kind: defaultdict[str, set[int | None]] = defaultdict(set)
    for error in errors:
        rows_by_kind[kind_of(error)].add(error.row)
    rejected = len({error.row for error in errors})
    found = {kind: Count(0, len(rows), len(rows)) for kind, rows in rows_by_kind.items()}
    return {QualityDimension.VALIDITY.value: Count(valid + rejected, rejected, rejected), **found}


def _completeness(standard: CheckSuite, table: pa.Table, rows: int) -> dict[str, Count]:
    gaps = {name: table[name].null_count for name in standard.expected}
    found = {f"{QualityDimension.COMPLETENESS}.{name}": Count(len(table), missing) for name, missing in gaps.items()}
    return {QualityDimension.COMPLETENESS.value: Count(rows * len(gaps), sum(gaps.values())), **found}


def _uniqueness(rows: int, repeated: int) -> dict[str, Count]:
    count = Count(rows, repeated)
    return {QualityDimension.UNIQUENESS.value: count, f"{QualityDimension.UNIQUENESS}.{REPEATED}": count}


def _evaluate_all(standard: CheckSuite, table: pa.Table, cadence: timedelta | None) -> Iterator[tuple[str, Mask]]:
    """Yield the mask of every check of single rows."""
    for dimension, checks in standard.checks:
        for check in checks:
            yield f"{dimension}.{check.name}", evaluate(check, table)
    if standard.dated_by is not None:
        window = max(standard.on_time, cadence or timedelta())
        on_time = say.SoonAfter(name=LATE, action="", field=INGESTED_AT, after=standard.dated_by, within=window)
        yield f"{QualityDimension.TIMELINESS}.{LATE}", evaluate(on_time, table)


def _count(mask: Mask, *, wrong: bool) -> Count:
    failed = failures(mask)
    return Count(len(mask) - mask.null_count, failed, failed if wrong else 0)


def _by_dimension(masks: Mapping[str, Mask], wrongs: Collection[str], rows: int) -> dict[str, Count]:
    """Count a row once in each dimension, however many of its checks fail."""
    of_dimension: defaultdict[str, list[str]] = defaultdict(list)
    for name in masks:
        of_dimension[name.partition(".")[0]].append(name)
    return {
        dimension: Count(
            rows,
            _failing_rows(masks[name] for name in names),
            _failing_rows(masks[name] for name in names if name in wrongs),
        )
        for dimension, names in of_dimension.items()
    }


def _failing_rows(masks: Iterable[Mask]) -> int:
    failing = [each for each in masks if failures(each)]
    if len(failing) < 2:  # noqa: PLR2004 # nothing to unite
        return sum(map(failures, failing))
    return failures(reduce(pc.and_, (pc.fill_null(each, fill_value=True) for each in failing)))
