"""The schedule writes down where every chain ends, and verification holds the chains against it."""

import boto3
import orjson
import pytest

from functions.anchor.handler import handler
from shared.app.wiring import Wiring
from shared.audit.links import Tampering
from shared.audit.trail import AUDIT_TABLE
from tests.events.api_gateway import context
from tests.events.schedule import schedule_event
from tests.fakes.audit import change, findings


def test_entries_deleted_after_an_anchor_are_detected(deployed: Wiring) -> None:
    entry = deployed.audit_trail.record(change())

    handler(schedule_event(), context())
    untouched = findings(deployed)
    for key in ({"chain": entry.chain, "sequence": entry.number}, {"chain": f"head#{entry.chain}", "sequence": "head"}):
        boto3.client("dynamodb").delete_item(
            TableName=deployed.settings.name_of(AUDIT_TABLE), Key={name: {"S": key[name]} for name in key}
        )

    assert untouched == []
    assert [(each.chain, each.tampering) for each in findings(deployed)] == [(entry.chain, Tampering.CUT_OFF)]


def test_each_anchor_is_a_separate_object(deployed: Wiring) -> None:
    deployed.audit_trail.record(change())

    handler(schedule_event(), context())
    deployed.audit_trail.record(change())
    handler(schedule_event(), context())

    assert deployed.anchors.page(None, 100).anchors == 2


@pytest.mark.usefixtures("deployed")
def test_an_anchor_is_counted_so_that_a_missing_one_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    handler(schedule_event(), context())

    lines = [orjson.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [line["AnchorsStored"] for line in lines] == [[1.0]]
