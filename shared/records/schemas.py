"""The eight record schemas of the data model, as data."""

from datetime import timedelta

from shared.records.schema import DataType, Field, Kind, RecordSchema


def _id(name: str, description: str, *, required: bool = False, **extra: str | bool) -> Field:
    return Field(name=name, kind=Kind.ID, required=required, description=description, **extra)  # type: ignore[arg-type] # names of fields


def _text(**descriptions: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.TEXT, description=each) for name, each in descriptions.items())


def _money(name: str, description: str, *, required: bool = False, default: float | None = None) -> Field:
    return Field(name=name, kind=Kind.MONEY, required=required, minimum=0, default=default, description=description)


def _signed_money(name: str, description: str, *, default: float | None = None) -> Field:
    """Return the field of an amount of a sale line, which is subtracted or paid back in a return."""
    told = f"{description} At least 0 on a sale; a return may write it with either sign."
    return Field(name=name, kind=Kind.MONEY, sign_of="quantity", default=default, description=told)


def _choice(name: str, description: str, *choices: str, required: bool = False, default: str | None = None) -> Field:
    return Field(
        name=name, kind=Kind.CHOICE, choices=choices, required=required, default=default, description=description
    )


def _time(name: str, description: str, *, required: bool = False, default_from: str | None = None) -> Field:
    return Field(name=name, kind=Kind.TIMESTAMP, required=required, default_from=default_from, description=description)


PLATFORM_CURRENCY = "platform"

_CURRENCY = Field(
    name="currency",
    kind=Kind.CURRENCY,
    default=PLATFORM_CURRENCY,
    description="ISO 4217 code (default: the platform's currency).",
)
_TIMESTAMP = _time("timestamp", "Event time.", required=True)
_UPDATED_AT = _time("updated_at", "Time of the last change.", default_from="ingested_at")
_CUSTOMER = _id("customer_id", "Id of the customer.")

TRANSACTIONS = RecordSchema(
    data_type=DataType.TRANSACTIONS,
    description="One line of a sale; a negative quantity is a return.",
    key=("transaction_id",),
    version="updated_at",
    amounts=(("quantity", "unit_price"), ("quantity", "unit_cost")),
    fields=(
        _id("transaction_id", "Id of the line.", required=True),
        _TIMESTAMP,
        _id("product_id", "Id of the product.", required=True),
        Field(name="quantity", kind=Kind.QUANTITY, required=True, description="Units; negative for a return."),
        _money("unit_price", "Price per unit.", required=True),
        _id("order_id", "Id of the order.", default_from="transaction_id"),
        _CUSTOMER,
        *_text(product_name="Name of the product.", product_category="Category of the product."),
        _money("unit_cost", "Cost per unit."),
        _signed_money("discount", "Discount on the whole line.", default=0),
        _signed_money("tax", "Tax on the whole line, which is not part of its net amount."),
        _signed_money("shipping", "Shipping charged for the line, which is not part of its net amount."),
        _CURRENCY,
        *_text(channel="Sales channel.", region="Region of the sale.", customer_segment="Segment of the customer."),
        _choice(
            "status",
            "Status of the line; only completed lines count.",
            "completed",
            "pending",
            "cancelled",
            default="completed",
        ),
        _UPDATED_AT,
    ),
)

ORDERS = RecordSchema(
    data_type=DataType.ORDERS,
    description="An order with its current status.",
    key=("order_id",),
    version="updated_at",
    allowed_lateness=timedelta(days=30),  # orders are shipped, delivered and returned for weeks
    fields=(
        _id("order_id", "Id of the order.", required=True),
        _TIMESTAMP,
        _choice(
            "status",
            "Current status of the order.",
            "placed",
            "paid",
            "shipped",
            "delivered",
            "cancelled",
            "returned",
            required=True,
        ),
        _money("total_amount", "Total of the order.", required=True),
        _money("discount", "Discount on the order."),
        _money("tax", "Tax on the order."),
        _money("shipping", "Shipping charged for the order."),
        _CUSTOMER,
        _CURRENCY,
        Field(name="item_count", kind=Kind.INTEGER, minimum=0, description="Number of items."),
        *_text(channel="Sales channel.", region="Region of the order."),
        _time("updated_at", "Time of the last change.", default_from="timestamp"),
    ),
)

PRODUCTS = RecordSchema(
    data_type=DataType.PRODUCTS,
    description="A product in the catalogue, with its price and cost.",
    key=("product_id",),
    version="updated_at",
    event_time=None,
    fields=(
        _id("product_id", "Id of the product.", required=True),
        Field(name="name", kind=Kind.TEXT, required=True, description="Name of the product."),
        *_text(category="Category of the product."),
        _money("price", "List price."),
        _money("cost", "Cost per unit."),
        _CURRENCY,
        Field(name="active", kind=Kind.BOOLEAN, description="Whether the product is on sale."),
        _UPDATED_AT,
    ),
)

CUSTOMERS = RecordSchema(
    data_type=DataType.CUSTOMERS,
    description="A customer. Personal fields (name, mail, phone) are dropped and counted.",
    key=("customer_id",),
    version="updated_at",
    event_time=None,
    personal_fields_dropped=True,
    fields=(
        _id("customer_id", "Id of the customer.", required=True),
        *_text(segment="Segment of the customer.", region="Region of the customer."),
        _time("registered_at", "Time of registration."),
        Field(name="birth_year", kind=Kind.INTEGER, minimum=1880, maximum=2100, description="Year of birth."),
        Field(name="marketing_opt_in", kind=Kind.BOOLEAN, description="Consent to marketing."),
        _UPDATED_AT,
    ),
)

INVENTORY = RecordSchema(
    data_type=DataType.INVENTORY,
    description="The stock level of a product at a location and time.",
    key=("product_id", "location", "timestamp"),
    version="ingested_at",
    amounts=(("quantity_on_hand", "unit_cost"),),
    fields=(
        _id("product_id", "Id of the product.", required=True),
        _TIMESTAMP,
        Field(
            name="quantity_on_hand",
            kind=Kind.QUANTITY,
            required=True,
            description="Units on hand; negative if more was sold than there is.",
        ),
        _id("location", "Id of the location.", default="default", shared=True),
        Field(name="reserved", kind=Kind.QUANTITY, minimum=0, description="Units reserved."),
        _money("unit_cost", "Cost per unit."),
    ),
)

EVENTS = RecordSchema(
    data_type=DataType.EVENTS,
    description="One event of a session in the shop (clickstream).",
    key=("event_id",),
    version="updated_at",
    fields=(
        _id("event_id", "Id of the event.", required=True),
        _TIMESTAMP,
        _id("session_id", "Id of the session.", required=True),
        _choice(
            "event_type",
            "Type of the event.",
            "page_view",
            "product_view",
            "add_to_cart",
            "remove_from_cart",
            "checkout",
            "purchase",
            "search",
            required=True,
        ),
        _CUSTOMER,
        _id("product_id", "Id of the product."),
        *_text(product_category="Category of the product."),
        _id("order_id", "Id of the order, for a purchase."),
        *_text(channel="Channel of the session.", region="Region of the visitor.", device="Device of the visitor."),
        _UPDATED_AT,
    ),
)

DECISIONS = RecordSchema(
    data_type=DataType.DECISIONS,
    description="A decision of the fraud models, with the features that it is based on.",
    key=("decision_id",),
    version="ingested_at",
    indexed=True,
    fields=(
        _id("decision_id", "Id of the decision.", required=True),
        _TIMESTAMP,
        Field(name="score", kind=Kind.NUMBER, required=True, minimum=0, maximum=1, description="Fraud score."),
        _choice("outcome", "Decision taken.", "approve", "review", "decline", required=True),
        _id("transaction_id", "Id of the transaction decided on."),
        _CUSTOMER,
        *_text(
            merchant="Merchant.",
            channel="Sales channel.",
            geography="Country or region of the transaction.",
            device="Device of the customer.",
            risk_band="Risk band of the score.",
            model_version="Version of the model.",
            rule_version="Version of the rules.",
        ),
        _money("amount", "Amount of the transaction."),
        _CURRENCY,
        Field(name="latency_ms", kind=Kind.NUMBER, minimum=0, description="Decision time in milliseconds."),
        _id("experiment_id", "Id of the experiment, if the decision was part of one.", shared=True),
        _id("variant_id", "Id of the variant in the experiment.", shared=True),
        _id("investigation_id", "Id of the investigation of the decision, if there is one."),
        Field(
            name="features",
            kind=Kind.TEXT_MAP,
            description='Feature name → number, text or boolean; the type is kept, so 1, "1" and true differ. Null '
            "means that the feature is absent.",
        ),
        Field(name="attributions", kind=Kind.NUMBER_MAP, description="Feature name → contribution to the score."),
        Field(name="base_value", kind=Kind.NUMBER, description="Score before all attributions."),
    ),
)

LABELS = RecordSchema(
    data_type=DataType.LABELS,
    description="The true class of a decision, reported later by one of several sources, as often as it changes.",
    key=("decision_id", "source", "labelled_at"),
    version="ingested_at",
    rekeyed=True,
    event_time="decision_timestamp",
    event_time_from=DataType.DECISIONS,
    allowed_lateness=timedelta(days=120),  # chargebacks take months
    fields=(
        _id("decision_id", "Id of the decision.", required=True),
        _choice("label", "True class of the decision.", "fraud", "legitimate", required=True),
        _time("labelled_at", "Time of the label.", required=True),
        _choice(
            "source",
            "Source of the label.",
            "chargeback",
            "manual_review",
            "customer_report",
            "dispute_won",
            required=True,
        ),
        _money("amount", "Amount concerned."),
        _time("decision_timestamp", "Event time of the decision. That of the decision itself replaces it, once known."),
    ),
)

SCHEMAS = {
    schema.data_type: schema
    for schema in (TRANSACTIONS, PRODUCTS, CUSTOMERS, INVENTORY, ORDERS, EVENTS, DECISIONS, LABELS)
}
