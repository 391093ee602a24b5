"""The audit log is verified in parts, each within a request, and every manipulation is reported."""

from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit import cursor
from shared.audit.cursor import Place
from shared.audit.trail import AUDIT_TABLE
from tests.fakes.audit import change
from tests.fakes.audit_tampering import AuditTampering
from tests.functions.audit.conftest import Ask


def verified(ask: Ask) -> list[Any]:
    """Ask for every part."""
    parts = [ask("verification")[1]]
    while following := parts[-1].get("next"):
        parts.append(ask("verification", cursor=following)[1])
    return parts


def test_an_untouched_log_has_no_findings_and_every_entry_is_counted_once(ask: Ask, wired: Wiring) -> None:
    for number in range(30):
        wired.audit_trail.record(change(number))
    wired.anchors.add(wired.audit_trail.heads())

    parts = verified(ask)

    assert [each for part in parts for each in part["findings"]] == []
    assert {part["totalEntries"] for part in parts} == {30}
    assert (sum(part["entries"] for part in parts), sum(part["anchors"] for part in parts)) == (30, 1)
    assert [("next" in part) for part in parts] == [True] * (len(parts) - 1) + [False]


def test_an_edited_entry_is_reported_with_its_place(ask: Ask, wired: Wiring) -> None:
    entry = wired.audit_trail.record(change())
    AuditTampering(wired.settings.name_of(AUDIT_TABLE)).alter(entry, "user_id", "eve")

    findings = [each for part in verified(ask) for each in part["findings"]]

    assert findings == [
        {
            "chain": entry.chain,
            "sequence": 1,
            "tampering": "edited",
            "message": f"In {entry.chain}, entry 1 was changed after it was written",
        }
    ]


def test_a_removed_end_is_reported_though_the_stored_head_was_removed_too(ask: Ask, wired: Wiring) -> None:
    entry = wired.audit_trail.record(change())
    wired.anchors.add(wired.audit_trail.heads())
    tampering = AuditTampering(wired.settings.name_of(AUDIT_TABLE))
    tampering.remove(entry)
    tampering.delete("head", f"head#{entry.chain}")

    findings = [each for part in verified(ask) for each in part["findings"]]

    assert [(each["chain"], each["tampering"]) for each in findings] == [(entry.chain, "cut_off")]


@pytest.mark.parametrize("text", ["x", "e30x", "ä", "bnVsbA==", "eyJjaGFpbiI6IC0xfQ==", "A" * 2001])
def test_an_unreadable_cursor_is_refused(ask: Ask, text: str) -> None:
    status, body, _ = ask("verification", cursor=text)

    assert (status, body["error"]) == (400, "validation_error")
    assert [each["field"] for each in body["details"]["fields"]] == ["cursor"]


@pytest.mark.parametrize("place", [Place(), Place(3, "000000000007", 7), Place(16, anchor=("heads/a.json", "v-1"))])
def test_cursors_lead_to_where_they_were_made(place: Place) -> None:
    assert cursor.read(cursor.written(place)) == place
