"""POST /ingest/preview: what would become of a file or of records, and which mapping they suggest."""

import base64
import gzip
import json
import random
import tracemalloc
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.ingestion.preview.models import LARGEST_CONTENT
from shared.runtime.paging import Window
from shared.sources.models import SourceConfiguration
from tests.fakes.answers import Answer
from tests.fakes.records import sale
from tests.fakes.state_dump import keys
from tests.functions.ingest.conftest import Call
from tests.functions.presets.exports import EXPORTS

SALES = b"""Report of the till
sep is a semicolon
Invoice No;Stock Code;Qty;Unit Price;Order Date;Country
536365;85123A;6;\xe2\x82\xac 2,55;27.02.2025 08:26;DE
536365;71053;2;\xe2\x82\xac 1.003,39;27.02.2025 08:26;DE
536366;85123A;many;\xe2\x82\xac 2,55;27.02.2025 09:00;FR
"""


def _preview(call: Call, content: bytes | None = None, **body: Any) -> Answer:
    sent = {} if content is None else {"content": base64.b64encode(content).decode()}
    return call("POST", "/ingest/preview", body=sent | body)


def test_a_file_is_shown_as_it_would_be_loaded_with_the_mapping_that_it_suggests(call: Call) -> None:
    told = _preview(call, SALES).data

    assert told["file"] == {
        "format": "csv",
        "compression": "none",
        "encoding": "utf-8",
        "delimiter": ";",
        "quote": '"',
        "header": True,
        "skipped_lines": 2,
    }
    assert (told["data_type"], told["mapping_used"], told["rows"], told["valid_rows"]) == (
        "transactions",
        "suggested",
        3,
        2,
    )
    assert told["suggested_mapping"] == {
        "columns": {
            "Invoice No": "order_id",
            "Stock Code": "product_id",
            "Qty": "quantity",
            "Unit Price": "unit_price",
            "Order Date": "timestamp",
            "Country": "region",
        },
        "date_formats": {"timestamp": {"formats": ["%d.%m.%Y %H:%M"]}},
        "numbers": {"Unit Price": {"symbols": ["€"], "decimal": ",", "thousands": "."}},
        "constants": {"currency": "EUR"},
        "templates": {"transaction_id": "{Invoice No}-{Stock Code}"},
    }
    assert [record["row"] for record in told["records"]] == [4, 5, 6]
    assert told["records"][1]["source"]["Unit Price"] == "€ 1.003,39"
    assert told["records"][1]["records"] == [
        {
            "transaction_id": "536365-71053",
            "timestamp": "2025-02-27T08:26:00.000Z",
            "product_id": "71053",
            "quantity": "2",
            "unit_price": "1003.39",
            "order_id": "536365",
            "discount": "0",
            "currency": "EUR",
            "region": "DE",
            "status": "completed",
            "updated_at": "2025-03-01T12:00:00.000Z",
        }
    ]
    assert (told["records"][2]["records"], told["errors"][0]["row"], told["error_counts"][0]["count"]) == ([], 6, 1)
    assert 0 < told["quality_score"] < 100
    assert any("time zone" in question for question in told["questions"])


def test_a_template_that_repeats_an_id_is_asked_about(call: Call) -> None:
    lines = [{"Order": "1001", "Day": "2025-02-27", "Item": name, "Count": 1, "Price": 5} for name in ("a", "b", "c")]
    fields = {"Day": "timestamp", "Item": "product_id", "Count": "quantity", "Price": "unit_price"}
    mapping = {"columns": fields, "templates": {"transaction_id": "{Order}"}, "constants": {"currency": "EUR"}}

    told = _preview(call, data=lines, data_type="transactions", mapping=mapping).data

    (question,) = told["questions"]
    assert question.startswith("2 rows have the transaction_id of another row")


def test_nothing_is_stored_and_nothing_is_audited(wired: Wiring, call: Call) -> None:
    before = keys(wired.settings, "")

    assert _preview(call, SALES).status == 200

    assert keys(wired.settings, "") == before
    assert wired.audit_trail.find(Asked(), Window(0, 9)).items == []
    assert wired.ledger.get("preview") is None


def test_records_are_previewed_like_those_of_a_batch(call: Call) -> None:
    told = _preview(call, data=[sale(1), sale(2, quantity="x")]).data

    assert (told["data_type"], told["mapping_used"], told["rows"], told["valid_rows"]) == ("transactions", "none", 2, 1)
    assert [(error["row"], error["field"]) for error in told["errors"]] == [(1, "/quantity")]
    assert told["records"][0]["records"][0]["transaction_id"] == "t-1"


def test_a_mapping_is_tried_and_its_faults_are_named(call: Call) -> None:
    columns = {"no": "transaction_id", "qty": "quantity"}
    row = {"no": "t-1", "qty": 2} | {name: sale(1)[name] for name in ("timestamp", "product_id", "unit_price")}

    tried = _preview(call, data=[row], data_type="transactions", mapping={"columns": columns})
    faulty = _preview(call, data=[row], data_type="transactions", mapping={"columns": {"no": "transaktion"}})

    assert (tried.data["mapping_used"], tried.data["valid_rows"]) == ("given", 1)
    assert faulty.status == 400
    assert "mapping.columns.no" in json.dumps(faulty.body)


def test_the_mapping_of_a_source_applies_if_none_is_given(wired: Wiring, call: Call) -> None:
    mapping = {"records": {"path": "lines[*]", "fields": {"order_id": "^.id", "timestamp": "^.at"}}}
    document = {"id": "o-1", "at": sale(1)["timestamp"], "lines": [{**sale(1), "timestamp": None}, sale(2)]}
    configuration = SourceConfiguration.model_validate({"mappings": {"transactions": mapping}})
    wired.source_configs.put("web-shop", configuration)

    told = _preview(call, data=[document], data_type="transactions", source_id="web-shop").data

    assert (told["mapping_used"], told["rows"], told["valid_rows"]) == ("source", 2, 2)
    assert [row["records"][0]["order_id"] for row in told["records"]] == ["o-1", "o-1"]


def test_the_records_of_a_source_have_its_namespace_though_no_data_type_is_given(wired: Wiring, call: Call) -> None:
    mapping = {"columns": {"no": "transaction_id"}}
    configuration = {"namespace": "shop-a", "mappings": {"transactions": mapping}}
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate(configuration))
    row = {**sale(1), "no": "t-1", "lines": [{"sku": "MUG"}]}
    del row["transaction_id"]

    told = _preview(call, data=[row], source_id="web-shop").data

    assert (told["mapping_used"], told["data_type"], told["rows"]) == ("source", "transactions", 1)
    assert told["records"][0]["records"][0]["transaction_id"] == "shop-a:t-1"


@pytest.mark.parametrize("name", ["shopify_orders", "woocommerce_orders"])
@pytest.mark.parametrize("given", [{}, {"mapping": True}, {"mapping": True, "data_type": "transactions"}])
def test_an_export_of_documents_is_shown_as_its_preset_loads_it(call: Call, name: str, given: dict[str, Any]) -> None:
    export = next(each for each in EXPORTS if each.file == f"{name}.json")
    body = {**given, "mapping": {"preset": export.preset}} if given else {}

    told = _preview(call, export.content, **body).data

    assert told["suggested_mapping"] == {"preset": export.preset}
    assert (told["data_type"], told["errors"]) == ("transactions", [])
    assert told["valid_rows"] == told["rows"] > len(export.order_totals)


def test_a_mapping_that_contradicts_its_preset_is_refused(call: Call) -> None:
    mapping = {"preset": "shopify_orders_csv", "fill_down": {"within": "Id", "columns": ["Name"]}}

    answer = _preview(call, data=[sale(1)], data_type="transactions", mapping=mapping)

    assert answer.status == 400
    assert "mapping.preset" in json.dumps(answer.body)


def test_orders_with_lines_suggest_a_path_and_fields_of_the_order(call: Call) -> None:
    lines = [
        {"id": 1, "sku": "MUG", "quantity": 2, "price": "9.50"},
        {"id": 2, "sku": "PEN", "quantity": 1, "price": "2"},
    ]
    order = {"order_id": 17, "created_at": "2025-02-27T08:00:00Z", "currency": "GBP", "line_items": lines}

    told = _preview(call, json.dumps({"orders": [order, {**order, "order_id": 18}]}).encode()).data

    assert told["suggested_mapping"]["records"] == {
        "path": "line_items[*]",
        "fields": {
            "parent_created_at": "^.created_at",
            "parent_order_id": "^.order_id",
            "parent_currency": "^.currency",
        },
    }
    assert (told["rows"], told["valid_rows"]) == (4, 4)
    assert [row["records"][0]["transaction_id"] for row in told["records"]] == ["17-MUG", "17-PEN", "18-MUG", "18-PEN"]


@pytest.mark.parametrize(
    ("column", "values", "question"),
    [
        ("order date", ["01/02/2025", "03/04/2025"], "is 01/02/2025 written as %d/%m/%Y or %m/%d/%Y"),
        ("unit price", ["1,240", "2,500"], "is 1,240 one thousand and more, or has it decimal places"),
        ("unit price", ["$2.00", "$3.00"], "which currency is meant"),
        ("order date", ["Nov 1, 2025 1:30:00 AM PDT", "Nov 1, 2025 1:30:00 AM PST"], "which zones are PDT, PST"),
    ],
)
def test_what_the_values_do_not_tell_is_asked_and_not_guessed(
    call: Call, column: str, values: list[str], question: str
) -> None:
    rows = [{"invoice no": f"i-{number}", "sku": "MUG", "qty": 1, column: each} for number, each in enumerate(values)]

    told = _preview(call, data=rows, data_type="transactions").data

    assert any(each.startswith(column) and question in each for each in told["questions"])
    assert "date_formats" not in told["suggested_mapping"]
    assert "decimal" not in json.dumps(told["suggested_mapping"])


def test_dates_with_one_reading_are_suggested(call: Call) -> None:
    rows = [{"invoice no": f"i-{day}", "sku": "MUG", "qty": 1, "price": 2, "date": f"{day}/02/2025"} for day in (1, 13)]

    told = _preview(call, data=rows, data_type="transactions").data

    assert told["suggested_mapping"]["date_formats"] == {"timestamp": {"formats": ["%d/%m/%Y"]}}
    assert told["valid_rows"] == 2


def test_a_line_total_is_divided_by_the_quantity(call: Call) -> None:
    rows = [{"order id": "o-1", "sku": "MUG", "qty": 4, "line total": "10.00", "date": "2025-02-01"}]

    told = _preview(call, data=rows, data_type="transactions").data

    assert told["suggested_mapping"]["expressions"] == {"unit_price": "`line total` / `qty`"}
    assert told["records"][0]["records"][0]["unit_price"] == "2.5"


def test_a_known_export_is_recognized_and_another_kind_of_file_is_refused_by_name(call: Call) -> None:
    header = (
        b"Date,Time,Time Zone,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Customer ID\n"
    )
    row = b"2/21/2025,17:00:00,Mountain Time (US & Canada),Prints,Fern,1.0,F1,$99.00,$0.00,$99.00,$0.00,sqA,c1\n"

    known = _preview(call, header + row).data
    other = _preview(call, header + row, mapping={"preset": "shopify_orders_csv"}).data

    assert (known["preset"], known["suggested_mapping"]) == ("square_items_csv", {"preset": "square_items_csv"})
    assert known["valid_rows"] == 1
    assert other["valid_rows"] == 0
    assert "it looks like square_items_csv" in other["error_counts"][0]["message"]


def test_the_cut_off_last_record_of_a_megabyte_is_left_out(call: Call) -> None:
    lines = [b"transaction_id,timestamp,product_id,quantity,unit_price"]
    lines += [f"t-{number},2025-02-27T10:15:00Z,mug,2,9.99{'0' * 4000}".encode() for number in range(300)]
    content = b"\n".join(lines)[:LARGEST_CONTENT]
    assert not content.endswith(b"\n")

    told = _preview(call, content, data_type="transactions").data

    assert told["rows"] == content.count(b"\n") - 1


def test_a_compressed_beginning_is_read_as_far_as_it_goes(call: Call) -> None:
    noise = random.Random(1)  # noqa: S311 # the same file in every run
    lines = [json.dumps(sale(number, note=noise.randbytes(900).hex())) for number in range(3000)]
    content = gzip.compress("\n".join(lines).encode())
    assert len(content) > LARGEST_CONTENT

    told = _preview(call, content[:LARGEST_CONTENT]).data

    assert (told["file"]["compression"], told["data_type"]) == ("gzip", "transactions")
    assert 300 < told["rows"] == told["valid_rows"] < 1000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\0\1\2" * 1000, "wrong_format"),
        (b"x" * LARGEST_CONTENT, "record_too_long"),
        (b'{"a":"' + b"y" * (LARGEST_CONTENT - 6), "record_too_long"),
        (b"[" * 100_000, "nested_too_deep"),
        (gzip.compress(b"\0" * 300_000_000, 1)[:LARGEST_CONTENT], "wrong_format"),
        (gzip.compress(b'{"a":' * 60_000_000, 1)[:LARGEST_CONTENT], "record_too_long"),
        (b"PAR1" + b"\0" * (LARGEST_CONTENT - 4), "record_too_long"),
        (b"<!DOCTYPE s [<!ENTITY a 'ha'>]><s>&a;</s>", "forbidden_xml"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused_with_a_reason(call: Call, content: bytes, code: str) -> None:
    tracemalloc.start()

    answer = _preview(call, content)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status == 422
    assert answer.body["error"]["details"]["code"] == code
    assert peak < 64 * 2**20


@pytest.mark.parametrize(
    "value", ["1" * 900_000 + "x", "1," * 450_000, "(" * 900_000, "2025-" * 180_000, "€" * 300_000]
)
def test_a_value_that_is_nearly_a_number_or_a_time_takes_little_time(call: Call, value: str) -> None:
    told = _preview(call, data=[{"order id": "o-1", "price": value, "date": value}], data_type="transactions").data

    assert (told["rows"], told["valid_rows"]) == (1, 0)
    assert len(json.dumps(told["columns"])) < 2_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": "SGk=", "data": [{}]},
        {"content": "not base64!"},
        {"content": base64.b64encode(b"x" * (LARGEST_CONTENT + 1)).decode()},
        {"data": [{}] * 1001},
        {"data": []},
        {"content": "SGk=", "unknown": 1},
        {"content": "SGk=", "mapping": {"preset": "no_such_preset"}},
    ],
    ids=range(8),
)
def test_a_request_that_cannot_be_previewed_is_refused(call: Call, body: dict[str, Any]) -> None:
    assert call("POST", "/ingest/preview", body=body).status == 400


def test_personal_data_of_customers_is_not_shown(call: Call) -> None:
    row = {"customer_id": "c-1", "segment": "loyal", "email": "a@example.org"}

    told = _preview(call, data=[row], data_type="customers").data

    assert told["records"][0]["source"] == {"customer_id": "c-1", "segment": "loyal"}
    assert "example.org" not in json.dumps(told)
