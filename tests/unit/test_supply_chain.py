"""What is deployed is pinned with hashes and freely licensed, and an audit that asked nobody does not look clean."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import pytest

from layers.supply_chain import REQUIREMENTS, ROOT, Verdict, exit_code, lines, of_npm_audit, of_pip_audit

PERMISSIVE = {
    *("0BSD", "Apache Software License", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"),
    *("MIT", "MIT License", "MIT No Attribution License", "MIT-0", "MIT-CMU", "PSF-2.0"),
    *("Python Software Foundation License", "Zlib"),
}
OF_FILES_ONLY = {"MPL-2.0"}
"""Licences that bind who changes the files of the package, which nobody does here."""


def pinned() -> Iterator[tuple[str, str]]:
    """Each package of a layer, and all that its lock file says about it."""
    for file in REQUIREMENTS:
        yield from re.findall(r"^([\w.-]+)==(.*?)(?=^\S|\Z)", file.read_text(), re.DOTALL | re.MULTILINE)


def shipped() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each package that the web application is built from, and its entry in the lock file."""
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    yield from ((path, each) for path, each in packages.items() if path and not each.get("dev"))


def licences(package: str) -> set[str]:
    """The licences that a package names, of which a choice leaves one."""
    metadata = distribution(package).metadata
    classified = [each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier", []) if "License ::" in each]
    return _named(" AND ".join(metadata.get_all("License-Expression", classified) or metadata.get_all("License", [])))


def _named(expression: str) -> set[str]:
    return {part.strip() for part in re.split(r"\bAND\b|\bOR\b|[()]", expression) if part.strip()}


@pytest.mark.parametrize("package", sorted(dict(pinned())))
def test_every_package_in_lambda_has_a_hash_and_a_free_licence(package: str) -> None:
    assert "--hash=sha256:" in dict(pinned())[package]
    assert licences(package)
    assert licences(package) <= PERMISSIVE | OF_FILES_ONLY


def test_every_package_of_the_web_application_has_a_hash_and_a_free_licence() -> None:
    packages = dict(shipped())

    assert packages
    assert [path for path, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert {name for each in packages.values() for name in _named(each.get("license", "none"))} <= PERMISSIVE


def test_a_vulnerability_is_named_with_its_package() -> None:
    python = {"name": "left", "version": "1.0", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}
    web = {"vulnerabilities": {"pad": {"name": "pad", "range": "<2", "severity": "high"}}}

    found = {
        "Lambda": of_pip_audit(json.dumps({"dependencies": [python]}), ""),
        "web": of_npm_audit(json.dumps(web), ""),
    }

    assert list(lines(found)) == ["Lambda: left 1.0: CVE-1, CVE-2", "web: pad <2: high"]
    assert exit_code(found.values()) == 1


def test_nothing_found_among_all_packages_is_good() -> None:
    clean = of_pip_audit(json.dumps({"dependencies": [{"name": "left", "version": "1.0", "vulns": []}]}), "")

    assert list(lines({"Lambda": clean})) == ["Lambda: no known vulnerability."]
    assert exit_code([clean, of_npm_audit('{"vulnerabilities": {}}', "")]) == 0


@pytest.mark.parametrize(
    "verdict",
    [
        of_pip_audit('{"dependencies": [{"name": "left", "skip_reason": "left was not found"}]}', ""),
        of_pip_audit("", "Traceback\nleft was not found\n"),
        of_npm_audit('{"message": "left was not found", "statusCode": 405}', ""),
        of_npm_audit("", "npm error\nleft was not found"),
    ],
    ids=["skipped", "no report", "refused", "npm failed"],
)
def test_packages_that_were_not_looked_up_are_not_called_clean(verdict: Verdict) -> None:
    assert list(lines({"part": verdict})) == [
        "part: NOT AUDITED, because the database did not answer for all packages: left was not found"
    ]
    assert exit_code([Verdict(), verdict]) == 2


def test_without_a_database_the_check_of_the_code_passes_and_with_a_vulnerability_it_does_not() -> None:
    unknown, vulnerable = Verdict(unknown=["left was not found"]), Verdict(vulnerable=["pad <2: high"])

    assert exit_code([unknown], of_unknown=0) == 0
    assert exit_code([unknown, vulnerable], of_unknown=0) == 1
