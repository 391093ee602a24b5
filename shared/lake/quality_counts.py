"""The rows of a delivery, counted by the quality checks of their type."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.quality_verdicts import Verdict, failures, first_of_its_key, verdict_on
from shared.quality import checks as say
from shared.quality.checks import Dimension, Standard
from shared.quality.masking import shape, shown
from shared.quality.standards import STANDARDS
from shared.quality.state import MOST_SAMPLES, Count, QualityState
from shared.records.catalogue import SCHEMAS
from shared.records.schema import INGESTED_AT, DataType, RecordSchema
from shared.records.validation import RowError

MOST_SAMPLED = 20
"""Of so many failing checks of a delivery, the most frequent, samples are kept."""

REPEATED, LATE = "repeated_key", "late"


def assess(
    data_type: DataType,
    table: pa.Table,
    errors: Sequence[RowError] = (),
    *,
    cadence: timedelta | None = None,
) -> QualityState:
    """Count a delivery's rows by every check of its type.

    Args:
        data_type: what the rows are.
        table: the valid ones, as `lake.intake` takes them.
        errors: every reason against the others.
        cadence: how often the source delivers, where that is known.
    """
    schema, standard = SCHEMAS[data_type], STANDARDS[data_type]
    broken = dict(_broken(schema, standard, table, cadence))
    counts = {
        **_validity(len(table), errors),
        **_completeness(standard, table),
        **{name: Count(len(verdict) - verdict.null_count, failures(verdict)) for name, verdict in broken.items()},
        **_by_dimension(broken, len(table)),
    }
    kept = {name: count for name, count in counts.items() if count.checked or count.failed}
    samples = _samples_of_rows(schema, standard, table, broken) | _samples_of_errors(errors)
    return QualityState(kept, {name: tuple(sorted(set(samples[name]))) for name in _worst(kept) if name in samples})


def _worst(counts: Mapping[str, Count]) -> list[str]:
    failing = Counter({name: count.failed for name, count in counts.items() if "." in name and count.failed})
    return [name for name, _ in failing.most_common(MOST_SAMPLED)]


def _validity(valid: int, errors: Sequence[RowError]) -> dict[str, Count]:
    rows_by_kind: defaultdict[str, set[int | None]] = defaultdict(set)
    for error in errors:
        rows_by_kind[_kind(error)].add(error.row)
    rejected = len({error.row for error in errors})
    found = {kind: Count(0, len(rows)) for kind, rows in rows_by_kind.items()}
    return {Dimension.VALIDITY.value: Count(valid + rejected, rejected), **found}


def _kind(error: RowError) -> str:
    return f"{Dimension.VALIDITY}.{_field(error)}:{error.code}"


def _field(error: RowError) -> str:
    """Which field of the schema is wrong: what lies inside a map is named by the client."""
    return error.field.split("/")[1] if error.field else "record"


def _completeness(standard: Standard, table: pa.Table) -> dict[str, Count]:
    gaps = {name: table[name].null_count for name in standard.expected}
    found = {f"{Dimension.COMPLETENESS}.{name}": Count(len(table), missing) for name, missing in gaps.items()}
    return {Dimension.COMPLETENESS.value: Count(len(table) * len(gaps), sum(gaps.values())), **found}


def _broken(
    schema: RecordSchema, standard: Standard, table: pa.Table, cadence: timedelta | None
) -> Iterator[tuple[str, Verdict]]:
    """The verdict of every check but those that look at gaps."""
    for dimension, checks in standard.checks:
        for check in checks:
            yield f"{dimension}.{check.name}", verdict_on(check, table)
    yield f"{Dimension.UNIQUENESS}.{REPEATED}", first_of_its_key(schema, table)
    if standard.dated_by is not None:
        window = max(standard.on_time, cadence or timedelta())
        on_time = say.SoonAfter(name=LATE, action="", field=INGESTED_AT, after=standard.dated_by, within=window)
        yield f"{Dimension.TIMELINESS}.{LATE}", verdict_on(on_time, table)


def _by_dimension(broken: Mapping[str, Verdict], rows: int) -> dict[str, Count]:
    """Count rows once in each dimension, however many of its checks they fail."""
    by_dimension: defaultdict[str, list[Verdict]] = defaultdict(list)
    for name, verdict in broken.items():
        by_dimension[name.partition(".")[0]].append(verdict)
    return {dimension: Count(rows, _failing_rows(verdicts)) for dimension, verdicts in by_dimension.items()}


def _failing_rows(verdicts: Sequence[Verdict]) -> int:
    failing = [each for each in verdicts if failures(each)]
    if len(failing) < 2:  # noqa: PLR2004 # nothing to unite
        return sum(map(failures, failing))
    return failures(reduce(pc.and_, (pc.fill_null(each, fill_value=True) for each in failing)))


def _samples_of_rows(
    schema: RecordSchema, standard: Standard, table: pa.Table, broken: Mapping[str, Verdict]
) -> dict[str, list[str]]:
    gaps = {
        f"{Dimension.COMPLETENESS}.{name}": pc.is_valid(table[name])
        for name in standard.expected
        if table[name].null_count
    }
    found = {}
    for name, verdict in (gaps | dict(broken)).items():
        if failures(verdict):
            rows = table.filter(pc.invert(verdict)).slice(0, MOST_SAMPLES)
            told = rows.select(_told_fields(schema, standard, name)).to_pylist()
            found[name] = [_row_sample(schema, row) for row in told]
    return found


def _told_fields(schema: RecordSchema, standard: Standard, name: str) -> list[str]:
    """The key of a row, and what the check compared."""
    dimension, _, inner = name.partition(".")
    declared = {each.name: each for each in (*standard.consistency, *standard.accuracy)}
    compared: Iterable[str] = ()
    if dimension in {Dimension.CONSISTENCY, Dimension.ACCURACY}:
        compared = (
            text for value in vars(declared[inner]).values() for text in _texts(value) if text in schema.by_name
        )
    elif dimension == Dimension.TIMELINESS and standard.dated_by:
        compared = (standard.dated_by,)
    return list(dict.fromkeys([*schema.key, *compared]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (each for each in value if isinstance(each, str))


def _row_sample(schema: RecordSchema, row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={shown(schema.by_name[name], value)}" for name, value in row.items())


def _samples_of_errors(errors: Sequence[RowError]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in errors:
        samples = found[_kind(error)]
        if len(samples) < MOST_SAMPLES:
            samples.append(f"row {error.row}: {_field(error)}={shape(error.rejected_value)}")
    return found
