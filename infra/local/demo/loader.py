"""Fills an empty platform with demo data and waits until all of it is merged and computed."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.admin.customer_run import CustomerExecution
from infra.admin.rates import rates_of
from infra.admin.stage import LOCAL, Stage
from infra.local.demo.alert_rules import enable_rules
from infra.local.demo.experiment import register_experiment
from infra.local.demo.rates import RATES_FILE, rates_file
from infra.local.demo.scale import Scale
from infra.local.demo.scenario import Scenario, demo
from infra.local.demo.sender import send
from infra.local.errors import NotComputed, NotMerged
from infra.local.lake import Lake, settle
from infra.local.progress import Progress

if TYPE_CHECKING:
    from shared.currency.rates import ReferenceRates

MERGE_SECONDS = 15 * 60.0


def load_demo(*, api_url: str, token: str, lake: Lake, scale: Scale, progress: Progress) -> None:
    """Send the demo of the days up to now through the public doors, and return once it can be asked about."""
    scenario = demo(end=datetime.now(UTC), scale=scale)
    hold_rates(scenario, rates_of(Stage(LOCAL, lake.session, lake.endpoint)), progress)
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
    with progress.step("Merging the demo data") as step:
        if not settle(lake.pending, timeout=MERGE_SECONDS, tell=lambda backlog: step.note(str(backlog))):
            raise NotMerged(MERGE_SECONDS)
        step.note("nothing pending")
    _compute_customers(lake, progress)
    with progress.step("Enabling alert rules") as step:
        step.note(f"{enable_rules(api_url=api_url, token=token)} rules")
    with progress.step("Registering the experiment") as step:
        is_new = register_experiment(api_url=api_url, token=token, window=scenario.window)
        step.note("started" if is_new else "exists already")


def hold_rates(scenario: Scenario, rates: "ReferenceRates", progress: Progress) -> None:
    """Load made-up rates for the store that sells in euro, unless some are held, which may be real ones."""
    with progress.step("Loading reference rates") as step:
        if rates.on(scenario.window.first.isoformat()):
            step.note("rates exist already")
        else:
            loaded = rates.load(RATES_FILE, rates_file(scenario.seed, scenario.window))
            step.note(f"{loaded.quotes} synthetic quotes")


def _compute_customers(lake: Lake, progress: Progress) -> None:
    """Run the daily computation of customers at once."""
    with progress.step("Computing customers") as step:
        execution = CustomerExecution.start(Stage(LOCAL, lake.session, lake.endpoint))
        try:
            done = execution.wait(lambda computed, slices: step.note(f"{computed} of {slices} slices"))
        except NotComputed as error:
            step.note(str(error))
        else:
            step.note(f"{done['customers']:,} customers")
