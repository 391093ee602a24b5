"""Whatever configuration is accepted can be applied: to records, to text and to columns of text, without an error."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.ingestion.delivery import Delivery
from shared.ingestion.mapped_delivery import CODE as SOURCE_CONFIGURATION
from shared.ingestion.validation import DeliveryValidator
from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form
from shared.runtime.models import now
from shared.sources.models import SourceConfigurationRequest
from shared.sources.stored_configuration import StoredConfiguration
from tests.tiers import examples

SALES = DataType.TRANSACTIONS
COLUMNS = ("Zeit", "Menge", "timestamp", "quantity", "transaction_id", "")
_NAMES = st.sampled_from(COLUMNS) | st.text(max_size=5)
_FIELDS = st.sampled_from([*SCHEMAS[SALES].by_name, "unknown"])
_FORMATS = st.lists(
    st.sampled_from([f"%{letter}" for letter in "YymdHIMSfpbBaAjzZQ%"])
    | st.sampled_from(list(" -/:.()[]{}*+?^$|\\\x00é")),
    min_size=1,
    max_size=8,
).map("".join)
_TEMPLATES = st.lists(
    st.sampled_from(["{Zeit}", "{row}", "{Menge!r}", "{a.b[0]}", "{:>99999999}", "{", "}", "-", "{%s}"]), max_size=4
).map("".join)
_CONSTANTS = (
    st.sampled_from(["EUR", "EURO", "completed", "2", "", " ", "\x00", "2025-01-31", "9999-12-31T23:59:59Z"])
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats()
    | st.none()
)
_WRITTEN = st.fixed_dictionaries(
    {"formats": st.lists(_FORMATS | st.sampled_from(["unix", "unix_ms"]), max_size=3)},
    optional={"timezone": st.sampled_from(["UTC", "Europe/Berlin", "America/Recife", "Asia/Kathmandu", "EST", "no"])},
)
_WORDS = st.sampled_from(["EUR", "completed", "odd", "*", "NULL", ""]) | st.text(max_size=3)
_EXPRESSIONS = st.sampled_from(
    ["Menge / 0", "-Menge", "`Menge` * 1e3", "Zeit", "if(Menge > 1, 'a', Zeit)", "1 +", "'EUR'"]
)
_ALLOCATIONS = st.fixed_dictionaries(
    {"within": _NAMES, "column": _NAMES, "to": _FIELDS}, optional={"by": _NAMES | st.just("amount")}
)
_DERIVED = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["Menge > 0", "Zeit = 'x'", "Menge / 0 > 1", "Menge"]),
        "template": st.dictionaries(_FIELDS, _TEMPLATES | st.just("{Zeit}-x"), min_size=1, max_size=2),
    },
    optional={"expressions": st.dictionaries(_FIELDS, _EXPRESSIONS, max_size=1), "omit": st.lists(_FIELDS, max_size=1)},
)
_MAPPINGS = st.fixed_dictionaries(
    {},
    optional={
        "columns": st.dictionaries(_NAMES, _FIELDS, max_size=2),
        "templates": st.dictionaries(_FIELDS, _TEMPLATES, max_size=1),
        "suffixes": st.dictionaries(_FIELDS, st.text(max_size=3), max_size=1),
        "date_formats": st.dictionaries(st.just("timestamp"), _WRITTEN, max_size=1),
        "constants": st.dictionaries(_FIELDS, _CONSTANTS, max_size=1),
        "defaults": st.dictionaries(_FIELDS, _CONSTANTS, max_size=1),
        "drop": st.lists(_NAMES, max_size=2),
        "values": st.dictionaries(_FIELDS, st.dictionaries(_WORDS, _WORDS, max_size=2), max_size=1),
        "nulls": st.lists(_WORDS, max_size=2) | st.dictionaries(_NAMES, st.lists(_WORDS, max_size=2), max_size=1),
        "expressions": st.dictionaries(_FIELDS, _EXPRESSIONS, max_size=1),
        "computed": st.dictionaries(_NAMES, _EXPRESSIONS | st.just("total(Menge)"), max_size=2),
        "fill_down": st.fixed_dictionaries({"within": _NAMES, "columns": st.lists(_NAMES, min_size=1, max_size=2)}),
        "allocate": st.lists(_ALLOCATIONS, max_size=1),
        "derive": st.lists(_DERIVED, max_size=2),
    },
)
_TEXTS = st.sampled_from(["", "31/01/2025", "2024", "1e999", "-0.0", "x" * 3_000, "2025-02-27T10:15:00Z"]) | st.text(
    max_size=9
)
_VALUES = _TEXTS | st.none() | st.integers() | st.floats() | st.lists(st.none(), max_size=1)


def _accepted(mapping: dict[str, Any]) -> SourceConfigurationRequest | None:
    try:
        return SourceConfigurationRequest.model_validate({"mappings": {SALES: mapping}})
    except ValidationError:
        return None


def _judged(configuration: SourceConfigurationRequest, rows: Any, form: Form) -> tuple[int, int]:
    """How many rows were taken, and how many were not."""
    judge = DeliveryValidator(
        decisions=None,  # type: ignore[arg-type] # sales have none
        reporting_currency="USD",
        mapping_of=lambda _, data_type: configuration.mappings.get(data_type),
    )
    delivery = Delivery(
        delivery_id="batch-1",
        kind=DeliveryKind.BATCH,
        source_id="till-7",
        data_type=SALES,
        received_at=now(),
        rows=rows,
        ingested_at=[round(now().timestamp() * 1000)] * len(rows),
        form=form,
    )
    judged = judge.validate(delivery)
    assert SOURCE_CONFIGURATION not in {error.code for error in judged.errors}
    return len(judged.validated.table), judged.rejected


def _as_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    texts = [{name: value if isinstance(value, str) else None for name, value in row.items()} for row in rows]
    return pa.table({name: pa.array([row[name] for row in texts], pa.string()) for name in COLUMNS})


@settings(
    deadline=None, derandomize=True, max_examples=examples(100), suppress_health_check=[HealthCheck.filter_too_much]
)
@given(mapping=_MAPPINGS, rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, _VALUES)), min_size=1, max_size=3))
def test_an_accepted_configuration_accounts_for_every_row(mapping: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    configuration = _accepted(mapping)
    assume(configuration is not None)
    assert configuration is not None

    for form, given_rows in ((Form.TYPED, rows), (Form.TEXT, rows), (Form.TEXT, _as_table(rows))):
        loaded, rejected = _judged(configuration, given_rows, form)
        most = len(rows) if "derive" not in mapping else 3 * len(rows)
        assert len(rows) <= loaded + rejected <= most
    assert StoredConfiguration.read(configuration.model_dump_json(exclude_none=True, exclude_unset=True)).faults == {}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _FORMATS | _TEMPLATES,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(_NAMES, each, max_size=3),
    max_leaves=8,
)
_TABLES = st.sampled_from(["columns", "templates", "suffixes", "date_formats", "constants", "defaults", "drop", "new"])
_SAVED = st.fixed_dictionaries(
    {},
    optional={
        "mappings": st.dictionaries(st.just("transactions"), _MAPPINGS | st.dictionaries(_TABLES, _JSON) | _JSON)
        | _JSON,
        "thresholds": _JSON | st.dictionaries(st.sampled_from(["transactions", "sales"]), _JSON),
        "cadence": _JSON,
        "name": _JSON,
        "namespace": _JSON,
    },
)


@settings(deadline=None, derandomize=True, max_examples=examples(200))
@given(saved=_SAVED | _JSON)
def test_any_saved_configuration_is_read_with_its_errors(saved: Any) -> None:
    stored = StoredConfiguration.read(json.dumps(saved))

    usable = StoredConfiguration.read(stored.usable.model_dump_json(exclude_none=True, exclude_unset=True))
    assert (usable.usable, usable.faults) == (stored.usable, {})
    assert all(path[:1] != ("mappings",) or stored.fault_of(SALES) or path[1:2] != (SALES,) for path in stored.faults)
