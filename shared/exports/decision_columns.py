"""The columns of an export of decisions: those of the record as stored, then the label and its state."""

from collections.abc import Mapping

from pydantic.alias_generators import to_camel

from shared.exports.columns import CellKind, Column
from shared.records.schema import Field, Kind
from shared.records.schemas import DECISIONS

_KINDS: Mapping[Kind, CellKind] = {
    Kind.TIMESTAMP: CellKind.TIME,
    **dict.fromkeys((Kind.MONEY, Kind.QUANTITY, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN), CellKind.NUMBER),
    **dict.fromkeys((Kind.TEXT_MAP, Kind.NUMBER_MAP), CellKind.JSON),
}
_ATTRIBUTES, _INTERNAL = "attributes", "_"
LABEL, LABEL_STATE = "label", "label_state"

STORED = tuple(each for each in DECISIONS.stored if not each.name.startswith(_INTERNAL))
"""The fields of a stored decision without those that only the platform uses."""


def _kind(field: Field) -> CellKind:
    if field.name == _ATTRIBUTES:
        return CellKind.JSON
    return _KINDS.get(field.kind, CellKind.TEXT)


COLUMNS = (
    *(Column(to_camel(each.name), _kind(each)) for each in STORED),
    Column(LABEL, CellKind.TEXT),
    Column(to_camel(LABEL_STATE), CellKind.TEXT),
)
