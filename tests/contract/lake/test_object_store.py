"""The lake's objects in S3: what is written on condition is written only on that condition."""

import pytest

from shared.app.wiring import Wiring
from shared.lake.storage.object_store import LostUpdate


def test_an_object_is_read_back_as_it_was_written(wired: Wiring) -> None:
    wired.lake.put("landing/a", b"one")

    stored = wired.lake.get("landing/a")

    assert stored is not None
    assert (stored.key, stored.body) == ("landing/a", b"one")
    assert wired.lake.get("landing/b") is None


def test_many_objects_are_all_there_when_they_are_written_together(wired: Wiring) -> None:
    wired.lake.put_all((f"landing/{number:02d}", b"x") for number in range(30))
    wired.lake.put_all([])

    assert [name.key for name in wired.lake.names("landing/")] == [f"landing/{number:02d}" for number in range(30)]


def test_an_object_is_replaced_only_if_it_is_as_it_was_read(wired: Wiring) -> None:
    wired.lake.put("base/a", b"one")
    read = wired.lake.get("base/a")
    wired.lake.replace("base/a", b"two", expected=read)

    with pytest.raises(LostUpdate):
        wired.lake.replace("base/a", b"three", expected=read)

    now = wired.lake.get("base/a")
    assert now is not None
    assert now.body == b"two"


def test_an_object_that_was_absent_is_written_only_if_it_still_is(wired: Wiring) -> None:
    wired.lake.replace("base/a", b"one", expected=None)

    with pytest.raises(LostUpdate):
        wired.lake.replace("base/a", b"two", expected=None)


def test_objects_are_deleted_only_if_they_are_as_they_were_read(wired: Wiring) -> None:
    wired.lake.put_all([("incoming/a", b"one"), ("incoming/b", b"one"), ("incoming/c", b"one")])
    read = [stored for stored in map(wired.lake.get, ("incoming/a", "incoming/b", "incoming/c")) if stored]
    wired.lake.put("incoming/b", b"two")

    wired.lake.delete(read)
    wired.lake.delete(read)

    assert [name.key for name in wired.lake.names("incoming/")] == ["incoming/b"]


def test_what_an_object_was_written_over_does_not_come_back_with_its_deletion(wired: Wiring) -> None:
    wired.lake.put("incoming/a", b"one")
    wired.lake.put("incoming/a", b"two")

    wired.lake.delete([stored for stored in [wired.lake.get("incoming/a")] if stored])

    assert wired.lake.get("incoming/a") is None
