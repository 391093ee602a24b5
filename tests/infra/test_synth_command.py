"""The app as `cdk` runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_synth_needs_no_account_region_or_environment(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "CDK_OUTDIR": str(tmp_path / "out"),
        "CDK_CONTEXT_JSON": json.dumps({"stage": "local"}),
    }

    subprocess.run(
        [sys.executable, "-m", "infra.aws.app"],
        cwd=PROJECT,
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )

    made = {path.name for path in (tmp_path / "out").glob("*.template.json")}
    assert made == {f"tally-local-{part}.template.json" for part in ("data", "functions", "api")}


def test_cdk_runs_the_app_of_this_project() -> None:
    told = json.loads((PROJECT / "cdk.json").read_text())

    assert told["app"].endswith("-m infra.aws.app")
    assert told["context"] == {"stage": "dev"}
