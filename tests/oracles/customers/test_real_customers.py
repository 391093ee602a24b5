"""Four months of a British retailer: segments and profiles against an RFM made of the file in pandas."""

import warnings
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from shared.customers.models import CustomerProfileResponse
from tests.functions.customers.conftest import Opened, Shop
from tests.online_retail import lines, needs_online_retail
from tests.oracles.customers.rfm import DAY, assert_shared_out, rfm

LINES = 170_000

pytestmark = needs_online_retail


@pytest.fixture(scope="module")
def sold() -> Any:
    """The lines as the file says them."""
    frame: Any = pd.DataFrame(list(lines(LINES)))
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    frame["net"] = [
        Decimal(quantity) * Decimal(price) for quantity, price in zip(frame.quantity, frame.unit_price, strict=True)
    ]
    return frame


@pytest.fixture(scope="module")
def shop(open_shop: Opened, sold: Any) -> Shop:
    """The shop that sold them, with its customers computed."""
    shop = open_shop("GBP")
    rows = sold.drop(columns="net").to_dict("records")
    shop.sell([{name: value for name, value in row.items() if not pd.isna(value)} for row in rows])
    shop.compute()
    return shop


@pytest.fixture(scope="module")
def expected(sold: Any) -> Any:
    """One row for each customer, from the lines alone."""
    return rfm(sold)


@pytest.fixture(scope="module")
def profiles(shop: Shop, expected: Any) -> Mapping[str, CustomerProfileResponse]:
    """The profile of every customer."""
    return {each: shop.wired.customer_reports.profile(each) for each in expected.index}


@pytest.fixture(scope="module")
def told(shop: Shop) -> Any:
    """All segments."""
    return shop.get("segments").data


def test_every_customer_is_in_the_segment_of_pandas(
    profiles: Mapping[str, CustomerProfileResponse], expected: Any
) -> None:
    assert {each: found.segment for each, found in profiles.items()} == dict(expected.segment)


def test_values_are_exact_to_the_cent(profiles: Mapping[str, CustomerProfileResponse], expected: Any) -> None:
    for customer, row in expected.iterrows():
        found = profiles[str(customer)]
        assert found.lifetime_value == round(row.net, 4)
        assert found.total_orders == row.orders
        assert (found.first_purchase_date, found.last_purchase_date) == (row["first"], row["last"])


def test_segments_partition_all_customers_with_averages_and_retention(told: Any, expected: Any) -> None:
    assert_shared_out(told, expected)


def test_lines_without_a_customer_are_ignored(told: Any, sold: Any) -> None:
    assert sold.customer_id.isna().sum() > 10_000
    assert told["excluded_records"] == 0


def test_the_model_equals_lifetimes_and_must_beat_the_naive_guess(told: Any, expected: Any) -> None:
    model = told["model"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was written for older pandas, whose options it still sets
        from lifetimes import BetaGeoFitter  # noqa: PLC0415 # importing it is what warns

        theirs = BetaGeoFitter()
        end = expected.last_day.max()
        recency, age = (expected.last_day - expected.first_day) / DAY, (end - expected.first_day) / DAY
        # At its default tolerance it gives up at the maximum on some processors: "precision loss".
        theirs.fit(expected.days - 1, recency, age, tol=1e-6)

    # Hardly anybody left in four months: any large b with a small a is as likely, so only r and alpha are determined.
    for name in ("r", "alpha"):
        assert model["parameters"][name] == pytest.approx(theirs.params_[name], rel=0.01)
    assert model["used"] is (model["hold_out"]["model_error"] < model["hold_out"]["naive_error"])


def test_repeat_buyers_have_predictions_and_all_others_a_reason(
    told: Any, profiles: Mapping[str, CustomerProfileResponse], expected: Any
) -> None:
    assert told["model"]["used"] is True

    for customer, found in profiles.items():
        again = expected.days[customer] > 1
        assert (found.risk_score is not None) is bool(again)
        assert (found.expected_purchases is not None) is bool(again)
        if not again:
            assert found.absent["risk_score"] == "purchases on fewer than two days"
        if found.predicted_next_purchase is not None:
            assert found.predicted_next_purchase.date() > found.as_of
        else:
            assert found.absent["predicted_next_purchase"]
