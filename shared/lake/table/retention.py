"""How long snapshots and files are kept: recent snapshots, tagged ones, and every file that one of them has."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyiceberg.table import Table, Transaction
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update.snapshot import ExpireSnapshots

from shared.lake.table.file_io import bucket_and_key

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from shared.lake.table.layout import Layouts

MOST_SNAPSHOTS = 40
"""Untagged snapshots that are kept, at least; the time of a commit grows with their number."""

_QUERY_MS = 5 * 60 * 1000
"""Longer than any query takes: a snapshot that a query may read does not expire."""

_DELETES_PER_CALL = 1000


def expire(transaction: Transaction, *, keep: frozenset[int]) -> None:
    """Expire old snapshots with a commit; their age is measured against the newest snapshot, not against the clock."""
    metadata = transaction.table_metadata
    recent = sorted(metadata.snapshots, key=lambda each: each.sequence_number or 0)
    named = {each.snapshot_id for each in metadata.refs.values()} | keep
    now = max((each.timestamp_ms for each in recent), default=0)
    old = [
        each.snapshot_id
        for each in recent[:-MOST_SNAPSHOTS]
        if each.snapshot_id not in named and now - each.timestamp_ms > _QUERY_MS
    ]
    if old:
        ExpireSnapshots(transaction).by_ids(old).commit()


def tag(target: Table, snapshot: Snapshot, *, most: int) -> Mapping[str, int]:
    """Tag a snapshot with the UTC day on which it was made, in the place of an earlier one of that day.

    Only the tags of the last `most` days are kept; they are returned.
    """
    tags, name = _tags(target), datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC).date().isoformat()
    if tags.get(name) != snapshot.snapshot_id:
        tags[name] = snapshot.snapshot_id
        surplus = sorted(tags)[:-most]
        with target.manage_snapshots() as update:
            update.create_tag(snapshot.snapshot_id, name)
            for each in surplus:
                update.remove_tag(each)
        for each in surplus:
            del tags[each]
    return tags


def _tags(target: Table) -> dict[str, int]:
    refs = target.metadata.refs.items()
    return {name: each.snapshot_id for name, each in refs if each.snapshot_ref_type is SnapshotRefType.TAG}


def sweep(target: Table, s3: "S3Client", before: datetime, layouts: "Layouts") -> int:
    """Delete files of a table that no snapshot has and that were written before a moment; return their number."""
    bucket, prefix = bucket_and_key(f"{target.location()}/")
    # A file that a commit adds meanwhile is young, and not in the list.
    found = [
        each["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for each in page.get("Contents", [])
        if each["LastModified"] < before
    ]
    used = {bucket_and_key(path)[1] for path in _paths(target, layouts)}
    unused: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in found if key not in used]
    for start in range(0, len(unused), _DELETES_PER_CALL):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": unused[start : start + _DELETES_PER_CALL], "Quiet": True})
    return len(unused)


def _paths(target: Table, layouts: "Layouts") -> Iterator[str]:
    """Yield the paths of all files that the table needs."""
    metadata = target.metadata
    yield target.metadata_location
    yield from (each.metadata_file for each in metadata.metadata_log)
    yield from (each.statistics_path for each in (*metadata.statistics, *metadata.partition_statistics))
    manifests = dict[str, None]()
    for snapshot in metadata.snapshots:
        yield snapshot.manifest_list
        for manifest in layouts.manifests_of(snapshot):
            if manifest.manifest_path not in manifests:
                manifests[manifest.manifest_path] = None
                yield manifest.manifest_path
                yield from (entry.data_file.file_path for entry in layouts.entries_of(manifest))
