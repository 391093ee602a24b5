"""Files as systems write them: preambles, trailing commas, short rows, nested and concatenated documents."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.files.content import LONGEST_RECORD
from shared.lake.files.errors import UnreadableFile
from shared.lake.files.options import FileOptions
from shared.lake.files.part import Part
from shared.lake.files.reader import read_parts
from shared.mapping.record_paths import RecordPaths
from tests.tiers import examples

LINES = RecordPaths(path="orders[*].line_items[*]", fields={"currency": "^.currency", "shop": "^^.shop"})
EXPECTED = ("order id", "qty")


class Trickle(io.RawIOBase):
    """Gives the bytes of a file in pieces of the given sizes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__()
        self._file, self._sizes = io.BytesIO(content), sizes

    def read(self, size: int = -1, /) -> bytes:
        """Return one piece."""
        self._sizes = [*self._sizes[1:], self._sizes[0]]
        return self._file.read(min(size, self._sizes[0]) if size >= 0 else size)


def _parts(content: bytes, *, rows_per_part: int = 50_000, **options: Any) -> list[Part]:
    return list(read_parts(io.BytesIO(content), FileOptions(**options), rows_per_part=rows_per_part))


def _rows(part: Part) -> list[Any]:
    return part.rows if isinstance(part.rows, list) else part.rows.to_pylist()


def _read(content: bytes, **options: Any) -> tuple[list[Any], list[int]]:
    (part,) = _parts(content, **options)
    assert not part.malformed
    return _rows(part), list(part.places)


TWO = [{"order id": "1", "qty": "2"}, {"order id": "2", "qty": "3"}]


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ("order id,qty\n1,2\n2,3\n", [2, 3]),
        ("sep=;\norder id;qty\n1;2\n2;3\n", [3, 4]),
        ('"sep=|"\r\norder id|qty\r\n1|2\r\n2|3\r\n', [3, 4]),
        ('Report, all\n"in USD"\n\norder id,qty\n1,2\n2,3\n', [5, 6]),
        ('Report\tall\n"a, b, c"\norder id;qty\n1;2\n2;3\n', [4, 5]),
        ('"a title\nof two lines",,,\norder id,qty\n1,2\n2,3\n', [4, 5]),
        ("order id,qty\n1,2,\n2,3, ,\n", [2, 3]),
        ("order id,qty\n1,2,\n2,3\n", [2, 3]),
        ("\ufefforder id , qty\n1,2\n2,3\n", [2, 3]),
    ],
)
def test_the_header_is_the_first_row_with_the_expected_columns(content: str, places: list[int]) -> None:
    assert _read(content.encode(), expected=EXPECTED) == (TWO, places)


def test_lines_are_skipped_as_told_even_if_they_look_like_a_header() -> None:
    content = b"order id,qty\norder id,qty\n1,2\n2,3\n"

    assert _read(content, expected=EXPECTED, skip_lines=1) == (TWO, [3, 4])


def test_records_above_a_wider_header_are_not_skipped_unless_that_is_told() -> None:
    content = b"order id,qty\n1,2\norder id,qty,price\n2,3,4\n"
    expected = (*EXPECTED, "price")

    with pytest.raises(UnreadableFile, match="lines 1 and 3 may both be the header; set skip_lines") as refused:
        _parts(content, format="csv", expected=expected)

    assert refused.value.row == 1
    assert _read(content, format="csv", expected=expected, skip_lines=2)[1] == [4]


def test_without_expected_columns_the_first_row_is_the_header() -> None:
    rows, _ = _read(b"a,b\nc,d\n", expected=EXPECTED)

    assert rows == [{"a": "c", "b": "d"}]


def test_a_header_beyond_the_first_hundred_lines_is_not_searched() -> None:
    (part,) = _parts(b"note\n" * 101 + b"order id,qty\n1,2\n", expected=EXPECTED)

    assert "order id" not in _rows(part)[0]


def test_short_rows_are_malformed_unless_they_are_allowed() -> None:
    content = b"order id,qty\n1\n2,3\n"

    (strict,) = _parts(content)

    assert [(each.place, each.code) for each in strict.malformed] == [(2, "ragged")]
    assert _read(content, allow_short_rows=True)[0] == [{"order id": "1", "qty": ""}, TWO[1]]


def test_further_cells_with_content_are_malformed() -> None:
    (part,) = _parts(b"order id,qty\n1,2,x\n2,3,\n")

    assert ([each.place for each in part.malformed], list(part.places)) == ([2], [3])


def test_empty_further_cells_are_malformed_if_they_are_not_allowed() -> None:
    (part,) = _parts(b"order id,qty\n1,2,\n2,3\n", allow_trailing_empty=False)

    assert ([each.place for each in part.malformed], list(part.places)) == ([2], [3])


def test_an_escape_character_precedes_quotes() -> None:
    assert _read(rb"a,b" + b"\n" + rb'"x\"y, z",2' + b"\n", escape="\\")[0] == [{"a": 'x"y, z', "b": "2"}]


ORDERS: dict[str, Any] = {
    "shop": "north",
    "orders": [
        {"id": 1, "currency": "EUR", "line_items": [{"sku": "MUG"}, {"sku": "PEN"}]},
        {"id": 2, "currency": "USD", "line_items": []},
        {"id": 3, "currency": "USD", "line_items": [{"sku": "CUP"}]},
    ],
}
SKUS = [("MUG", "EUR", "north"), ("PEN", "EUR", "north"), ("CUP", "USD", "north")]


def _lines(parts: list[Part]) -> list[tuple[Any, ...]]:
    rows = [row for part in parts for row in _rows(part)]
    return [(row["sku"], row["^"]["currency"], row["^"]["^"]["shop"]) for row in rows]


@pytest.mark.parametrize("indent", [None, 1])
def test_nested_records_are_read_with_their_parents(indent: int | None) -> None:
    parts = _parts(json.dumps(ORDERS, indent=indent).encode(), records=LINES)

    assert _lines(parts) == SKUS
    assert [list(part.places) for part in parts] == [[1, 2, 3]]


def test_a_document_larger_than_a_record_is_read_element_by_element() -> None:
    orders = [{**ORDERS["orders"][0], "id": number, "note": "x" * 300_000} for number in range(12)]
    content = json.dumps({"shop": "north", "meta": {"a": [1]}, "orders": orders, "next": None}).encode()
    assert len(content) > 3 * LONGEST_RECORD

    parts = _parts(content + json.dumps(ORDERS).encode(), records=LINES)

    assert _lines(parts) == [*SKUS[:2] * 12, *SKUS]


def test_a_large_document_must_have_its_parents_fields_before_the_records() -> None:
    orders = [{"id": number, "note": "x" * 300_000, "line_items": [{"sku": "MUG"}]} for number in range(12)]

    with pytest.raises(UnreadableFile, match="'shop' is taken from 'shop', which follows the records"):
        _parts(json.dumps({"orders": orders, "shop": "north"}).encode(), records=LINES)


def test_an_array_in_an_object_is_found_by_the_names_of_its_records() -> None:
    content = json.dumps({"count": 2, "meta": [{"page": 1}], "orders": TWO}).encode()

    assert _read(content, expected=EXPECTED) == (TWO, [1, 2])
    assert _read(content * 2, expected=EXPECTED) == (TWO * 2, [1, 2, 3, 4])


def test_a_large_array_in_an_object_is_found_as_well() -> None:
    many = [{**TWO[0], "note": "x" * 300_000}] * 9

    parts = _parts(json.dumps({"count": 9, "orders": many, "page": 2}).encode(), expected=EXPECTED)

    assert [row for part in parts for row in _rows(part)] == many


def test_a_path_within_records_applies_to_those_in_a_wrapper() -> None:
    paths = RecordPaths(path="line_items[*]", fields={"currency": "^.currency"})

    assert _lines(_parts(json.dumps(ORDERS).encode(), records=paths)) == SKUS


def test_a_record_with_a_list_of_objects_is_not_taken_for_a_wrapper() -> None:
    record = {**TWO[0], "parts": [{"qty": 1, "a": 2}]}

    assert _read(json.dumps(record).encode(), expected=EXPECTED)[0] == [record]


XML = """<export><order date="d1"><currency>EUR</currency><items><item sku="MUG"><price currency="EUR">3</price></item>
<item sku="PEN"/></items></order><order date="d2"><items><item sku="CUP"/></items></order></export>"""


def test_items_of_xml_orders_are_read_with_their_parents() -> None:
    paths = RecordPaths(path="order/items/item", fields={"date": "^^/@date", "price": "price"})

    rows, places = _read(XML.encode(), records=paths)

    assert [(row["sku"], row["^"]["^"]["date"]) for row in rows] == [("MUG", "d1"), ("PEN", "d1"), ("CUP", "d2")]
    assert places == [1, 2, 3]


def test_a_path_may_begin_at_the_root() -> None:
    rows, _ = _read(XML.encode(), records=RecordPaths(path="export/order"))

    assert [row["date"] for row in rows] == ["d1", "d2"]


def test_a_path_must_reach_the_element_that_fields_are_taken_from() -> None:
    with pytest.raises(UnreadableFile, match=r"must start with the element that \^\^ stands for"):
        _parts(XML.encode(), records=RecordPaths(path="items/item", fields={"date": "^^/@date"}))


def test_a_document_without_the_records_is_malformed_by_itself() -> None:
    orders = [{"id": 1}, *ORDERS["orders"]]

    (part,) = _parts(json.dumps({"shop": "north", "orders": orders}).encode(), records=LINES)

    assert [(each.place, each.raw, each.code) for each in part.malformed] == [(1, '{"id":1}', "record_path")]
    assert list(part.places) == [2, 3, 4]


_VALUES = st.recursive(
    st.sampled_from([None, 1, 0.5, True, "x", "},{", '"', "]", "a\nb", "\n{", "é"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "}\n{"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), _VALUES, max_size=3), min_size=1, max_size=8)


@settings(deadline=None, max_examples=examples(150))
@given(
    documents=_DOCUMENTS,
    indents=st.lists(st.sampled_from([None, 1, 4]), min_size=8, max_size=8),
    separators=st.lists(st.sampled_from(["", " ", "\n", "\r\n", "\n\n"]), min_size=8, max_size=8),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5),
)
def test_documents_are_read_alike_however_they_are_written_and_arrive(
    documents: list[Any], indents: list[int | None], separators: list[str], sizes: list[int]
) -> None:
    text = "".join(
        json.dumps(document, indent=indent, ensure_ascii=False) + separator
        for document, indent, separator in zip(documents, indents, separators, strict=False)
    )

    parts = list(read_parts(Trickle(text.encode(), sizes), FileOptions(), rows_per_part=3))

    assert [row for part in parts for row in _rows(part)] == documents
    assert not any(part.malformed for part in parts)
    places = [place for part in parts for place in part.places]
    assert places == sorted(set(places))


def test_many_documents_on_one_line_are_read() -> None:
    (part,) = _parts(json.dumps(TWO[0]).encode() * 40_000)

    assert len(part.rows) == 40_000
    assert list(part.places) == list(range(1, 40_001))


def test_a_malformed_document_is_set_aside_as_a_whole_and_reading_goes_on() -> None:
    pretty = [json.dumps(each, indent=2) for each in TWO]
    broken = pretty[0].replace('"1",', '"1"')

    (part,) = _parts("\n".join([pretty[0], broken, *pretty, '{"a":', json.dumps(TWO[0]), ""]).encode())

    assert [each.place for each in part.malformed] == [5, 17]
    assert part.malformed[0].raw == broken
    assert _rows(part) == [TWO[0], *TWO, TWO[0]]


@pytest.mark.parametrize(
    "content", [b'{"a":\n' * 200_000, b'{"a":[' * 150_000, b'{"a" \n' * 100_000, b"{" * 900_000, b'{"a":"\n' * 90_000]
)
def test_text_that_is_nearly_json_is_malformed_and_takes_little_time(content: bytes) -> None:
    parts = _parts(content)

    assert not any(part.rows for part in parts)
    assert 0 < sum(part.received for part in parts) <= content.count(b"\n") + 1


_GROUPS = st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=12)


@settings(deadline=None, max_examples=examples(150))
@given(groups=_GROUPS, rows_per_part=st.integers(1, 6), sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_parts_never_cut_a_group(groups: list[tuple[int, bool]], rows_per_part: int, sizes: list[int]) -> None:
    lines = ["order,n,note"]
    for number, (size, is_broken) in enumerate(groups):
        lines += [f"o-{number},{row},{'x,y' if is_broken and row == 1 else ''}" for row in range(size)]
    content = "\n".join([*lines, ""]).encode()
    options = FileOptions(within="order", delimiter=",")

    parts = list(read_parts(Trickle(content, sizes), options, rows_per_part=rows_per_part))

    assert sum(part.received for part in parts) == len(lines) - 1
    groups_of = [{row["order"] for row in _rows(part)} for part in parts]
    assert sum(map(len, groups_of)) == len(set().union(*groups_of))
    assert parts == list(read_parts(io.BytesIO(content), options, rows_per_part=rows_per_part))


def test_a_group_that_appears_again_in_a_later_part_is_rejected() -> None:
    content = b"order,n\n1,1\n1,2\n2,1\n2,2\n1,3\n"

    with pytest.raises(UnreadableFile, match="rows of order '1' do not follow each other") as failure:
        _parts(content, within="order", rows_per_part=2)

    assert (failure.value.code, failure.value.row) == ("group_reappears", 6)


def test_a_group_that_fits_into_no_part_is_rejected() -> None:
    content = b"order,n\n" + b"1,1\n" * 60_000

    with pytest.raises(UnreadableFile, match="More than 55000 rows") as failure:
        _parts(content, within="order", rows_per_part=5_000)

    assert failure.value.code == "group_too_large"


def test_rows_without_a_group_may_be_anywhere() -> None:
    parts = _parts(b"order,n\n,1\n1,1\n,2\n,3\n2,1\n", within="order", rows_per_part=1)

    assert [part.received for part in parts] == [1, 1, 1, 1, 1]


def test_groups_of_nested_records_are_told_apart_by_their_parents() -> None:
    paths = RecordPaths(path="line_items[*]", fields={"order_id": "^.id"})
    content = "\n".join(json.dumps(order) for order in ORDERS["orders"]).encode()

    parts = _parts(content, records=paths, within="order_id", rows_per_part=1)

    assert [[row["^"]["id"] for row in _rows(part)] for part in parts] == [[1, 1], [3]]
