"""Patches MiniStack's SplitShard and MergeShards: pending records of a closed shard still reach its function.

MiniStack drops the records of a closed shard, and its mappings start with a new shard at its latest record. As in AWS,
a closed shard here keeps its records and gets no more, and mappings read its children from their beginning. The order
is that of AWS as long as at most one batch is pending in the closed shard.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped] # it ships no types

Operation = Callable[[Any], Any]
_CLOSED = {"starting_hash_key": "1", "ending_hash_key": "0"}  # a range that no key is in


def patch() -> None:
    """Let streams of this process be resharded without loss; before it serves anything."""
    for name in ("_split_shard", "_merge_shards"):
        setattr(kinesis, name, _patch(getattr(kinesis, name)))


def _patch(operation: Operation) -> Operation:
    @wraps(operation)
    def reshard(request: Any) -> Any:
        _, stream = kinesis._resolve_stream(request)  # noqa: SLF001 # no other door; its version is pinned
        if not stream:
            return operation(request)
        before, stream["shards"] = stream["shards"], dict(stream["shards"])  # somebody may be walking over the former
        answer = operation(request)
        if stream["shards"].keys() != before.keys():
            _read_children_from_start(stream["StreamARN"], stream["shards"].keys() - before.keys())
            stream["shards"] = _with_closed(before, stream["shards"])
        return answer

    return reshard


def _with_closed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Put what was closed before what is open: that is the order in which mappings read."""
    closed = {name: shard | _CLOSED for name, shard in before.items() if name not in after}
    return {**closed, **after}


def _read_children_from_start(stream: str, children: set[str]) -> None:
    for mapping, positions in lambda_svc._kinesis_positions.items():  # noqa: SLF001 # as above
        if lambda_svc._esms[mapping]["EventSourceArn"] == stream:  # noqa: SLF001 # as above
            positions.update(dict.fromkeys(children, 0))
