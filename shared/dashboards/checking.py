"""Checks a whole dashboard: every mistake at once, by JSON pointer."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.dashboards.configuration import IllegalConfiguration, question_of
from shared.dashboards.models import COLUMNS, MOST_WIDGETS, DashboardRequest, WidgetPosition, WidgetType
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.json_pointers import pointer

_LARGEST = 200_000
_TYPE: TypeAdapter[WidgetType] = TypeAdapter(WidgetType)


def check(request: DashboardRequest, now: datetime) -> None:
    """Check a request.

    Raises:
        InvalidRequest: it has mistakes.
    """
    mistakes = [*request.mistakes, *_widget_mistakes(request.given, now)]
    if not mistakes and len(orjson.dumps(request.model_dump(mode="json"))) > _LARGEST:
        mistakes.append(FieldError("/widgets", f"must be smaller: a dashboard has at most {_LARGEST} bytes"))
    if mistakes:
        raise InvalidRequest("Request validation failed", field_errors=mistakes)


def _widget_mistakes(given: Any, now: datetime) -> Iterator[FieldError]:
    widgets = given.get("widgets") if isinstance(given, dict) else None
    if not isinstance(widgets, list) or len(widgets) > MOST_WIDGETS:
        return
    objects = {place: each for place, each in enumerate(widgets) if isinstance(each, dict)}
    yield from _repeated_ids([(place, each.get("widget_id")) for place, each in objects.items()])
    yield from _misplaced([(place, _position(each.get("position"))) for place, each in objects.items()])
    for place, widget in objects.items():
        yield from _configuration_mistakes(place, widget, now)


def _repeated_ids(ids: Sequence[tuple[int, Any]]) -> Iterator[FieldError]:
    first: dict[str, int] = {}
    for place, widget_id in ids:
        if isinstance(widget_id, str) and first.setdefault(widget_id, place) != place:
            message = f"must be unique; widget {first[widget_id]} has it, too"
            yield FieldError(pointer("widgets", place, "widget_id"), message, widget_id)


def _position(given: Any) -> WidgetPosition | None:
    try:
        return WidgetPosition.model_validate(given)
    except ValidationError:
        return None


def _misplaced(positions: Sequence[tuple[int, WidgetPosition | None]]) -> Iterator[FieldError]:
    known = [(place, position) for place, position in positions if position is not None]
    for number, (place, position) in enumerate(known):
        if position.x + position.w > COLUMNS:
            message = f"must end at column {COLUMNS}: x + w is {position.x + position.w}"
            yield FieldError(pointer("widgets", place, "position", "w"), message, position.w)
        under = next((other for other, each in known[:number] if each.overlaps(position)), None)
        if under is not None:
            message = f"must not overlap that of widget {under}"
            yield FieldError(pointer("widgets", place, "position"), message, position.model_dump())


def _configuration_mistakes(place: int, widget: Any, now: datetime) -> Iterator[FieldError]:
    configuration = widget.get("configuration")
    if not isinstance(configuration, dict):
        return
    try:
        widget_type = _TYPE.validate_python(widget.get("type"))
    except ValidationError:
        return
    try:
        question_of(configuration, widget_type, now)
    except IllegalConfiguration as illegal:
        for each in illegal.mistakes:
            field = "/type" if each.field == "type" else f"/configuration{each.field}"
            yield FieldError(f"{pointer('widgets', place)}{field}", each.message, each.rejected_value)
