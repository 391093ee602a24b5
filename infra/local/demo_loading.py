"""Fills an empty platform with demo data and waits until all of it is merged."""

from datetime import UTC, datetime

from infra.local.demo.scenario import Scale, demo
from infra.local.demo.sender import send
from infra.local.failures import NotMerged
from infra.local.lake import Lake, settle
from infra.local.progress import Progress

MERGE_SECONDS = 15 * 60.0


def load_demo(*, api_url: str, token: str, lake: Lake, scale: Scale, progress: Progress) -> None:
    """Send the demo of the days up to now through the public doors, and return once it can be queried."""
    scenario = demo(end=datetime.now(UTC), scale=scale)
    with progress.step(f"Sending demo data ({scale})") as step:
        totals = send(
            scenario,
            api_url=api_url,
            token=token,
            kinesis_client=lake.session.client("kinesis", endpoint_url=lake.endpoint),
            stream_name=lake.outputs.event_stream or "",
            progress=lambda _, done, total: step.note(f"day {done} of {total}"),
        )
        step.note(f"{totals.batch.total():,} records by batch, {totals.stream.total():,} by stream")
    with progress.step("Merging what was sent") as step:
        if not settle(lake.pending, timeout=MERGE_SECONDS, tell=lambda waiting: step.note(f"{waiting} objects wait")):
            raise NotMerged(MERGE_SECONDS)
        step.note("nothing waits")
