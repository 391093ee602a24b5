"""A function is declared in the folder of its name, and under its kind in the manifest."""

from pathlib import Path

import pytest

from functions.declaration import HttpFunction, TriggeredFunction, declared
from functions.manifest import FUNCTIONS

ROOT = Path(__file__).resolve().parents[2] / "functions"


def test_every_declaration_is_in_the_manifest() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/function.py")}

    assert {function.name for function in FUNCTIONS} == folders


def test_a_function_is_not_returned_as_another_kind() -> None:
    assert [function.name for function in declared(HttpFunction, "docs")] == ["docs"]
    with pytest.raises(TypeError, match="docs"):
        declared(TriggeredFunction, "docs")
