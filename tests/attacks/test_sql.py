"""SQL injection: a value of a request is a literal of its own in Athena, and means the rows that have it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from sqlglot import TokenType

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.athena.literals import quoted
from tests.attacks.hostile import SQL, texts
from tests.attacks.test_ids import is_free_text, parameters
from tests.fakes.athena import BadAthena
from tests.fakes.identities import Visitor
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.every_route import ask

SNAPSHOTS = "as_of_snapshots"
PARSED = {"timezone", SNAPSHOTS}
"""Parameters of free form that are parsed, and refused unless they have the form."""
LONGEST_PARAMETER = 1024
"""Characters that Athena takes in an execution parameter."""
METRICS = Route("/api/v1/analytics/metrics", "GET")
PRODUCTS = Route("/api/v1/analytics/products/performance", "GET")
RANGE = {"time_range[start]": ["2025-01-01"], "time_range[end]": ["2025-01-05"]}
USUAL: Mapping[Route, Mapping[str, list[str]]] = {METRICS: {**RANGE, "metric_type": ["revenue"]}, PRODUCTS: RANGE}
ASKED = [(route, parameter) for route, parameter in parameters("query") if route in USUAL]
FREE = [(route, parameter["name"]) for route, parameter in ASKED if is_free_text(parameter)]
BOUND = [(route, parameter["name"]) for route, parameter in ASKED if not is_free_text(parameter)]


@pytest.fixture
def athena(platform: Wiring, all_platforms: MotoPlatforms) -> Iterator[BadAthena]:
    """Athena, which finds nothing and remembers what it was asked."""
    assert platform
    with all_platforms.athena.in_charge() as athena:
        yield athena


def kinds_of(parameter: str) -> list[TokenType]:
    """The tokens that Athena reads in an execution parameter."""
    return [token.token_type for token in sqlglot.tokenize(parameter, read="trino")]


@settings(deadline=None)
@given(texts)
def test_any_text_is_one_literal_that_parses_back_to_itself(text: str) -> None:
    (token,) = sqlglot.tokenize(quoted(text), read="trino")

    assert (token.token_type, token.text) == (TokenType.STRING, text)


@pytest.mark.parametrize(("route", "name"), FREE)
def test_a_statement_does_not_depend_on_values(athena: BadAthena, attacker: Visitor, route: Route, name: str) -> None:
    def started_by(text: str) -> list[dict[str, Any]]:
        before = len(athena.asked)
        ask(route, query={**USUAL[route], name: [text]}, token=attacker.token)
        return athena.asked[before:]

    harmless = [each["QueryString"] for each in started_by("harmless")]
    for text in [*SQL.values(), "'" * 500]:
        started = started_by(text)
        given = [parameter for each in started for parameter in each.get("ExecutionParameters", ())]
        assert [each["QueryString"] for each in started] in ([], harmless), text
        assert all(1 <= len(parameter) <= LONGEST_PARAMETER for parameter in given), text
        assert all(kinds_of(parameter) == [TokenType.STRING] for parameter in given), text


@pytest.mark.parametrize(("route", "name"), BOUND)
def test_only_declared_choices_reach_athena(athena: BadAthena, attacker: Visitor, route: Route, name: str) -> None:
    for text in SQL.values():
        answer = ask(route, query={**USUAL[route], name: [text]}, token=attacker.token)
        assert answer["statusCode"] == 400

    assert athena.asked == []


def test_free_texts_reach_athena(athena: BadAthena, attacker: Visitor) -> None:
    for route, name in FREE:
        before = len(athena.asked)
        ask(route, query={**USUAL[route], name: [f"only {name}"]}, token=attacker.token)
        assert len(athena.asked) > before or name in PARSED


@pytest.mark.parametrize("route", USUAL)
@pytest.mark.parametrize("text", ["{sql}", "transactions:{sql}", "transactions:1{sql}", "transactions:1,{sql}:1"])
def test_only_numbers_of_snapshots_reach_athena(athena: BadAthena, attacker: Visitor, route: Route, text: str) -> None:
    for sql in SQL.values():
        answer = ask(route, query={**USUAL[route], SNAPSHOTS: [text.format(sql=sql)]}, token=attacker.token)
        assert answer["statusCode"] == 400

    assert athena.asked == []
