"""Customers of a whole real year, in their segments: the same as by an RFM in pandas."""

import warnings
from dataclasses import astuple, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.customers.bgnbd import Histories, fit
from tests.fakes.workflows import compute_customers
from tests.functions.metrics.lake import TestLake
from tests.online_retail import needs_online_retail
from tests.oracles.customers.rfm import DAY, assert_shared_out, rfm
from tests.oracles.metrics.retail import THOUSAND

pytestmark = needs_online_retail

AFTER = datetime(2011, 12, 11, 4, 30, tzinfo=UTC)


def test_segments_of_a_year_equal_those_of_pandas(lake: TestLake, sales: Any) -> None:
    wired = Wiring(replace(lake.settings, reporting_currency="GBP"), lambda: AFTER)

    done = compute_customers(wired)

    told = wired.customer_reports.segments().model_dump(mode="json")
    expected = rfm(sales.assign(net=sales.net / THOUSAND))
    assert done["customers"] == len(expected) > 4000
    assert_shared_out(told, expected)
    model = told["model"]
    assert model["used"] is (model["hold_out"]["model_error"] < model["hold_out"]["naive_error"])


def test_the_model_of_a_year_is_within_one_percent_of_lifetimes(sales: Any) -> None:
    customers = rfm(sales)
    end = customers.last_day.max()
    recency, age = ((each - customers.first_day) / DAY for each in (customers.last_day, end))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was written for older pandas, whose options it still sets
        from lifetimes import BetaGeoFitter  # noqa: PLC0415 # importing it is what warns

        theirs = BetaGeoFitter()
        theirs.fit(customers.days - 1, recency, age)

    fitted = fit(Histories(*(each.to_numpy(float) for each in (customers.days - 1, recency, age))))

    expected = [float(theirs.params_[name]) for name in ("r", "alpha", "a", "b")]
    assert astuple(fitted.parameters) == pytest.approx(expected, rel=0.01)
