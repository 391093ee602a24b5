"""The order of the stream, from the names of its deliveries."""

from hypothesis import given
from hypothesis import strategies as st

from shared.lake.storage.stream_position import StreamPosition, order_within_shards


def test_a_delivery_id_of_the_stream_has_shard_and_sequence_number() -> None:
    assert StreamPosition.of("shardId-000000000006~0000049~web-shop~events") == StreamPosition(
        "shardId-000000000006", 49
    )
    assert StreamPosition.of("shardId-000000000006~49~web-shop~events~text") == StreamPosition(
        "shardId-000000000006", 49
    )


def test_other_deliveries_have_no_stream_position() -> None:
    for origin in ("", "batch-0199~p00001", "shardId-6", "shardId-x~4~a~b", "shardId-6~4", "my-shardId-6~4~a~b"):
        assert StreamPosition.of(origin) is None


ORIGINS = st.tuples(st.sampled_from("ab"), st.integers(0, 99)).map(lambda it: f"shardId-{ord(it[0])}~{it[1]}~s~t")


@given(st.lists(ORIGINS | st.just("batch-1")))
def test_only_records_of_a_shard_are_reordered(origins: list[str]) -> None:
    ordered = order_within_shards(origins, lambda origin: origin)

    positions = [StreamPosition.of(each) for each in ordered]
    assert sorted(ordered) == sorted(origins)
    for shard in ("shardId-97", "shardId-98"):
        of_shard = [each.sequence for each in positions if each and each.shard == shard]
        assert of_shard == sorted(of_shard)
    assert [each and each.shard for each in positions] == [
        each and each.shard for each in map(StreamPosition.of, origins)
    ]
