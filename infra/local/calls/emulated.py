"""What the emulator knows of its resources, for requests that do not name them; only in its own process."""

from collections.abc import Sequence

from ministack.services import kinesis, kms  # type: ignore[import-untyped] # it ships no types

from infra.local.calls.permissions import Lookups


def lookups() -> Lookups:
    """Return the look-ups of the emulator of this process."""
    return Lookups(key_of=_key_of, stream_of=_stream_of)


def _key_of(key_id: str) -> tuple[str, Sequence[str]] | None:
    key = kms._resolve_key(key_id)  # noqa: SLF001 # no other door; its version is pinned
    if key is None:
        return None
    aliases = [arn.split(":", 5)[5] for arn, target in kms._aliases.items() if target == key["KeyId"]]  # noqa: SLF001
    return key["Arn"], sorted(aliases)


def _stream_of(iterator: str) -> str | None:
    state = kinesis._shard_iterators.get(iterator)  # noqa: SLF001 # as above
    return state["stream"] if state else None
