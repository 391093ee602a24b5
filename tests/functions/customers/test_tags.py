"""Customer responses keep their `ETag` until the next computation."""

from datetime import timedelta
from typing import Any

import pytest

from functions.customers.handler import handler
from tests.events.api_gateway import context, rest_event
from tests.functions.customers.conftest import PATH, Opened, Shop
from tests.functions.customers.test_profiles import line


def ask(shop: Shop, path: str, tag: str = "") -> Any:
    headers = {"If-None-Match": tag}
    return handler(rest_event("GET", f"{PATH}/{path}", headers=headers, token=shop.visitor.token), context())


@pytest.fixture(scope="module")
def shop(open_shop: Opened) -> Shop:
    """A shop with a customer, computed once."""
    shop = open_shop("USD")
    shop.sell([line("ada", "o1", 3)])
    shop.compute()
    return shop


@pytest.mark.parametrize("path", ["segments", "ada/profile"])
def test_customer_responses_are_not_modified_until_they_change(shop: Shop, path: str) -> None:
    before = ask(shop, path)
    [tag] = before["multiValueHeaders"]["ETag"]
    at_hand = ask(shop, path, tag)
    shop.clock.pass_by(timedelta(days=1))
    shop.compute()
    after = ask(shop, path, tag)

    assert (before["statusCode"], at_hand["statusCode"], after["statusCode"]) == (200, 304, 200)
    assert at_hand["body"] == ""
    assert after["multiValueHeaders"]["ETag"] != [tag]
