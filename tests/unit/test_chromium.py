"""Tests in a real browser find one, or say what is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import chromium

Program = Callable[..., str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Makes programs that start, or that only ask to be installed."""

    def make(name: str, *, starts: bool = True) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {0 if starts else 1}\n")
        path.chmod(0o755)
        return str(path)

    return make


def found(
    named: str | None = None, installed: dict[str, str] | None = None, of_playwright: str | None = None
) -> str | None:
    return chromium.first_that_starts(named, (installed or {}).get, lambda: of_playwright)


def test_the_named_browser_comes_first_and_no_other_replaces_it(program: Program) -> None:
    mine, theirs = program("mine"), program("chromium")

    assert found(mine, {"chromium": theirs}) == mine
    assert found("/nonexistent", {"chromium": theirs}) is None


def test_a_program_that_only_asks_to_install_a_browser_is_none(program: Program) -> None:
    stub, chrome = program("chromium-browser", starts=False), program("google-chrome")

    assert found(installed={"chromium-browser": stub, "google-chrome": chrome}) == chrome
    assert found(installed={"chromium-browser": stub}) is None


def test_the_browser_of_playwright_comes_last(program: Program) -> None:
    chrome, own = program("google-chrome"), program("chrome")

    assert found(installed={"google-chrome": chrome}, of_playwright=own) == chrome
    assert found(of_playwright=own) == own
    assert found(of_playwright="/nonexistent/chrome") is None
    assert found() is None


def test_without_a_browser_tests_are_skipped_and_fail_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(chromium.VARIABLE, "/nonexistent")
    chromium.program.cache_clear()
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="npx playwright install chromium"):
        chromium.require()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npx playwright install chromium"):
        chromium.require()
    chromium.program.cache_clear()


def test_packages_of_the_system_are_tried_by_root_only() -> None:
    system = [command[0] for command in chromium.installers(root=True, apt=True)]

    assert system == ["apt-get", "apt-get", "npx"]
    assert [command[0] for command in chromium.installers(root=True, apt=False)] == ["npx"]
    assert list(chromium.installers(root=False, apt=True)) == [["npx", "playwright", "install", "chromium"]]
