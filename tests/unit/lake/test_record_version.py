"""Which record of a key is current, and the outcome of each delivered record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.merge.record_version import BASE as HELD
from shared.lake.merge.record_version import Outcome, RecordVersion, resolve

START = datetime(2025, 1, 1, tzinfo=UTC)


def _version(
    content: str, version: int, *, origin: str = "o", ingested: int | None = None, source: str = "web-shop"
) -> RecordVersion:
    """A record whose version the platform gave, unless it was ingested at another time."""
    ingested_at = version if ingested is None else ingested
    return RecordVersion(
        START + timedelta(hours=version), (content,), origin, START + timedelta(hours=ingested_at), 0, 0, source
    )


RUN, LATER_RUN = "shardId-000000000006~999~web-shop~events", "shardId-000000000006~1000~web-shop~events"
OTHER_SHARD = "shardId-000000000007~1001~web-shop~events"
STORED = _version("x", 5, origin="base", ingested=50)

TABLE = [
    ("a first record is loaded", None, [_version("x", 1)], 0, [Outcome.LOADED]),
    ("a higher version wins", STORED, [_version("y", 6, ingested=60)], 0, [Outcome.LOADED]),
    ("a lower version is superseded", STORED, [_version("y", 4, ingested=60)], None, [Outcome.SUPERSEDED]),
    (
        "equal version and content is a duplicate, and the last to say so stands",
        STORED,
        [_version("x", 5, ingested=60)],
        0,
        [Outcome.DUPLICATE],
    ),
    (
        "a duplicate that was delivered before does not",
        STORED,
        [_version("x", 5, ingested=40)],
        None,
        [Outcome.DUPLICATE],
    ),
    (
        "equal version, other content: the last delivery wins",
        STORED,
        [_version("y", 5, ingested=60)],
        0,
        [Outcome.CONFLICT],
    ),
    ("a conflict that was delivered before loses", STORED, [_version("y", 5, ingested=40)], None, [Outcome.CONFLICT]),
    ("equal content of a higher version is a version", STORED, [_version("x", 6, ingested=60)], 0, [Outcome.LOADED]),
    (
        "the same delivery again keeps its fate",
        STORED,
        [_version("x", 5, origin="base", ingested=50)],
        None,
        [Outcome.LOADED],
    ),
    (
        "but only once: a copy within the delivery is a duplicate",
        STORED,
        [_version("x", 5, origin="base", ingested=50), _version("x", 5, origin="base", ingested=50)],
        1,
        [Outcome.LOADED, Outcome.DUPLICATE],
    ),
    (
        "where the platform gives versions, the same content later is a copy",
        _version("x", 1, origin="base"),
        [_version("x", 2)],
        0,
        [Outcome.DUPLICATE],
    ),
    (
        "where the platform gives versions, other content later is a version",
        _version("x", 1, origin="base"),
        [_version("y", 2), _version("x", 3)],
        1,
        [Outcome.SUPERSEDED, Outcome.LOADED],
    ),
    (
        "within one delivery the later line corrects the earlier",
        None,
        [_version("x", 1), _version("y", 1), _version("y", 1)],
        2,
        [Outcome.SUPERSEDED, Outcome.CONFLICT, Outcome.DUPLICATE],
    ),
    (
        "within one run of a shard the later of two of the same millisecond is a version",
        None,
        [_version("x", 1, origin=RUN), _version("y", 1, origin=RUN)],
        1,
        [Outcome.SUPERSEDED, Outcome.LOADED],
    ),
    (
        "between runs of a shard too",
        _version("x", 1, origin=RUN),
        [_version("y", 1, origin=LATER_RUN)],
        0,
        [Outcome.LOADED],
    ),
    (
        "but a clock that falls between runs decides: ranks must not run in circles with those of other ways in",
        _version("x", 2, origin=RUN),
        [_version("y", 1, origin=LATER_RUN)],
        None,
        [Outcome.SUPERSEDED],
    ),
    (
        "so a run that comes again takes nothing back",
        _version("x", 1, origin=LATER_RUN),
        [_version("y", 1, origin=RUN)],
        None,
        [Outcome.SUPERSEDED],
    ),
    (
        "between shards the clock decides",
        _version("x", 2, origin=RUN),
        [_version("y", 1, origin=OTHER_SHARD), _version("z", 3, origin=OTHER_SHARD)],
        1,
        [Outcome.SUPERSEDED, Outcome.LOADED],
    ),
    (
        "versions that the client gave decide on the stream too",
        _version("x", 5, origin=RUN, ingested=50),
        [_version("y", 4, origin=LATER_RUN, ingested=60)],
        None,
        [Outcome.SUPERSEDED],
    ),
    (
        "and of equal ones of one moment the later on the stream wins its conflict",
        _version("x", 5, origin=RUN, ingested=60),
        [_version("y", 5, origin=LATER_RUN, ingested=60)],
        0,
        [Outcome.CONFLICT],
    ),
    (
        "other content of another source is a conflict, whatever its version",
        STORED,
        [_version("y", 6, ingested=60, source="till"), _version("z", 4, ingested=61, source="web-shop")],
        0,
        [Outcome.CONFLICT, Outcome.CONFLICT],
    ),
    (
        "the same content of another source is a duplicate",
        STORED,
        [_version("x", 5, ingested=60, source="till")],
        0,
        [Outcome.DUPLICATE],
    ),
    (
        "and a version, if the client says that it is a later one",
        STORED,
        [_version("x", 6, ingested=60, source="till")],
        0,
        [Outcome.LOADED],
    ),
]


@pytest.mark.parametrize(
    ("base", "deliveries", "winner", "fates"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_current_version_follows_the_rule(
    base: RecordVersion | None, deliveries: list[RecordVersion], winner: int | None, fates: list[Outcome]
) -> None:
    found = resolve(base, deliveries)

    assert found.outcomes == fates
    assert found.current == (HELD if winner is None else winner)


SUPERSEDED = [
    ("a replaced version", STORED, [_version("y", 6, ingested=60)], {HELD}),
    ("an older version that comes later", STORED, [_version("y", 4, ingested=60)], {0}),
    ("the loser of a conflict", STORED, [_version("y", 5, ingested=60)], {HELD}),
    ("a conflict that loses", STORED, [_version("y", 5, ingested=40)], {0}),
    ("no version that has a copy", STORED, [_version("x", 5, ingested=60)], set()),
    ("a copy that is replaced, and not what it copies", STORED, [_version("x", 5, ingested=60), _version("y", 6)], {0}),
    ("every version but the last", None, [_version("x", 1), _version("y", 2), _version("z", 3)], {0, 1}),
    (
        "the repetition of a replaced version, which counts for it",
        STORED,
        [_version("x", 5, origin="base", ingested=50), _version("y", 6, ingested=60)],
        {0},
    ),
]


@pytest.mark.parametrize(
    ("base", "deliveries", "superseded"), [row[1:] for row in SUPERSEDED], ids=[row[0] for row in SUPERSEDED]
)
def test_superseded_are(base: RecordVersion | None, deliveries: list[RecordVersion], superseded: set[int]) -> None:
    assert resolve(base, deliveries).superseded == superseded


def test_a_key_is_shared_if_another_source_has_other_content_under_it_first_or_last() -> None:
    mine, other = _version("x", 1, origin="a"), _version("y", 2, origin="b", source="till")

    assert resolve(mine, [other]).shared == {0}
    assert resolve(other, [mine]).shared == {0}
    assert resolve(None, [mine, other, _version("z", 3, source="till")]).shared == {1}
    assert resolve(mine, [_version("x", 2, source="till")]).shared == frozenset()


def test_an_empty_list_of_versions_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to resolve"):
        resolve(None, [])


RECORDS = st.builds(
    _version,
    st.sampled_from("xyz"),
    st.integers(0, 3),
    origin=st.sampled_from(["a", "b"]),
    ingested=st.integers(10, 13),
    source=st.sampled_from(["web-shop", "web-shop", "till"]),
)


@given(st.none() | RECORDS, st.lists(RECORDS, max_size=6))
def test_every_record_has_exactly_one_outcome_and_one_is_current(
    base: RecordVersion | None, deliveries: list[RecordVersion]
) -> None:
    if base is None and not deliveries:
        return

    found = resolve(base, deliveries)

    assert len(found.outcomes) == len(deliveries)
    standing = _current(base, deliveries)
    assert all(standing.version >= each.version for each in deliveries)
    assert {number for number, each in enumerate(found.outcomes) if each is Outcome.SUPERSEDED} <= found.superseded


@given(st.none() | RECORDS, st.lists(RECORDS, min_size=1, max_size=6))
def test_all_versions_but_one_are_copies_or_superseded(
    base: RecordVersion | None, deliveries: list[RecordVersion]
) -> None:
    stored = None if base is None else replace(base, delivery_id="stored")

    found = resolve(stored, deliveries)

    versions = [each for each in found.outcomes if each is not Outcome.DUPLICATE]
    assert len(versions) + (stored is not None) - len(found.superseded) == 1
    assert found.current not in found.superseded


@given(st.lists(RECORDS, min_size=1, max_size=4, unique_by=lambda each: each.rank))
def test_the_current_version_does_not_depend_on_the_order_of_records(deliveries: list[RecordVersion]) -> None:
    standing = {id(_one_by_one(order)) for order in permutations(deliveries)}

    assert len(standing) == 1


def _one_by_one(deliveries: Sequence[RecordVersion]) -> RecordVersion:
    standing = deliveries[0]
    for each in deliveries[1:]:
        standing = _current(standing, [each])
    return standing


def _current(base: RecordVersion | None, deliveries: Sequence[RecordVersion]) -> RecordVersion:
    number = resolve(base, deliveries).current
    found = base if number == HELD else deliveries[number]
    assert found is not None
    return found


@given(st.none() | RECORDS, st.lists(RECORDS, min_size=1, max_size=6))
def test_repeated_deliveries_do_not_change_the_current_version(
    base: RecordVersion | None, deliveries: list[RecordVersion]
) -> None:
    in_order = sorted(deliveries, key=lambda each: each.ingested_at)
    standing = _current(base, in_order)

    again = _current(standing, in_order)

    assert (again.version, again.ingested_at) == (standing.version, standing.ingested_at)
