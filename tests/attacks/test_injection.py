"""Caller input in logs and terminals: it forges no record, splits no line and controls no terminal."""

import ast
import io
import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

import infra.local
from functions.declaration import Route
from infra.local.cli import app
from infra.local.keys import describe
from infra.local.terminal import echo_table, json_text, printable
from shared.auth.models import ApiKey
from shared.auth.scopes import Scope
from shared.runtime.observability import logger
from tests.attacks.hostile import TEXTS, texts
from tests.fakes.identities import Visitor
from tests.fakes.records import NOW
from tests.functions.every_route import ask

SOURCES = Route("/api/v1/ingest/sources", "GET")
HOSTILE = {**TEXTS, "lone surrogate": "\ud800", "forged": '","level":"ERROR","message":"forged","x":"'}
CONTROLS = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Classes of the characters that turn the direction of text."""


@contextmanager
def kept_from_pytest() -> Iterator[None]:
    """Log nothing to pytest, whose report of a test cannot contain half a surrogate pair."""
    own = logging.getLogger(logger().name)
    own.propagate = False  # in the test's body: pytest listens to loggers that do not propagate before it
    yield
    own.propagate = True


def records(log: io.StringIO) -> list[Any]:
    """The records in a log: each must be one line of ASCII that is one JSON object."""
    assert log.getvalue().isascii()
    return [orjson.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("kind", HOSTILE)
def test_any_request_is_one_log_record(attacker: Visitor, log: io.StringIO, kind: str) -> None:
    text = HOSTILE[kind]

    ask(SOURCES, at=f"/api/v1/ingest/{text}", query={text: [text]}, headers={"User-Agent": text}, token=attacker.token)

    (record,) = records(log)
    assert (record["level"], record["message"], record["method"]) == ("INFO", "request completed", "GET")
    assert record["status"] in {400, 404}


@pytest.mark.parametrize("kind", HOSTILE)
def test_any_failure_is_one_log_record(log: io.StringIO, kind: str) -> None:
    with kept_from_pytest():
        logger().error("failed", exc_info=ValueError(HOSTILE[kind]), reason=HOSTILE[kind])

    (record,) = records(log)
    assert (record["level"], record["message"]) == ("ERROR", "failed")
    assert record["reason"] == HOSTILE[kind].replace("\ud800", "?")


@settings(deadline=None)
@given(texts)
def test_no_text_controls_the_terminal(text: str) -> None:
    shown = printable(text)

    assert not set(shown) & (CONTROLS - {"\n", "\t"})
    assert not {unicodedata.bidirectional(each) for each in shown} & TURNING


@pytest.mark.parametrize("text", ["plain", "Kräuter & mehr", "日本語", "a\tb", "✓ 1.2 s", "[red]x[/red]"])
def test_ordinary_text_is_printed_unchanged(text: str) -> None:
    assert printable(text) == text


@given(texts)
def test_printed_json_is_unchanged_and_parses_equal(text: str) -> None:
    shown = printable(json_text({text: [text]}))

    assert orjson.loads(shown) == {text: [text]}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_table_cell_neither_breaks_its_line_nor_controls_the_terminal(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    echo_table(("Name", "Owner"), [(TEXTS[kind], "o")])

    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 2
    assert not set(shown) & (CONTROLS - {"\n"})


@pytest.mark.parametrize("kind", TEXTS)
def test_a_key_is_printed_as_one_json_object_in_ascii(kind: str) -> None:
    key = ApiKey(id="key-0123456789abcdef", name=TEXTS[kind], owner="o", scopes=list(Scope), created_at=NOW)

    assert describe(key).isascii()
    assert printable(describe(key)) == describe(key)
    assert orjson.loads(describe(key))["name"] == TEXTS[kind]


def test_a_log_is_shown_without_its_control_sequences(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "emulator.log").write_text("\x1b]0;owned\x07\x1b[2Jgone \x9b31m\u202etxt\n")

    shown = CliRunner().invoke(app, ["logs", "emulator", "--directory", str(tmp_path)], color=True)

    assert shown.output == "\\x1b]0;owned\\x07\\x1b[2Jgone \\x9b31m\\u202etxt\n"


def test_commands_print_text_in_one_way_only() -> None:
    root = Path(infra.local.__file__).parents[1]
    printing = {
        path.name
        for path in (*root.glob("local/*.py"), *root.glob("admin/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"echo", "secho"}
    }

    assert printing == {"terminal.py"}
