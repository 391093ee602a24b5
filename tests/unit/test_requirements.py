"""Every package that the project imports is declared, where it is imported from, in requirements/*.in."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = {"bench", "functions", "infra", "layers", "shared", "tests"}
BUILT = ROOT / "layers" / "build"
IN_AWS = ("runtime", "lake", "numpy", "scipy", "reports")
DECLARED_IN = {
    "shared": IN_AWS,
    "functions": IN_AWS,
    "infra": ("laptop",),
    "layers": ("dev",),
    "tests": ("dev",),
    "bench": ("dev",),
}
DISTRIBUTIONS = packages_distributions()


def _declared(file: str) -> set[str]:
    """The declared packages of a requirements file and its includes; an extra may be a separate package."""
    declared: set[str] = set()
    for line in (ROOT / "requirements" / f"{file}.in").read_text().splitlines():
        if line.startswith("-r "):
            declared |= _declared(line.removeprefix("-r ").removesuffix(".in"))
        elif line and not line.startswith("#"):
            name, *extras = re.findall(r"[\w.-]+", re.split(r"[<>=~!;]", line)[0])
            declared |= {_normal(name), *(_normal(f"{name}-{extra}") for extra in extras)}
    return declared


def _imports(path: Path) -> Iterator[str]:
    """Top-level names of the packages that a module imports when it runs."""
    tree = ast.parse(path.read_text())
    guarded = {id(each) for node in ast.walk(tree) if _is_for_types(node) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("folder", sorted(OWN))
def test_what_is_imported_is_declared(folder: str) -> None:
    declared = {name for file in DECLARED_IN[folder] for name in _declared(file)}
    foreign = {
        name
        for path in (ROOT / folder).rglob("*.py")
        if not path.is_relative_to(BUILT)
        for name in _imports(path)
        if name not in OWN | sys.stdlib_module_names
    }

    undeclared = {
        name for name in foreign if not {_normal(each) for each in DISTRIBUTIONS.get(name, [name])} & declared
    }

    assert undeclared == set()
