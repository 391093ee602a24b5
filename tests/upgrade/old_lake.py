"""A small lake as commit 3ca087d left it, with its answers, and the way to restore it into a platform in moto.

`lake-3ca087d.tar.xz` holds the objects of the lake, the items of the tables (keys, audit log and caches aside) and what
that version answered, once as it was left and once after it had merged what was waiting. All went in through its
routes: catalogue, 16 sales, a second batch with a repeated, a changed, a foreign-currency and a returned line, stock,
events, an order, a customer, a decision with its label, a source with a mapping and one bad row. The last batch was
not merged yet; it changes a sale and moves another to a different day.
"""

import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import orjson

from infra.resources import DYNAMO_TABLES
from shared.app.wiring import Wiring
from shared.lake.migration.former_paths import base_prefix, derived_prefixes
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.upgrade.corrections import corrected

_FILE = Path(__file__).parent / "lake-3ca087d.tar.xz"
# Sentences were reworded since; durations, times of the answer and cache hits differ; the rest is new.
_NOT_COMPARED = {
    "query_time_ms",
    "cache_hit",
    "generated_at",
    "message",
    "suggested_action",
    "description",
    "reason",
    "snapshots",
    "daily",  # of quality reports: the score of each day
}
# Fields that were added since, with the value that says of old data what their absence said.
_ADDED: Mapping[str, Any] = {
    "partial": False,
    "tax": 0,
    "shipping": 0,
    "namespace": "default",
    "nulls": [],
    "numbers": {},
    "values": {},
    "expressions": {},
    "computed": {},
    "allocate": [],
    "derive": [],
    "currency": "USD",
    "dropped": 0,
    "additional_metrics": {},  # of products: only tax and shipping
}


class OldLake:
    """The content of the archive, or of it only what concerns the rows of some data types."""

    def __init__(self, *data_types: DataType) -> None:
        with tarfile.open(_FILE) as archive:
            self._files = {each.name: _content(archive, each) for each in archive.getmembers()}
        others = [each for each in DataType if data_types and each not in data_types]
        left_out = tuple(f"lake/{prefix}" for each in others for prefix in (base_prefix(each), *derived_prefixes(each)))
        self._files = {name: each for name, each in self._files.items() if not name.startswith(left_out)}

    def restore(self, settings: Settings) -> None:
        """Put every object and item where it was."""
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        for key, content in self._below("lake/").items():
            s3.put_object(Bucket=settings.name_of(LAKE_BUCKET), Key=key, Body=content)
        for table in DYNAMO_TABLES:  # those that no longer exist are deleted by the deployment
            for item in orjson.loads(self._files.get(f"tables/{table.label}.json", b"[]")):
                dynamodb.put_item(TableName=settings.name_of(table), Item=item)

    def answers(self, moment: str) -> list[dict[str, Any]]:
        """Return what was asked at a moment (`as-left` or `after-merging`): path, query and data of each answer.

        The data are as they would be defined today.
        """
        answers: list[dict[str, Any]] = orjson.loads(self._files[f"answers/{moment}.json"])
        return [{**each, "data": corrected(each, moment)} for each in answers]

    def _below(self, folder: str) -> Mapping[str, bytes]:
        return {name.removeprefix(folder): each for name, each in self._files.items() if name.startswith(folder)}


def migrate(wired: Wiring, most_rows: int = 12) -> None:
    """Convert every data type, a few rows at a time."""
    migration = replace(wired.merger.migration, most_rows=most_rows)
    for data_type in DataType:
        assert migration.run(data_type, lambda: True)


def comparable(data: Any) -> Any:
    """Leave out what may differ between equal answers, why values are absent, and fields that add nothing."""
    if isinstance(data, dict):
        kept = {name: each for name, each in data.items() if name not in _NOT_COMPARED}
        shown = {name: sorted(each) if name == "absent" else comparable(each) for name, each in kept.items()}
        return {name: each for name, each in shown.items() if name not in _ADDED or each != _ADDED[name]}
    return [comparable(each) for each in data] if isinstance(data, list) else data


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()
