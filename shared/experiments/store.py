"""Stores experiments, one item each; a change is made only of the version that was read.

All are in one partition, so that a list is one consistent query.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.experiments.models import StoredExperiment
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import NotFound
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.experiments.vocabulary import ExperimentStatus

EXPERIMENTS_TABLE = Table("experiments", writes=Write.PUT, partition_key="part", sort_key="experiment_id")

_EXPERIMENTS = "experiments"
_NEW = "attribute_not_exists(experiment_id)"


class ExperimentChanged(Exception):
    """An experiment is not what was read any more, or its id is taken."""


class ExperimentStore:
    """Reads and writes experiments."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def find(self, experiment_id: str) -> StoredExperiment | None:
        """Return an experiment; None if it does not exist."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(experiment_id), ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    def get(self, experiment_id: str) -> StoredExperiment:
        """Return an experiment.

        Raises:
            NotFound: it does not exist.
        """
        found = self.find(experiment_id)
        if found is None:
            raise NotFound("The experiment does not exist")
        return found

    def list_all(self, status: "ExperimentStatus | None" = None) -> list[StoredExperiment]:
        """Return all experiments, or those in a state."""
        values = {":part": _EXPERIMENTS}
        further: dict[str, Any] = {}
        if status is not None:
            values[":status"] = status.value
            further = {"FilterExpression": "#status = :status", "ExpressionAttributeNames": {"#status": "status"}}
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="part = :part",
            ExpressionAttributeValues=serialize(values),
            ConsistentRead=True,
            **further,
        )
        return [_read(item) for page in pages for item in page["Items"]]

    def put(self, experiment: StoredExperiment) -> None:
        """Store a new experiment (version 1), or the successor of the version before.

        Raises:
            ExperimentChanged: the id is taken, or another change was made since that version was read.
        """
        try:
            self._dynamodb.put_item(**self.write(experiment)["Put"])
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ExperimentChanged(experiment.id) from None

    def write(self, experiment: StoredExperiment) -> dict[str, Any]:
        """Return the item of a transaction that does what `put` does."""
        put = {"TableName": self._table, "Item": _item(experiment)}
        if experiment.version == 1:
            return {"Put": {**put, "ConditionExpression": _NEW}}
        condition = {
            "ConditionExpression": "version = :replaced",
            "ExpressionAttributeValues": serialize({":replaced": experiment.version - 1}),
        }
        return {"Put": {**put, **condition}}


def _key(experiment_id: str) -> dict[str, Any]:
    return serialize({"part": _EXPERIMENTS, "experiment_id": experiment_id})


def _item(experiment: StoredExperiment) -> dict[str, Any]:
    return serialize(
        {
            "part": _EXPERIMENTS,
            "experiment_id": experiment.id,
            "version": experiment.version,
            "status": experiment.status.value,
            "body": experiment.model_dump_json(by_alias=True),
        }
    )


def _read(item: Mapping[str, Any]) -> StoredExperiment:
    return StoredExperiment.model_validate_json(deserialize(item)["body"])
