"""Stores frozen baselines: the profile as an object, and then an item that names it. Neither is ever changed.

An item is written only if no other has its number, so that of two who freeze at once one wins. A crash in between
leaves an object that nothing names.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.drift.baseline import Baseline, BaselineSource, dump_profile, load_profile
from shared.drift.profile import BaselineProfile
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import InternalError, NotFound, Unavailable
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.lake.storage.object_store import LakeStore

DRIFT_BASELINES_TABLE = Table("drift_baselines", writes=Write.PUT, partition_key="model_id", sort_key="version")

PROFILES = "drift-baselines"
"""The prefix of profiles in the lake bucket."""

_TRIES = 5
_DIGITS = 6
_ID_LENGTH = 16


class BaselineStore:
    """Reads frozen baselines, and adds new versions."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, objects: "LakeStore") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._objects = objects

    def add(self, baseline: Baseline, profile: BaselineProfile) -> tuple[Baseline, bool]:
        """Freeze a baseline as the next version of its model; return it, and whether it is new.

        If the newest version is of the same range, or an automatic one is not needed because there is another, that
        one is returned. So of several who freeze the same at once all get one.

        Raises:
            Unavailable: others kept adding versions.
        """
        key = f"{PROFILES}/{uuid4()}.json.zlib"
        for attempt, _ in enumerate(retry(_TRIES)):
            newest = self.newest(baseline.model_version or "")
            if newest is not None and _replaces(newest, baseline):
                return newest, False
            if not attempt:
                self._objects.replace(key, dump_profile(profile), expected=None)
            version = 1 if newest is None else (newest.version or 0) + 1
            made = replace(
                baseline,
                version=version,
                baseline_id=f"{_model_id(baseline.model_version or '')}-{version}",
                decisions=profile.decisions,
            )
            if self._put(made, key):
                return made, True
        raise Unavailable("Other baselines of this model version are being frozen; retry later", retry_after=1)

    def newest(self, model_version: str) -> Baseline | None:
        """Return the newest baseline of a model version; None without any."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="model_id = :model",
            ExpressionAttributeValues=serialize({":model": _model_id(model_version)}),
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        return next((_read(deserialize(item)) for item in answer["Items"]), None)

    def get(self, baseline_id: str) -> Baseline:
        """Return a baseline.

        Raises:
            NotFound: there is none with this id.
        """
        return _read(self._item(baseline_id))

    def list_all(self) -> Sequence[Baseline]:
        """Return all baselines in the order in which they were frozen."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        found = [_read(deserialize(item)) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda each: (each.created_at, each.baseline_id))

    def in_force(self) -> dict[str, Baseline]:
        """Return the newest baseline of each model version."""
        found: dict[str, Baseline] = {}
        for each in sorted(self.list_all(), key=lambda each: each.version or 0):
            found[each.model_version or ""] = each
        return found

    def profile(self, baseline: Baseline) -> BaselineProfile:
        """Return the values of a frozen baseline.

        Raises:
            InternalError: its object is gone.
        """
        key = self._item(baseline.baseline_id or "")["profile"]
        found = self._objects.get(key)
        if found is None:
            raise InternalError(f"the profile {key} does not exist")
        return load_profile(found.body)

    def _item(self, baseline_id: str) -> dict[str, Any]:
        model_id, _, version = baseline_id.partition("-")
        if len(model_id) == _ID_LENGTH and version.isascii() and version.isdigit() and len(version) <= _DIGITS:
            key = serialize({"model_id": model_id, "version": version.zfill(_DIGITS)})
            answer = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
            if "Item" in answer and str(int(version)) == version:
                return deserialize(answer["Item"])
        raise NotFound("There is no baseline with this id")

    def _put(self, baseline: Baseline, key: str) -> bool:
        item = {
            "model_id": _model_id(baseline.model_version or ""),
            "version": str(baseline.version).zfill(_DIGITS),
            "model_version": baseline.model_version,
            "source": baseline.source.value,
            "start": sortable(baseline.start),
            "end": sortable(baseline.end),
            "decisions": baseline.decisions,
            "created_at": sortable(baseline.created_at) if baseline.created_at else None,
            "created_by": baseline.created_by,
            "profile": key,
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=serialize(item), ConditionExpression="attribute_not_exists(model_id)"
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _replaces(newest: Baseline, baseline: Baseline) -> bool:
    """Whether there is no need for another version beside the newest one."""
    return baseline.source is BaselineSource.AUTOMATIC or (newest.start, newest.end) == (baseline.start, baseline.end)


def _model_id(model_version: str) -> str:
    return hashlib.sha256(model_version.encode()).hexdigest()[:_ID_LENGTH]


def _read(item: dict[str, Any]) -> Baseline:
    return Baseline(
        source=BaselineSource(item["source"]),
        model_version=item["model_version"],
        start=datetime.fromisoformat(item["start"]),
        end=datetime.fromisoformat(item["end"]),
        baseline_id=f"{item['model_id']}-{int(item['version'])}",
        version=int(item["version"]),
        decisions=int(item["decisions"]),
        created_at=datetime.fromisoformat(item["created_at"]),
        created_by=item.get("created_by"),
    )
