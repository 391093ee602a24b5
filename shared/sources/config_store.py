"""Stores the configurations of sources, and caches those in use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shared.quality.rules import DEFAULT_MINIMUM, Requirements
from shared.records.ids import prefix_of
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import FieldError, InvalidRequest, UnusableConfiguration
from shared.runtime.models import sortable
from shared.sources.models import SourceConfiguration
from shared.sources.stored_configuration import StoredConfiguration

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.mapping.model import SourceMapping
    from shared.records.schema import DataType
    from shared.runtime.models import Clock

CONFIG = "config"
"""The facet of a source with its configuration."""

FRESH_FOR = timedelta(seconds=15)
"""How long a cached configuration is used."""

_LARGEST = 200_000
_MOST_KEPT = 1_000
_UNCONFIGURED = StoredConfiguration()


@dataclass(frozen=True)
class _CachedConfig:
    stored: StoredConfiguration
    since: datetime


class SourceConfigs:
    """Stores configurations in DynamoDB and caches them for a few seconds."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._known: dict[str, _CachedConfig] = {}

    def of(self, source_id: str, *, fresh: bool = False) -> SourceConfiguration:
        """Return the usable part of a source's configuration; empty if there is none.

        Args:
            source_id: the source.
            fresh: whether to bypass the cache.
        """
        return self._stored(source_id, fresh=fresh).usable

    def refresh(self, source_id: str) -> None:
        """Read the configuration of a source anew, so that what follows uses none from before this call."""
        self._stored(source_id, fresh=True)

    def _stored(self, source_id: str, *, fresh: bool = False) -> StoredConfiguration:
        known, now = self._known.get(source_id), self._clock()
        if known is None or fresh or now - known.since >= FRESH_FOR:
            known = self._known[source_id] = _CachedConfig(self._read(source_id), now)
            while len(self._known) > _MOST_KEPT:
                self._known.pop(next(iter(self._known)))
        return known.stored

    def mapping_of(self, source_id: str, data_type: "DataType") -> "SourceMapping | None":
        """Return the effective mapping of a source and data type, or None if its records are not mapped.

        Raises:
            UnusableConfiguration: the configuration of this data type is invalid.
        """
        stored = self._stored(source_id)
        fault = stored.fault_of(data_type)
        if fault:
            raise UnusableConfiguration(
                f"The configuration of the source {source_id} cannot be applied ({fault}); "
                f"correct it with PUT /api/v1/ingest/sources/{source_id}"
            )
        return stored.mapping_of(data_type)

    def requirements_of(self, source_id: str, data_type: "DataType") -> Requirements:
        """Return the quality requirements of a source and data type."""
        configured = self.of(source_id)
        threshold = configured.thresholds.get(data_type)
        minimum = DEFAULT_MINIMUM if threshold is None else Fraction(str(threshold))
        return Requirements(minimum=minimum, cadence=configured.cadence)

    def id_prefix_of(self, source_id: str) -> str:
        """Return what the namespace of a source puts before its ids; empty for the default namespace."""
        return prefix_of(self.of(source_id).namespace)

    def put(self, source_id: str, configuration: SourceConfiguration) -> Any:
        """Store a configuration as it was given; return the previous one, or None.

        Defaults are not stored: read back, they would override what a preset has.

        Raises:
            InvalidRequest: the configuration is too large.
        """
        body = configuration.model_dump_json(exclude_none=True, exclude_unset=True)
        if len(body.encode()) > _LARGEST:
            raise InvalidRequest(
                "Request validation failed",
                field_errors=[FieldError("mappings", f"must be smaller: a configuration has at most {_LARGEST} bytes")],
            )
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key=_key(source_id),
            UpdateExpression="SET body = :body, known_since = if_not_exists(known_since, :now)",
            ExpressionAttributeValues=serialize({":body": body, ":now": sortable(self._clock())}),
            ReturnValues="ALL_OLD",
        )
        self._known[source_id] = _CachedConfig(StoredConfiguration.read(body), self._clock())
        old = answer.get("Attributes")
        return StoredConfiguration.read(deserialize(old)["body"]).saved if old else None

    def delete(self, source_id: str) -> Any:
        """Delete the configuration of a source; return it, or None if there was none."""
        answer = self._dynamodb.delete_item(TableName=self._table, Key=_key(source_id), ReturnValues="ALL_OLD")
        self._known[source_id] = _CachedConfig(_UNCONFIGURED, self._clock())
        old = answer.get("Attributes")
        return StoredConfiguration.read(deserialize(old)["body"]).saved if old else None

    def _read(self, source_id: str) -> StoredConfiguration:
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(source_id), ConsistentRead=True)
        if "Item" not in answer:
            return _UNCONFIGURED
        return StoredConfiguration.read(deserialize(answer["Item"])["body"])


def _key(source_id: str) -> dict[str, Any]:
    return serialize({"source_id": source_id, "facet": CONFIG})
