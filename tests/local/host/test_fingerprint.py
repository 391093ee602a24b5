"""The fingerprint changes exactly when a deploy could give something else."""

from pathlib import Path

import pytest

from infra.local.deploy.fingerprint import fingerprint

CONTEXT = {"stage": "local"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("infra/aws/app.py", "functions/ingest/handler.py", "shared/lake/merge/upsert.py", "cdk.json"):
        write(tmp_path / name, "first")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    "changed",
    ["functions/ingest/handler.py", "shared/lake/merge/upsert.py", "infra/aws/app.py", "cdk.json", "layers/a.txt"],
)
def test_a_changed_or_new_source_changes_it(project: Path, changed: str) -> None:
    before = fingerprint(project, CONTEXT)

    write(project / changed, "second")

    assert fingerprint(project, CONTEXT) != before


def test_a_removed_or_renamed_source_changes_it(project: Path) -> None:
    before = fingerprint(project, CONTEXT)

    (project / "shared/lake/merge/upsert.py").rename(project / "shared/lake/other.py")

    assert fingerprint(project, CONTEXT) != before


@pytest.mark.parametrize(
    "unrelated",
    [
        "infra/admin/keys.py",
        "infra/local/cli.py",
        "tests/test_a.py",
        "README.md",
        "shared/lake/__pycache__/merge.pyc",
        "layers/build/x.zip",
        "functions/.cache/a",
    ],
)
def test_files_unused_by_deployments_do_not_change_it(project: Path, unrelated: str) -> None:
    before = fingerprint(project, CONTEXT)

    write(project / unrelated, "second")

    assert fingerprint(project, CONTEXT) == before


def test_touching_a_file_does_not_change_it(project: Path) -> None:
    before = fingerprint(project, CONTEXT)

    (project / "cdk.json").touch()

    assert fingerprint(project, CONTEXT) == before


def test_another_context_changes_it(project: Path) -> None:
    assert fingerprint(project, {"stage": "local", "corsOrigins": "x"}) != fingerprint(project, CONTEXT)
