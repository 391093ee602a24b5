"""The app as `cdk` runs it."""

import json

from infra.aws.code import PROJECT
from tests.infra.assembly import Assembly


def test_synth_needs_no_account_region_or_environment(local: Assembly) -> None:
    made = {path.name for path in local.directory.glob("*.template.json")}

    assert made == {f"tally-local-{part}.template.json" for part in local.parts}


def test_cdk_runs_the_app_of_this_project() -> None:
    told = json.loads((PROJECT / "cdk.json").read_text())

    assert told["app"].endswith("-m infra.aws.app")
    assert told["context"] == {"stage": "dev"}
