"""Alerts over data that a test writes down: a value for each window, and how far the data reach."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from moto import mock_aws

from shared.alerts.alert_store import ALERTS_TABLE, AlertStore
from shared.alerts.backtest import BackTest
from shared.alerts.changes import AlertChanges
from shared.alerts.conditions import Observation, PastValue
from shared.alerts.evaluator import AlertEvaluator
from shared.alerts.horizon import Horizon
from shared.alerts.models import AlertRuleRequest, PreviewedAlert, SilenceRequest
from shared.alerts.rule_changes import RuleChanges
from shared.alerts.rule_store import ALERT_RULES_TABLE, AlertRuleStore
from shared.alerts.state import key_of
from shared.alerts.stored_alert import StoredAlert
from shared.alerts.stored_rule import StoredRule
from shared.alerts.vocabulary import AlertStatus
from shared.alerts.windows import base_of, history_of, window_of
from shared.events.bus import EVENT_BUS, PlatformEvents
from shared.lake.catalog.state import TableState
from shared.notifications.outbox import OUTBOX_TABLE, Outbox
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize, replace_items
from shared.runtime.settings import Settings
from shared.sources.freshness import Freshness
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import FaultInjector
from tests.moto_platform import create_resources

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
Interference = Callable[[], object]


@dataclass
class Script:
    """What the data say: values by the end of the window and the group, and the watermark."""

    values: dict[tuple[datetime, str | None], float | None] = field(default_factory=dict)
    watermark: datetime = START
    commits: int = 1
    failing: bool = False
    live: bool = True
    asked: int = 0

    def of_pass(self) -> "Script":
        """Return what one pass observes with."""
        return self

    def observe(
        self, rule: StoredRule, ends: Sequence[datetime], since: datetime | None, groups: Collection[str] = ()
    ) -> dict[datetime, dict[str, Observation]]:
        """Return the values of the windows with these ends; of groups without one, only what has an open alert."""
        if self.failing:
            raise RuntimeError("the lake is closed")
        assert since is not None
        return {
            end: {key_of(it): self._of(rule, end, it) for it in {*self._groups(rule, end), *groups}} for end in ends
        }

    def at(self, now: datetime, _: object) -> Horizon:
        """Return how far the data reach."""
        mark = self.watermark
        return Horizon(
            now=now,
            freshness={each: Freshness(live=mark if self.live else None, latest=mark) for each in DataType},
            states={each: TableState(name=each, sequence=self.commits, days={"2020-01-01": 1}) for each in DataType},
        )

    def _groups(self, rule: StoredRule, end: datetime) -> list[str | None]:
        if rule.definition.group_by is None:
            return [None]
        return [group for at, group in self.values if at == end and group is not None]

    def _of(self, rule: StoredRule, end: datetime, group: str | None) -> Observation:
        condition, window = rule.definition.condition, window_of(rule, end)
        base = base_of(condition, window)
        return Observation(
            value=self.values.get((end, group)),
            base=None if base is None else self.values.get((base.end, group)),
            history=[PastValue(each.end, self.values.get((each.end, group))) for each in history_of(condition, window)],
        )


class NoNames:
    """Knows every feature and source."""

    def check(self, rule: object, prefix: str = "") -> None:
        """Find nothing wrong."""


@dataclass(frozen=True)
class Platform:
    """Tables, queues and a bus in moto, with clients that `injector` can kill and whose writes can be interrupted."""

    settings: Settings
    dynamodb: Any
    sqs: Any
    events: Any
    injector: FaultInjector
    interruption: "Interruption"

    def empty(self) -> None:
        """Delete all rules, alerts and notifications."""
        for table in (ALERT_RULES_TABLE, ALERTS_TABLE, OUTBOX_TABLE):
            name = self.settings.name_of(table)
            keys = [each for each in (table.partition_key, table.sort_key) if each]
            items = [deserialize(item) for item in self.dynamodb.scan(TableName=name)["Items"]]
            replace_items(self.dynamodb, name, deletes=[{key: item[key] for key in keys} for item in items])


@dataclass
class Interruption:
    """Lets somebody else act just before a write, by its number."""

    _due: tuple[int, Interference] | None = None

    @contextmanager
    def before(self, write: int, action: Interference) -> Iterator[None]:
        """Act before this write of the run inside."""
        self._due = (write, action)
        try:
            yield
        finally:
            self._due = None

    def look(self, model: Any, **_: Any) -> None:
        """Act if it is time."""
        if self._due is None or model.name not in {"TransactWriteItems", "PutItem"}:
            return
        number, action = self._due
        self._due = (number - 1, action) if number else None
        if not number:
            action()


@contextmanager
def platform() -> Iterator[Platform]:
    """Make a platform."""
    with mock_aws():
        settings = create_resources()
        injector, interruption = FaultInjector(), Interruption()
        clients = {each: boto3.Session().client(each) for each in ("dynamodb", "sqs", "events")}
        for each in clients.values():
            injector.listen(each.meta.events)
        clients["dynamodb"].meta.events.register("before-call", interruption.look)
        yield Platform(settings=settings, **clients, injector=injector, interruption=interruption)


@dataclass
class Desk:
    """Rules, alerts and the evaluator over a script."""

    platform: Platform
    clock: Clock = field(default_factory=lambda: Clock(START))
    script: Script = field(default_factory=Script)

    def __post_init__(self) -> None:
        """Build what is tried."""
        name_of, dynamodb = self.platform.settings.name_of, self.platform.dynamodb
        sqs, events = self.platform.sqs, self.platform.events
        self.alerts = AlertStore(dynamodb, name_of(ALERTS_TABLE))
        self.rules = AlertRuleStore(dynamodb, name_of(ALERT_RULES_TABLE))
        self.changes = AlertChanges(
            dynamodb=dynamodb,
            alerts=self.alerts,
            rules=self.rules,
            outbox=Outbox(name_of(OUTBOX_TABLE), sqs, name_of(NOTIFICATION_QUEUE), self.clock),
            events=PlatformEvents(events, name_of(EVENT_BUS)),
            clock=self.clock,
        )
        scripted: Any = self.script
        names: Any = NoNames()
        self.evaluator = AlertEvaluator(
            rules=self.rules,
            alerts=self.alerts,
            changes=self.changes,
            observer=scripted,
            horizons=scripted,
            clock=self.clock,
        )
        self.edits = RuleChanges(
            rules=self.rules, alerts=self.alerts, changes=self.changes, names=names, clock=self.clock
        )
        self.back_test = BackTest(observer=scripted, horizons=scripted, names=names, clock=self.clock)

    def create(self, **changes: Any) -> StoredRule:
        """Create a rule."""
        return self.edits.create(request(**changes), "ann").rule

    def say(self, *values: float | None, group: str | None = None) -> None:
        """Append windows with these values, and let the clock and the watermark follow."""
        for value in values:
            self.watermark_moves(1)
            self.script.values[self.script.watermark, group] = value

    def watermark_moves(self, steps: int) -> None:
        """Let the data reach further."""
        self.script.watermark += steps * STEP
        self.clock.now = max(self.clock.now, self.script.watermark)
        self.script.commits += 1

    def evaluate(self) -> Any:
        """Evaluate the rules at the next moment at which they are due."""
        self.clock.pass_by(STEP)
        return self.evaluator.evaluate()

    def open(self, rule_id: str) -> list[StoredAlert]:
        """Return the open alerts of a rule."""
        return [each for each in self.alerts.list_open() if each.alert.rule_id == rule_id]

    def all(self, rule_id: str) -> list[StoredAlert]:
        """Return all alerts of a rule, the oldest first."""
        found = [*self.open(rule_id), *self.alerts.list_resolved(rule_id, None)]
        return sorted(found, key=lambda each: each.alert.alert_id)

    def notified(self, rule_id: str) -> dict[str, str]:
        """Return the notifications of the alerts of a rule, by id, with the time of each."""
        ids = {each.alert.alert_id for each in self.all(rule_id)}
        pages = self.platform.dynamodb.get_paginator("scan").paginate(
            TableName=self.platform.settings.name_of(OUTBOX_TABLE)
        )
        items = [deserialize(item) for page in pages for item in page["Items"]]
        told = [each for each in items if each["notification_id"].partition(":")[0] in ids]
        found = {each["notification_id"]: each["created_at"] for each in told}
        assert len(found) == len(told), "a notification has one target"
        return found

    def happened(self, rule_id: str) -> list[PreviewedAlert]:
        """Return what became of the alerts of a rule, as a preview does."""
        return [
            PreviewedAlert(
                fired_at=each.alert.fired_at,
                cleared_at=each.alert.cleared_at,
                peak_value=each.alert.peak_value,
                group=each.alert.group,
            )
            for each in self.all(rule_id)
        ]

    def check(self, rule_id: str) -> None:
        """Check that what is stored about a rule agrees with itself."""
        opened = self.open(rule_id)
        by_key = [each.key for each in opened]
        assert len(set(by_key)) == len(by_key), "two open alerts of a group"
        state = self.rules.state(rule_id).state
        known = {key: alert.alert_id for key, it in state.groups.items() if (alert := it.alert)}
        assert known == {each.key: each.alert.alert_id for each in opened}
        counted = self.alerts.counts(rule_id)
        for status in AlertStatus:
            actual = [each for each in self.all(rule_id) if each.alert.status is status]
            assert sum(number for (_, it), number in counted.items() if it is status) == len(actual)


def request(**changes: Any) -> AlertRuleRequest:
    """A rule that fires above 10, with changes."""
    body: Mapping[str, Any] = {
        "name": "Too many decisions",
        "severity": "high",
        "metric": "decision_throughput",
        "condition": {"type": "above", "threshold": 10},
        "window": "PT5M",
        "notify": [{"type": "topic"}],
    }
    return AlertRuleRequest.model_validate({**body, **changes})


def silence(until: datetime | None) -> SilenceRequest:
    """A silence."""
    return SilenceRequest(until=until, reason="maintenance")
