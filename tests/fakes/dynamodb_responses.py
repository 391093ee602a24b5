"""Responses of moto's DynamoDB, written faster: its items are JSON already, and moto takes each attribute apart."""

from typing import Any

from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer


class _ItemsAsTheyAre(JSONSerializer):
    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and _is_json(value):
            self._default_serialize(serialized, value, shape, key)
        else:
            super()._serialize_type_structure(serialized, value, shape, key)


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return isinstance(value, str | bool)


def register() -> None:
    """Let moto use them; binary values are still serialised by moto."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": _ItemsAsTheyAre}
