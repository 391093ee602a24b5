"""`make` builds the web application when something that it is made of has changed, and otherwise leaves it alone."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.layout import PROJECT

BUILT = "web/dist/index.html"
NPM = """#!/bin/sh
echo "$*" >> npm.log
case "$*" in
  *" ci "*) mkdir -p web/node_modules ;;
  *" build") mkdir -p web/dist && echo types > web/src/api/schema.gen.ts && echo page > web/dist/index.html ;;
esac
"""


NODE = """#!/bin/sh
test "$1" = --version && echo v{version} && exit
exec {node} -e "Object.defineProperty(process, 'versions', {{value: {{node: '{version}'}}}}); $2"
"""


@dataclass
class Project:
    """A project with the real Makefile and an npm that only writes down what it is asked."""

    directory: Path

    def make(self, target: str = BUILT) -> list[str]:
        """Run make and return what npm was asked to do."""
        self.run(target).check_returncode()
        return self.asked()

    def run(self, target: str) -> "subprocess.CompletedProcess[str]":
        """Run make."""
        (self.directory / "npm.log").write_text("")
        path = f"{self.directory / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(  # noqa: S603 # our own rules
            ["make", target],  # noqa: S607 # the make of this machine
            cwd=self.directory,
            env={"PATH": path},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def asked(self) -> list[str]:
        """What npm was asked to do in the last run."""
        lines = (self.directory / "npm.log").read_text().splitlines()
        return [line.removeprefix("--prefix web ").split(" --")[0] for line in lines]

    def use_node(self, version: str) -> None:
        """Let Node say that it is of another version."""
        node = self.directory / "bin" / "node"
        node.write_text(NODE.format(version=version, node=shutil.which("node")))
        node.chmod(0o755)

    def settle(self) -> None:
        """Let everything be a minute older, so that the next change is newer however coarse the clock of files is."""
        for path in sorted(self.directory.rglob("*"), reverse=True):
            os.utime(path, times=(path.stat().st_mtime - 60,) * 2)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for name in ("web/src/api/client.ts", "web/src/app/old.tsx", "web/public/tally.svg", "web/index.html",
                 "web/package.json", "web/package-lock.json", "web/vite.config.ts", "docs/openapi.json"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "npm").write_text(NPM)
    (tmp_path / "bin" / "npm").chmod(0o755)
    return Project(tmp_path)


def test_a_clone_is_installed_and_built_once(project: Project) -> None:
    first = project.make()
    project.settle()

    assert first == ["ci", "run"]
    assert project.make() == []


@pytest.mark.parametrize(
    "name",
    ["web/src/api/client.ts", "web/public/tally.svg", "web/index.html", "web/package.json", "web/vite.config.ts",
     "docs/openapi.json"],
)  # fmt: skip
def test_a_change_of_what_it_is_made_of_builds_it_again(project: Project, name: str) -> None:
    project.make()
    project.settle()

    (project.directory / name).write_text("second")

    assert project.make() == ["run"]
    project.settle()
    assert project.make() == []


def test_a_file_that_is_gone_builds_it_again(project: Project) -> None:
    project.make()
    project.settle()

    (project.directory / "web/src/app/old.tsx").unlink()

    assert project.make() == ["run"]


def test_other_packages_are_installed_before_it_is_built_with_them(project: Project) -> None:
    project.make()
    project.settle()

    (project.directory / "web/package-lock.json").write_text("second")

    assert project.make() == ["ci", "run"]


def test_the_types_that_checks_write_do_not_build_it_again(project: Project) -> None:
    project.make()
    project.settle()

    (project.directory / "web/src/api/schema.gen.ts").write_text("types")

    assert project.make() == []


def test_a_build_that_was_deleted_is_made_again(project: Project) -> None:
    project.make()
    project.settle()

    shutil.rmtree(project.directory / "web/dist")

    assert project.make() == ["run"]


def test_clean_deletes_what_was_installed_and_built(project: Project) -> None:
    project.make()

    project.make("clean")

    kept = {path.name for path in (project.directory / "web").rglob("*") if path.is_file()}
    assert kept == {"client.ts", "old.tsx", "tally.svg", "index.html", "package.json", "package-lock.json",
                    "vite.config.ts"}  # fmt: skip
    assert not (project.directory / "web/node_modules").exists()
    assert not (project.directory / "web/dist").exists()


@pytest.mark.parametrize("version", ["20.20.2", "22.11.0"])
def test_deploying_is_refused_at_once_with_a_node_that_cdk_does_not_support(project: Project, version: str) -> None:
    project.use_node(version)

    refused = project.run("deploy")

    assert refused.returncode != 0
    assert f"Node 22.12 or newer is required, and this is v{version}; install it" in refused.stderr
    assert (refused.stdout, project.asked()) == ("", [])


@pytest.mark.parametrize("version", ["22.12.0", "24.0.0"])
def test_deploying_goes_on_with_a_node_that_cdk_supports(project: Project, version: str) -> None:
    project.use_node(version)

    assert project.run("node-to-deploy").returncode == 0
