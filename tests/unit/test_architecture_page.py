"""Every function that docs/architecture.md names exists where the page says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
REFERENCES = re.findall(r"`([\w/]+\.py)::([\w.]+)`", PAGE)


def test_every_name_on_the_page_is_defined_in_the_file_beside_it() -> None:
    missing = [f"{path}::{name}" for path, name in REFERENCES if name not in _definitions(ROOT / path)]

    assert missing == []


def test_no_reference_escapes_the_check_by_its_spelling() -> None:
    assert len(REFERENCES) == PAGE.count("::") - PAGE.count("`file::name`")
    assert len(REFERENCES) > 40


def test_a_trace_has_at_most_twelve_stations() -> None:
    stations = [int(number) for number in re.findall(r"^(\d+)\. ", PAGE, flags=re.MULTILINE)]

    assert max(stations) <= 12


def _definitions(path: Path) -> set[str]:
    return set(_names(ast.parse(path.read_text()).body)) if path.exists() else set()


def _names(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    """Yield the definitions of a module, and class members as `Class.member`, without imported names."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield f"{owner}{name}"
            case ast.ClassDef(name=name, body=members):
                yield f"{owner}{name}"
                yield from _names(members, f"{owner}{name}.")
            case ast.Assign(targets=targets):
                yield from (f"{owner}{each.id}" for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield f"{owner}{name}"
