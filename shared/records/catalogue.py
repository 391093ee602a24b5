"""The eight record schemas of the data model, as data."""

from datetime import timedelta

from shared.records.schema import DataType, Field, Kind, Partition, RecordSchema


def _id(name: str, *, required: bool = False, **extra: str) -> Field:
    return Field(name=name, kind=Kind.ID, required=required, **extra)  # type: ignore[arg-type] # texts only


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.TEXT) for name in names)


def _money(name: str, *, required: bool = False, minimum: float | None = 0, default: float | None = None) -> Field:
    return Field(name=name, kind=Kind.MONEY, required=required, minimum=minimum, default=default)


def _choice(name: str, *choices: str, required: bool = False, default: str | None = None) -> Field:
    return Field(name=name, kind=Kind.CHOICE, choices=choices, required=required, default=default)


def _time(name: str, *, required: bool = False, default_from: str | None = None) -> Field:
    return Field(name=name, kind=Kind.TIMESTAMP, required=required, default_from=default_from)


PLATFORM_CURRENCY = "platform"

_CURRENCY = Field(
    name="currency", kind=Kind.CURRENCY, default=PLATFORM_CURRENCY, description="ISO 4217; the platform's when absent."
)
_TIMESTAMP = _time("timestamp", required=True)

TRANSACTIONS = RecordSchema(
    data_type=DataType.TRANSACTIONS,
    description="One line of a sale; a negative quantity is a return.",
    key=("transaction_id",),
    version="ingested_at",
    partition=Partition.DAY,
    amounts=(("quantity", "unit_price"), ("quantity", "unit_cost")),
    fields=(
        _id("transaction_id", required=True),
        _TIMESTAMP,
        _id("product_id", required=True),
        Field(name="quantity", kind=Kind.QUANTITY, required=True, description="Units; negative for a return."),
        _money("unit_price", required=True),
        _id("order_id", default_from="transaction_id"),
        _id("customer_id"),
        *_text("product_name", "product_category"),
        _money("unit_cost"),
        _money("discount", default=0),
        _CURRENCY,
        *_text("channel", "region", "customer_segment"),
        _choice("status", "completed", "pending", "cancelled", default="completed"),
    ),
)

ORDERS = RecordSchema(
    data_type=DataType.ORDERS,
    description="An order and where it stands.",
    key=("order_id",),
    version="updated_at",
    partition=Partition.DAY,
    allowed_lateness=timedelta(days=30),  # an order goes on being shipped, delivered, returned
    fields=(
        _id("order_id", required=True),
        _TIMESTAMP,
        _choice("status", "placed", "paid", "shipped", "delivered", "cancelled", "returned", required=True),
        _money("total_amount", required=True),
        _id("customer_id"),
        _CURRENCY,
        Field(name="item_count", kind=Kind.INTEGER, minimum=0),
        *_text("channel", "region"),
        _time("updated_at", default_from="timestamp"),
    ),
)

PRODUCTS = RecordSchema(
    data_type=DataType.PRODUCTS,
    description="A product of the catalogue, with its price and cost.",
    key=("product_id",),
    version="updated_at",
    partition=Partition.NONE,
    event_time=None,
    fields=(
        _id("product_id", required=True),
        Field(name="name", kind=Kind.TEXT, required=True),
        *_text("category"),
        _money("price"),
        _money("cost"),
        _CURRENCY,
        Field(name="active", kind=Kind.BOOLEAN),
        _time("updated_at", default_from="ingested_at"),
    ),
)

CUSTOMERS = RecordSchema(
    data_type=DataType.CUSTOMERS,
    description="A customer without name, mail or phone: those are dropped and counted.",
    key=("customer_id",),
    version="updated_at",
    partition=Partition.NONE,
    event_time=None,
    personal_fields_dropped=True,
    fields=(
        _id("customer_id", required=True),
        *_text("segment", "region"),
        _time("registered_at"),
        Field(name="birth_year", kind=Kind.INTEGER, minimum=1880, maximum=2100),
        Field(name="marketing_opt_in", kind=Kind.BOOLEAN),
        _time("updated_at", default_from="ingested_at"),
    ),
)

INVENTORY = RecordSchema(
    data_type=DataType.INVENTORY,
    description="The stock of a product at a location, at a moment.",
    key=("product_id", "location", "timestamp"),
    version="ingested_at",
    partition=Partition.DAY,
    amounts=(("quantity_on_hand", "unit_cost"),),
    fields=(
        _id("product_id", required=True),
        _TIMESTAMP,
        Field(name="quantity_on_hand", kind=Kind.QUANTITY, required=True, minimum=0),
        _id("location", default="default"),
        Field(name="reserved", kind=Kind.QUANTITY, minimum=0),
        _money("unit_cost"),
    ),
)

EVENTS = RecordSchema(
    data_type=DataType.EVENTS,
    description="One step of a visit to the shop (clickstream).",
    key=("event_id",),
    version="ingested_at",
    partition=Partition.DAY,
    fields=(
        _id("event_id", required=True),
        _TIMESTAMP,
        _id("session_id", required=True),
        _choice(
            "event_type",
            "page_view",
            "product_view",
            "add_to_cart",
            "remove_from_cart",
            "checkout",
            "purchase",
            "search",
            required=True,
        ),
        _id("customer_id"),
        _id("product_id"),
        *_text("product_category"),
        _id("order_id"),
        *_text("channel", "region", "device"),
    ),
)

DECISIONS = RecordSchema(
    data_type=DataType.DECISIONS,
    description="What the fraud models decided, and from which features.",
    key=("decision_id",),
    version="ingested_at",
    partition=Partition.DAY,
    fields=(
        _id("decision_id", required=True),
        _TIMESTAMP,
        Field(name="score", kind=Kind.NUMBER, required=True, minimum=0, maximum=1),
        _choice("outcome", "approve", "review", "decline", required=True),
        _id("transaction_id"),
        _id("customer_id"),
        *_text("merchant", "channel", "geography", "device", "risk_band", "model_version", "rule_version"),
        _money("amount"),
        _CURRENCY,
        Field(name="latency_ms", kind=Kind.NUMBER, minimum=0),
        _id("experiment_id"),
        _id("variant_id"),
        Field(name="features", kind=Kind.TEXT_MAP, description="Text to number or text."),
        Field(name="attributions", kind=Kind.NUMBER_MAP),
        Field(name="base_value", kind=Kind.NUMBER),
    ),
)

LABELS = RecordSchema(
    data_type=DataType.LABELS,
    description="What a decision turned out to be, told later by one source of truth or another.",
    key=("decision_id", "source"),
    version="labelled_at",
    partition=Partition.DAY,
    event_time="decision_timestamp",
    allowed_lateness=timedelta(days=120),  # a chargeback takes months
    fields=(
        _id("decision_id", required=True),
        _choice("label", "fraud", "legitimate", required=True),
        _time("labelled_at", required=True),
        _choice("source", "chargeback", "manual_review", "customer_report", "dispute_won", required=True),
        _money("amount"),
        _time("decision_timestamp"),
    ),
)

SCHEMAS = {
    schema.data_type: schema
    for schema in (TRANSACTIONS, PRODUCTS, CUSTOMERS, INVENTORY, ORDERS, EVENTS, DECISIONS, LABELS)
}
