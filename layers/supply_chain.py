"""Lists what goes into Lambda and into the web application, and asks whether vulnerabilities of it are known.

`make sbom`, `make audit` and, for both, `make check` run it. They need the network: their tools are installed apart
from the project, in the versions that are named here, and the audit asks the databases of PyPI and npm. Without it the
check says what it could not do, and passes.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from layers.build import LAYERS

app = typer.Typer(help="What the platform is made of.", no_args_is_help=True)

ROOT = Path(__file__).resolve().parents[1]
BOMS = ROOT / "sbom"
REQUIREMENTS = tuple(layer.requirements for layer in LAYERS)
_WEB_FILES = ("package.json", "package-lock.json")
_SBOM_TOOL, _AUDIT_TOOL = "cyclonedx-bom==7.5.0", "pip-audit==2.10.1"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an audit found.

    Attributes:
        vulnerable: a sentence for each package with a known vulnerability.
        unknown: why packages could not be looked up; empty if all were.
    """

    vulnerable: Sequence[str] = ()
    unknown: Sequence[str] = ()


def of_pip_audit(printed: str, complaint: str) -> Verdict:
    """Read the report of pip-audit, which succeeds also if PyPI knows none of the packages."""
    try:
        packages = json.loads(printed)["dependencies"]
    except (ValueError, KeyError):
        return Verdict(unknown=[_last_line(complaint)])
    return Verdict(
        vulnerable=[
            f"{each['name']} {each['version']}: {', '.join(found['id'] for found in each['vulns'])}"
            for each in packages
            if each.get("vulns")
        ],
        unknown=[each["skip_reason"] for each in packages if "skip_reason" in each],
    )


def of_npm_audit(printed: str, complaint: str) -> Verdict:
    """Read the report of `npm audit`."""
    try:
        document = json.loads(printed)
        found = document["vulnerabilities"]
    except ValueError:
        return Verdict(unknown=[_last_line(complaint)])
    except KeyError:
        return Verdict(unknown=[str(document.get("message", document))])
    return Verdict(vulnerable=[f"{each['name']} {each['range']}: {each['severity']}" for each in found.values()])


class ToolFailed(RuntimeError):
    """A tool ended with an error."""


@app.command()
def sbom() -> None:
    """Write what goes into Lambda and into the web application as CycloneDX JSON, to `sbom/`."""
    try:
        _write_boms()
    except ToolFailed as error:
        sys.exit(str(error))
    sys.stdout.write(f"Written to {BOMS}.\n")


@app.command()
def audit() -> None:
    """Ask for known vulnerabilities. Exit code 1 if there are any, 2 if not all packages could be looked up."""
    raise typer.Exit(exit_code(_audited()))


@app.command()
def check() -> None:
    """Do both, as `make check` does. Exit code 1 if there are known vulnerabilities; what could not be done is said."""
    try:
        _write_boms()
    except ToolFailed as error:
        sys.stdout.write(f"SBOM: NOT WRITTEN: {error}\n")
    raise typer.Exit(exit_code(_audited(), of_unknown=0))


def lines(verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """Yield the vulnerabilities found, and the packages that could not be looked up."""
    for part, verdict in verdicts.items():
        yield from (f"{part}: {each}" for each in verdict.vulnerable)
        if verdict.unknown:
            yield f"{part}: NOT AUDITED, because the database did not answer for all packages: {verdict.unknown[0]}"
        elif not verdict.vulnerable:
            yield f"{part}: no known vulnerability."


def exit_code(verdicts: Collection[Verdict], *, of_unknown: int = 2) -> int:
    """Return the exit code: vulnerabilities found take precedence over packages not looked up."""
    if any(each.vulnerable for each in verdicts):
        return 1
    return of_unknown if any(each.unknown for each in verdicts) else 0


def _write_boms() -> None:
    BOMS.mkdir(exist_ok=True)
    pinned = "".join(each.read_text() for each in REQUIREMENTS)
    options = ("--output-reproducible", "--output-format", "JSON", "--output-file", str(BOMS / "lambda.cdx.json"))
    _require([*_tool(_SBOM_TOOL, "cyclonedx-py"), "requirements", *options, "-"], given=pinned)
    (BOMS / "web.cdx.json").write_text(_web_sbom())


def _audited() -> Collection[Verdict]:
    """Ask the databases, and print what they answer."""
    files = [word for each in REQUIREMENTS for word in ("--requirement", str(each))]
    options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    python = _run([*_tool(_AUDIT_TOOL, "pip-audit"), *files, *options])
    web = _run(["npm", "--prefix", str(ROOT / "web"), "audit", "--omit=dev", "--json", "--fetch-retries=0"])
    verdicts = {
        "Lambda": of_pip_audit(python.stdout, python.stderr),
        "web application": of_npm_audit(web.stdout, web.stderr),
    }
    for line in lines(verdicts):
        sys.stdout.write(f"{line}\n")
    return verdicts.values()


def _tool(requirement: str, program: str) -> list[str]:
    return [str(Path(sys.executable).with_name("uv")), "tool", "run", "--quiet", "--from", requirement, program]


def _web_sbom() -> str:
    """Return npm's list of the web application, which needs a version: it gets that of no release."""
    with TemporaryDirectory() as copy:
        for name in _WEB_FILES:
            document = json.loads((ROOT / "web" / name).read_text())
            document["version"] = "0.0.0"
            if "packages" in document:
                document["packages"][""]["version"] = "0.0.0"
            (Path(copy) / name).write_text(json.dumps(document))
        options = ("--omit=dev", "--package-lock-only", "--sbom-format", "cyclonedx")
        return _require(["npm", "--prefix", copy, "sbom", *options])


def _require(command: Sequence[str], given: str = "") -> str:
    """Return what a program prints.

    Raises:
        ToolFailed: it ended with an error.
    """
    done = _run(command, given)
    if done.returncode:
        raise ToolFailed(f"{' '.join(command[:7])} failed: {_last_line(done.stderr)}")
    return done.stdout


def _run(command: Sequence[str], given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 # pinned tools and npm


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it printed nothing"])[-1]


if __name__ == "__main__":
    app()
