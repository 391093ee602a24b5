"""The platform's own SQL keeps the documented rules of Athena, and the engine knows every function that it calls."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlglot import exp

from infra.local.athena.allowlist import PRODUCT, vet
from infra.local.athena.statement import Select, Unload, check_parameters, parse
from tests.statements import HOSTILE, Rendered, corpus

GRAMMAR = Path(__file__).parent / "grammar" / "parse.mjs"
MISTAKEN = "SELECT 1\nFROM WHERE x = ?"
SHARED = Path(__file__).parents[3] / "shared"
NAMES = re.compile(r"\{\w+\}|(?<![:\w]):[a-z]\w*")


@pytest.fixture(scope="module")
def rendered() -> list[Rendered]:
    return corpus()


@pytest.fixture(scope="module")
def queries(rendered: list[Rendered]) -> list[exp.Query]:
    parsed = [parse(each.statement.text, "lake") for each in rendered]
    return [each.query for each in parsed if isinstance(each, Select | Unload)]


def test_every_function_of_the_platforms_sql_is_allowed_and_listed(queries: list[exp.Query]) -> None:
    used: set[type[exp.Expr]] = set()
    for each in queries:
        tree = each.transform(lambda node: exp.null() if isinstance(node, exp.Placeholder) else node)
        assert isinstance(tree, exp.Query)
        vet(tree)
        used |= {type(node) for node in tree.find_all(exp.Func)} - {exp.Anonymous}  # which `vet` knows by name

    assert used == set(PRODUCT)


def test_parameters_are_in_where_alone(rendered: list[Rendered], queries: list[exp.Query]) -> None:
    assert len(queries) == len(rendered)
    for each in queries:
        check_parameters(each)


def test_parameters_are_texts_of_callers(rendered: list[Rendered]) -> None:
    given = {value for each in rendered for value in each.statement.values}

    assert all(len(each.statement.values) == each.statement.text.count("?") for each in rendered)
    assert not [each.name for each in rendered if "OR 1=1" in each.statement.text]
    assert given == {HOSTILE, "x", "EUR", "a", "n"}


NOT_IN_TRINO = re.compile(r"UNLOAD \((?P<query>.*)\) TO 's3:[^()]*\([^()]*\)", re.DOTALL)
"""A statement of Athena's own around a query of Trino: https://docs.aws.amazon.com/athena/latest/ug/unload.html."""


def test_statements_are_of_the_grammar_of_trino(rendered: list[Rendered]) -> None:
    unloads = [NOT_IN_TRINO.fullmatch(each.statement.text) for each in rendered]
    texts = [unload["query"] if unload else each.statement.text for each, unload in zip(rendered, unloads, strict=True)]
    ran = subprocess.run(  # noqa: S603 # our own script
        ["node", str(GRAMMAR)],  # noqa: S607 # the one that `make` found
        input=orjson.dumps([*texts, MISTAKEN]),
        stdout=subprocess.PIPE,
        check=True,
    )

    *found, mistakes = orjson.loads(ran.stdout)
    refused = [
        f"{each.name}, line {error['startLine']}:{error['startColumn']}: {error['message']}\n{text}"
        for each, text, errors in zip(rendered, texts, found, strict=True)
        for error in errors
    ]
    assert not refused, refused[0]
    assert (mistakes[0]["startLine"], mistakes[0]["startColumn"]) == (2, 6)


def templates() -> Iterator[tuple[str, str]]:
    """The templates of the source, each with its place."""
    for path in sorted(SHARED.rglob("*.py")):
        module = ast.parse(path.read_text())
        named = {
            target.id: each.value
            for each in module.body
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "sql" and call.args:
                template = call.args[0]
                text = named.get(template.id) if isinstance(template, ast.Name) else template
                if isinstance(text, ast.Constant):
                    yield f"{path.relative_to(SHARED)}:{call.lineno}", str(text.value)


def test_every_template_of_the_source_is_in_the_corpus(rendered: list[Rendered]) -> None:
    whole = "\n".join(" ".join(each.statement.text.split()) for each in rendered)
    for place, template in templates():
        assert all(" ".join(piece.split()) in whole for piece in NAMES.split(template)), place
