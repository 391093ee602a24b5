"""Snapshots that a caller chooses: the parameter that names them, and the error if one is no longer kept."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from shared.lake.catalog.state import TableState
from shared.runtime.errors import ExpiredSnapshot, FieldError

AS_OF_SNAPSHOTS = "as_of_snapshots"
EXAMPLE = "transactions:7341258034,exchange_rates:998877"

_PAIR = re.compile(r"(?P<table>[a-z_]{1,64}):(?P<snapshot>[0-9]{1,19})", re.ASCII)
_LARGEST_ID = 2**63 - 1


def _read(text: Any) -> Mapping[str, int]:
    """Read pairs of table and snapshot id.

    Raises:
        ValueError: the text has another form; the message states the expected one.
    """
    pairs = [_PAIR.fullmatch(part.strip()) for part in text.split(",")] if isinstance(text, str) else [None]
    found = {pair["table"]: int(pair["snapshot"]) for pair in pairs if pair}
    if not all(pairs) or max(found.values()) > _LARGEST_ID:
        raise ValueError(f"must be pairs of table and snapshot id, e.g. {EXAMPLE}")
    if len(found) < len(pairs):
        raise ValueError("must name each table once")
    return found


_PAIRS = r"^\s*[a-z_]{1,64}:[0-9]{1,19}\s*(,\s*[a-z_]{1,64}:[0-9]{1,19}\s*)*$"
Snapshots = Annotated[Mapping[str, int], PlainValidator(_read), WithJsonSchema({"type": "string", "pattern": _PAIRS})]


def snapshots_field() -> Any:
    """Return the field of the query parameter."""
    return Field(
        default={},
        description="Snapshots at which tables are read, as `table:id` pairs separated by commas: the `snapshots` in "
        "the metadata of an earlier answer give its numbers again, whatever was loaded since. Other tables are read "
        "at their current snapshots. A snapshot that is no longer kept is answered with 410, and what can be read "
        "instead.",
        examples=[EXAMPLE],
    )


def snapshot_errors(chosen: Mapping[str, int], tables: Collection[str], reader: str) -> Iterator[FieldError]:
    """Check that tables with a chosen snapshot are among those that an answer depends on."""
    for name in chosen:
        if name not in tables:
            message = f"{name} is not a table that {reader} depends on; expected one of {', '.join(sorted(tables))}"
            yield FieldError(AS_OF_SNAPSHOTS, message, name)


def expired_snapshot(chosen: Mapping[str, int], states: Mapping[str, TableState], reason: str) -> ExpiredSnapshot:
    """Return the error for chosen snapshots of which one is not kept, by the ids in Athena's reason for the failure.

    Its details list the snapshots of the table that can be read: the current one, and the last of each day.
    """
    expired = {name: snapshot for name, snapshot in chosen.items() if str(snapshot) in reason} or chosen
    return ExpiredSnapshot(
        f"The snapshot of {' or '.join(sorted(expired))} is not kept; choose one of those in the details",
        details={
            "tables": {
                name: {"snapshot": str(snapshot), "available": _available(states.get(name))}
                for name, snapshot in expired.items()
            }
        },
    )


def _available(state: TableState | None) -> dict[str, Any]:
    if state is None or state.snapshot is None:
        return {"by_day": {}}
    return {"current": str(state.snapshot), "by_day": {day: str(each) for day, each in sorted(state.tags.items())}}
