"""A function is declared in the folder of its name, and under its kind in the manifest."""

from pathlib import Path

import pytest

from functions.declaration import Access, HttpFunction, IllegalPrefix, TriggeredFunction, declared
from functions.manifest import FUNCTIONS
from shared.lake.storage.object_store import LAKE_BUCKET

ROOT = Path(__file__).resolve().parents[2] / "functions"


def test_every_declaration_is_in_the_manifest() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/function.py")}

    assert {function.name for function in FUNCTIONS} == folders


def test_a_function_is_not_returned_as_another_kind() -> None:
    assert [function.name for function in declared(HttpFunction, "docs")] == ["docs"]
    with pytest.raises(TypeError, match="docs"):
        declared(TriggeredFunction, "docs")


@pytest.mark.parametrize("prefix", ["profiles/", "/profiles", "/"])
def test_a_prefix_with_a_slash_at_an_end_is_refused_since_its_grant_matches_no_object(prefix: str) -> None:
    with pytest.raises(IllegalPrefix, match="lake"):
        Access(LAKE_BUCKET, prefix)
