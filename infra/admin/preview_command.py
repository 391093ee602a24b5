"""The command that shows what would become of a file: `./tally preview FILE`; it needs no running platform."""

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.local.terminal import JsonOption, echo, echo_json, echo_table
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.ingestion.preview.models import PreviewRequest, PreviewResponse
    from shared.ingestion.preview.previewer import Previewer

EPILOG = "Examples: `./tally preview orders.csv`, `./tally preview sales.csv.gz --mapping mapping.json --json`"

_SHOWN_FIELDS = 8
_SHOWN_ERRORS = 10
FileArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="File to preview.", show_default=False)
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", exists=True, dir_okay=False, readable=True, help="JSON file with the mapping to try."),
]
TypeOption = Annotated[DataType | None, typer.Option("--data-type", help="Type of the records (default: guessed).")]
PresetOption = Annotated[str | None, typer.Option("--preset", help="Known export to read the file as.")]


def preview(
    file: FileArgument,
    *,
    mapping: MappingOption = None,
    data_type: TypeOption = None,
    preset: PresetOption = None,
    json: JsonOption = False,
) -> None:
    """Show how a file is written, what would be loaded and rejected, and a suggested mapping; store nothing.

    The first megabyte is read. Exit code 1 if no row would be loaded.
    """
    found = _previewer().preview(_request(file, mapping, data_type, preset))
    if json:
        echo_json(found.model_dump(mode="json", exclude_none=True))
    else:
        _show(file.name, found)
    if not found.valid_rows:
        raise typer.Exit(code=1)


def _request(file: Path, mapping: Path | None, data_type: DataType | None, preset: str | None) -> "PreviewRequest":
    from shared.ingestion.preview.models import LARGEST_CONTENT, PreviewRequest  # noqa: PLC0415 - not for --help
    from shared.runtime import strict_json  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.errors import InvalidRequest  # noqa: PLC0415 - not on the path of --help

    with file.open("rb") as opened:
        content = opened.read(LARGEST_CONTENT)
    chosen: dict[str, Any] = {"preset": preset} if preset else {}
    if mapping is not None:
        try:
            chosen = {**strict_json.loads(mapping.read_bytes()), **chosen}
        except (ValueError, TypeError) as error:
            raise InvalidRequest(f"{mapping}: {error}") from None
    body = {"content": base64.b64encode(content).decode(), "data_type": data_type, "mapping": chosen or None}
    try:
        return PreviewRequest.model_validate(body)
    except ValueError as error:
        raise InvalidRequest(f"The mapping is invalid: {error}") from None


def _previewer() -> "Previewer":
    from shared.ingestion.preview.previewer import Previewer  # noqa: PLC0415 - not on the path of --help
    from shared.ingestion.validation import DeliveryValidator  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.settings import Settings  # noqa: PLC0415 - not on the path of --help

    validator = DeliveryValidator(
        decisions=_NoDecisions(),  # type: ignore[arg-type] # of the index only this is used
        reporting_currency=Settings.reporting_currency,
        mapping_of=lambda *_: None,
    )
    return Previewer(validator=lambda: validator, mapping_of=lambda *_: None, clock=lambda: datetime.now(UTC))


class _NoDecisions:
    """An index without decisions, since there is no platform to ask."""

    def times(self, _: object) -> Mapping[str, datetime]:
        """Return no decision."""
        return {}


def _show(name: str, found: "PreviewResponse") -> None:
    facts = found.file.model_dump(mode="json", exclude_none=True)
    echo(f"{name}: {', '.join(f'{fact} {value!r}' for fact, value in facts.items())}")
    echo_table(("Column", "Type", "Filled", "Examples"), _column_rows(found))
    echo("")
    if found.records:
        _show_records(found)
    score = "-" if found.quality_score is None else f"{found.quality_score:g}"
    echo(
        f"{found.valid_rows} of {found.rows} rows would be loaded as {found.data_type or 'nothing'}, "
        f"quality score {score}, mapping: {found.mapping_used}."
    )
    if found.error_counts:
        echo("")
        echo_table(("Errors", "Field", "Code", "First message"), _error_rows(found))
    for question in found.questions:
        echo(f"? {question}")
    if found.suggested_mapping:
        echo("Suggested mapping:")
        echo_json(found.suggested_mapping)


def _column_rows(found: "PreviewResponse") -> Iterator[tuple[object, ...]]:
    for each in found.columns:
        yield each.name, each.type, each.filled, " · ".join(each.examples)


def _show_records(found: "PreviewResponse") -> None:
    names = list(dict.fromkeys(name for row in found.records for record in row.records for name in record))
    shown = [name for name in names if name != "attributes"][:_SHOWN_FIELDS]
    rows = [(row.row, *(record.get(name, "") for name in shown)) for row in found.records for record in row.records]
    if rows:
        echo_table(("Row", *shown), rows)
        echo("")


def _error_rows(found: "PreviewResponse") -> Iterator[tuple[object, ...]]:
    for each in found.error_counts[:_SHOWN_ERRORS]:
        yield each.count, each.field, each.code, each.message
