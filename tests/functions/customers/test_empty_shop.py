"""Before the first sale."""

from tests.functions.customers.conftest import Opened


def test_a_shop_without_sales_has_eleven_empty_segments(open_shop: Opened) -> None:
    shop = open_shop("USD")

    done = shop.compute()

    data = shop.get("segments").data
    assert (done["customers"], data["total_customers"]) == (0, 0)
    assert len(data["segments"]) == 11
    assert {each["percentage"] for each in data["segments"]} == {0}
    assert data["as_of"] == "2026-05-01"
    assert shop.get("anybody/profile").status == 404
