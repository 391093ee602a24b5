"""The object cache: one download for each version, whole files only, bounded disk."""

from pathlib import Path

import pytest

from infra.local.athena.listing import ListedObject, objects_below
from infra.local.athena.objects import ObjectCache, ObjectGone
from tests.local.athena.conftest import BUCKET, Lake


def _stored(lake: Lake, key: str, body: bytes) -> ListedObject:
    answer = lake.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    return ListedObject(BUCKET, key, answer["ETag"], len(body))


def _files(directory: Path) -> int:
    return len(list(directory.rglob("*.parquet")))


def test_a_version_is_downloaded_once_even_by_a_later_cache(lake: Lake, tmp_path: Path) -> None:
    item = _stored(lake, "a", b"one")
    for _ in range(2):
        cache = ObjectCache(lake.s3, tmp_path, limit_bytes=100)
        with cache.local_paths([item]) as paths:
            assert paths[0].read_bytes() == b"one"
        cache.close()

    assert lake.fetched == ["a"]


def test_objects_in_use_stay_and_the_least_recently_used_are_evicted(lake: Lake, tmp_path: Path) -> None:
    items = [_stored(lake, name, name.encode() * 10) for name in ("a", "b", "c")]
    cache = ObjectCache(lake.s3, tmp_path, limit_bytes=20)

    with cache.local_paths(items) as paths:
        assert all(path.exists() for path in paths)

    assert [path.exists() for path in paths] == [False, True, True]
    cache.close()


def test_an_object_that_changed_after_it_was_listed_is_gone(lake: Lake, tmp_path: Path) -> None:
    item = _stored(lake, "a", b"one")
    _stored(lake, "a", b"two")
    cache = ObjectCache(lake.s3, tmp_path, limit_bytes=100)

    with pytest.raises(ObjectGone), cache.local_paths([item]):
        pass

    assert _files(tmp_path) == 0
    assert not list(tmp_path.rglob("*.part"))
    cache.close()


def test_half_written_files_of_a_killed_process_are_removed(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "x.1.part").write_bytes(b"half")

    ObjectCache(lake.s3, tmp_path, limit_bytes=100).close()

    assert not list(tmp_path.rglob("*.part"))


def test_one_span_of_the_bucket_is_listed_and_keys_between_partitions_are_left_out(lake: Lake) -> None:
    for key in ("t/dt=1/a", "t/dt=2/a", "t/dt=3/a", "t/dt=3/_mark", "t/dt=4/a"):
        lake.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")

    found = objects_below(lake.s3, {f"s3://{BUCKET}/t/dt=1/": "one", f"s3://{BUCKET}/t/dt=3/": "three"})

    assert [(item.key, values) for item, values in found] == [("t/dt=1/a", "one"), ("t/dt=3/a", "three")]
