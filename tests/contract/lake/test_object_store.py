"""The lake's objects, in S3 and in memory: conditional writes happen only under their condition."""

import pytest

from shared.lake.storage.object_store import LakeStore, LostUpdate
from tests.fakes.memory_lake import MemoryLake


@pytest.fixture(params=["S3", "memory"])
def lake(request: pytest.FixtureRequest) -> LakeStore:
    """The store, and the fake that replaces it in tests."""
    over_s3: LakeStore | None = request.getfixturevalue("wired").lake if request.param == "S3" else None
    return over_s3 or MemoryLake()


def test_an_object_is_read_back_as_it_was_written(lake: LakeStore) -> None:
    lake.put("landing/a", b"one")

    stored = lake.get("landing/a")

    assert stored is not None
    assert (stored.key, stored.body) == ("landing/a", b"one")
    assert lake.get("landing/b") is None


def test_many_objects_written_together_all_exist(lake: LakeStore) -> None:
    lake.put_all((f"landing/{number:02d}", b"x") for number in range(30))
    lake.put_all([])

    assert [name.key for name in lake.names("landing/")] == [f"landing/{number:02d}" for number in range(30)]


def test_an_object_is_replaced_only_if_unchanged_since_read(lake: LakeStore) -> None:
    lake.put("base/a", b"one")
    read = lake.get("base/a")
    lake.replace("base/a", b"two", expected=read)

    with pytest.raises(LostUpdate):
        lake.replace("base/a", b"three", expected=read)

    now = lake.get("base/a")
    assert now is not None
    assert now.body == b"two"


def test_a_deleted_object_is_not_replaced(lake: LakeStore) -> None:
    lake.put("base/a", b"one")
    read = lake.get("base/a")
    lake.delete_any_version("base/a")

    with pytest.raises(LostUpdate):
        lake.replace("base/a", b"two", expected=read)

    assert lake.get("base/a") is None


def test_an_absent_object_is_written_only_if_still_absent(lake: LakeStore) -> None:
    lake.replace("base/a", b"one", expected=None)

    with pytest.raises(LostUpdate):
        lake.replace("base/a", b"two", expected=None)


def test_objects_are_deleted_only_if_unchanged_since_read(lake: LakeStore) -> None:
    lake.put_all([("incoming/a", b"one"), ("incoming/b", b"one"), ("incoming/c", b"one")])
    read = [stored for stored in map(lake.get, ("incoming/a", "incoming/b", "incoming/c")) if stored]
    lake.put("incoming/b", b"two")

    lake.delete(read)
    lake.delete(read)

    assert [name.key for name in lake.names("incoming/")] == ["incoming/b"]


def test_deleting_an_overwritten_object_does_not_restore_it(lake: LakeStore) -> None:
    lake.put("incoming/a", b"one")
    lake.put("incoming/a", b"two")

    lake.delete([stored for stored in [lake.get("incoming/a")] if stored])

    assert lake.get("incoming/a") is None


def test_an_object_is_described_without_being_read(lake: LakeStore) -> None:
    lake.put("landing/a", b"four")

    facts, stored = lake.head("landing/a"), lake.get("landing/a")

    assert facts is not None
    assert stored is not None
    assert (facts.size, f'"{facts.etag}"') == (4, stored.etag)
    assert facts.made_at.tzinfo is not None
    assert lake.head("landing/b") is None


def test_a_range_is_read_only_from_the_described_object(lake: LakeStore) -> None:
    lake.put("incoming/a", b"one, two")
    facts = lake.head("incoming/a")
    assert facts is not None
    piece = lake.read_range("incoming/a", facts.etag, 5, 3)
    rest = lake.read_range("incoming/a", facts.etag, 5, 100)
    lake.put("incoming/a", b"six, ten")

    with pytest.raises(LostUpdate):
        lake.read_range("incoming/a", facts.etag, 5, 3)
    lake.delete_any_version("incoming/a")
    with pytest.raises(LostUpdate):
        lake.read_range("incoming/a", facts.etag, 5, 3)

    assert (piece, rest) == (b"two", b"two")


def test_an_object_is_deleted_unconditionally(lake: LakeStore) -> None:
    lake.put("incoming/a", b"one")

    lake.delete_any_version("incoming/a")
    lake.delete_any_version("incoming/a")

    assert lake.get("incoming/a") is None


def test_names_are_listed_in_order_with_the_etags_of_reads(lake: LakeStore) -> None:
    lake.put_all([("landing/b", b"two"), ("landing/a", b"one"), ("lost/a", b"three")])

    names = list(lake.names("landing/"))

    assert [name.key for name in names] == ["landing/a", "landing/b"]
    assert [name.etag for name in names] == [
        stored.etag for stored in map(lake.get, ("landing/a", "landing/b")) if stored
    ]
    assert all(name.made_at > 0 for name in names)
