"""Whatever is uploaded: one clear outcome, every record counted, and the next good file unaffected."""

import gzip

import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import BatchStatus
from tests.fakes.malformed_files import ALL, MalformedFile
from tests.functions.file_loader.files import outcome, sales_csv, status, upload
from tests.tiers import one_in


def _looks_like(content: bytes) -> str:
    """The format that a client would announce."""
    head = gzip.decompress(content)[:4] if content[:2] == b"\x1f\x8b" else content[:4]
    if head == b"PAR1":
        return "parquet"
    return {b"<": "xml", b"[": "json", b"{": "json"}.get(head[:1], "csv")


@pytest.mark.parametrize("file", one_in(4, ALL), ids=str)
def test_a_malformed_file_has_the_expected_result_and_does_not_affect_the_next_file(
    wired: Wiring, file: MalformedFile
) -> None:
    said = {"format": _looks_like(file.content)} | dict(file.options)
    text = {name: value for name, value in said.items() if name not in {"format", "compression"}}
    batch_id = upload(
        wired, file.content, **{name: said[name] for name in said.keys() - text}, options=text, rows_per_part=6_000
    )

    told = status(wired, batch_id)
    five = told.outcome
    assert five.in_flight == 0
    assert five.loaded + five.duplicate + five.conflict + five.quarantined == file.received
    if file.failure is not None:
        assert told.status is BatchStatus.FAILED
        assert told.errors is not None
        assert (told.errors[0].code, told.errors[0].stage) == (file.failure, "parse")
        assert five.quarantined == file.received
    assert outcome(wired, upload(wired, sales_csv(range(3)))) == {"loaded": 3}
