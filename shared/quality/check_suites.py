"""The quality checks of each data type, as data, for consistency, accuracy and the other dimensions.

Bounds are wide on purpose: a value beyond them is a mistake (cents for euros, a counter for a quantity), not a good
month. Fields that have a default are not expected, because a default cannot be told from a value that was sent.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from shared.quality.checks import (
    Check,
    CheckSuite,
    FunctionallyDependent,
    Implies,
    NotAbove,
    NotAboveProduct,
    Ratio,
    Requires,
    SoonAfter,
    Within,
    YearNotAfter,
)
from shared.records.schema import DataType

_LARGEST_AMOUNT = 100_000_000
_MOST_UNITS = 100_000
_LARGEST_STOCK = 10_000_000
_COST_TO_PRICE = 10
_UNITS_OR_PRICES = "Check the unit and the decimal places of {} at the source."


def _amount(field: str) -> Within:
    return Within(name=f"{field}_plausible", field=field, high=_LARGEST_AMOUNT, action=_UNITS_OR_PRICES.format(field))


def _cost(field: str, price: str) -> Ratio:
    action = f"Check that {field} and {price} are in the same currency and unit."
    return Ratio(name=f"{field}_plausible", field=field, to=price, at_most=_COST_TO_PRICE, action=action)


def _one_each(of: str, field: str) -> FunctionallyDependent:
    action = f"Send the same {field} in all rows with the same {of}."
    return FunctionallyDependent(name=f"one_{field}_per_{of}", of=of, field=field, action=action, wrong=False)


def _in_order(earlier: str, later: str) -> NotAbove:
    action = f"Check the clocks and time zones of {earlier} and {later}."
    return NotAbove(name=f"{earlier}_before_{later}", field=earlier, other=later, action=action)


def _needs(field: str, needs: str, *, values: tuple[str | bool, ...] = (), name: str) -> Requires:
    action = f"Send {needs} in these records."
    return Requires(name=name, field=field, needs=needs, values=values, action=action, wrong=False)


TRANSACTIONS = CheckSuite(
    expected=("customer_id", "product_name", "product_category", "channel", "region"),
    consistency=(
        NotAboveProduct(
            name="discount_within_amount",
            field="discount",
            factors=("quantity", "unit_price"),
            action="Send the discount as an amount for the line, not as a percentage or for the whole order.",
        ),
        _one_each("order_id", "currency"),
    ),
    accuracy=(
        _cost("unit_cost", "unit_price"),
        _amount("unit_price"),
        Within(
            name="quantity_plausible",
            field="quantity",
            low=-_MOST_UNITS,
            high=_MOST_UNITS,
            action=_UNITS_OR_PRICES.format("quantity"),
        ),
    ),
    dated_by="timestamp",
)

ORDERS = CheckSuite(
    expected=("customer_id", "item_count", "channel", "region"),
    consistency=(_in_order("timestamp", "updated_at"),),
    accuracy=(
        _amount("total_amount"),
        Within(
            name="item_count_plausible",
            field="item_count",
            high=_MOST_UNITS,
            action=_UNITS_OR_PRICES.format("item_count"),
        ),
    ),
    dated_by="updated_at",
)

PRODUCTS = CheckSuite(
    expected=("category", "price", "cost"),
    consistency=(_needs("active", "price", values=(True,), name="active_product_has_price"),),
    accuracy=(_cost("cost", "price"), _amount("price")),
)

CUSTOMERS = CheckSuite(
    expected=("segment", "region", "registered_at"),
    consistency=(
        YearNotAfter(
            name="born_before_registered",
            field="birth_year",
            moment="registered_at",
            action="Check which of birth_year and registered_at is wrong at the source.",
        ),
    ),
    accuracy=(
        Within(
            name="birth_year_plausible",
            field="birth_year",
            low=1900,
            action="Omit birth_year if it is unknown.",
        ),
        YearNotAfter(
            name="born_before_received",
            field="birth_year",
            moment="ingested_at",
            action="Omit birth_year if it is unknown.",
        ),
    ),
)

INVENTORY = CheckSuite(
    expected=("reserved", "unit_cost"),
    consistency=(
        Within(
            name="stock_not_negative",
            field="quantity_on_hand",
            low=0,
            action="Check these products for overselling, or for goods that arrived and were not counted.",
            wrong=False,  # overselling is possible
        ),
        NotAbove(
            name="reserved_within_stock",
            field="reserved",
            other="quantity_on_hand",
            action="Check that stock and reservations are counted at the same time.",
            wrong=False,  # overselling is possible
        ),
    ),
    accuracy=(
        Within(
            name="quantity_on_hand_plausible",
            field="quantity_on_hand",
            high=_LARGEST_STOCK,
            action=_UNITS_OR_PRICES.format("quantity_on_hand"),
        ),
        _amount("unit_cost"),
    ),
    dated_by="timestamp",
)

_ABOUT_A_PRODUCT = ("product_view", "add_to_cart", "remove_from_cart")

EVENTS = CheckSuite(
    expected=("channel", "region", "device"),
    consistency=(
        _needs("event_type", "product_id", values=_ABOUT_A_PRODUCT, name="product_event_names_product"),
        _needs("event_type", "order_id", values=("purchase",), name="purchase_names_order"),
    ),
    accuracy=(_one_each("session_id", "customer_id"),),
    dated_by="timestamp",
)

DECISIONS = CheckSuite(
    expected=("transaction_id", "customer_id", "channel", "amount", "model_version", "latency_ms"),
    consistency=(
        _needs("experiment_id", "variant_id", name="experiment_names_variant"),
        _needs("variant_id", "experiment_id", name="variant_names_experiment"),
        _needs("attributions", "base_value", name="attributions_have_base"),
    ),
    accuracy=(
        Within(
            name="latency_ms_plausible",
            field="latency_ms",
            high=600_000,
            action="Check that latency_ms is in milliseconds.",
        ),
        _amount("amount"),
    ),
    dated_by="timestamp",
)

LABELS = CheckSuite(
    expected=("amount",),
    consistency=(
        _in_order("decision_timestamp", "labelled_at"),
        Implies(
            name="won_dispute_is_legitimate",
            field="source",
            value="dispute_won",
            other="label",
            other_value="legitimate",
            action="A won dispute means a legitimate payment; check the mapping of labels.",
            wrong=False,  # either of the two fields may be the wrong one
        ),
    ),
    accuracy=(
        SoonAfter(
            name="labelled_within_two_years",
            field="labelled_at",
            after="decision_timestamp",
            within=timedelta(days=730),
            action="Check the decision_id of these labels.",
        ),
        _amount("amount"),
    ),
    dated_by="labelled_at",
    on_time=timedelta(days=7),
)

STANDARDS: Mapping[DataType, CheckSuite] = MappingProxyType(
    {
        DataType.TRANSACTIONS: TRANSACTIONS,
        DataType.PRODUCTS: PRODUCTS,
        DataType.CUSTOMERS: CUSTOMERS,
        DataType.INVENTORY: INVENTORY,
        DataType.ORDERS: ORDERS,
        DataType.EVENTS: EVENTS,
        DataType.DECISIONS: DECISIONS,
        DataType.LABELS: LABELS,
    }
)


def check_of(data_type: DataType, dimension: str, name: str) -> Check | None:
    """Return the declared check with this name; None if there is none."""
    declared = {str(each): checks for each, checks in STANDARDS[data_type].checks}
    return next((check for check in declared.get(dimension, ()) if check.name == name), None)
