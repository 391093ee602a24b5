"""How far the data of a rule reach at present: the first day, the watermark, and the commits of their tables."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.records.value_schemas import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from shared.alerts.stored_rule import StoredRule
    from shared.lake.catalog.state import TableState
    from shared.lake.catalog.states import TableStates
    from shared.records.schema import DataType
    from shared.sources.arrivals import SourceArrivals
    from shared.sources.freshness import Freshness


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """The horizon of all data types at one moment."""

    now: datetime
    freshness: "Mapping[DataType, Freshness]"
    states: "Mapping[str, TableState]"

    def since(self, rule: "StoredRule") -> datetime | None:
        """Return the start of the first day with data of a rule; None without any."""
        if not rule.subject.data_types:
            return EARLIEST
        firsts = [self.states[each].first_day for each in rule.subject.data_types]
        known = [each for each in firsts if each]
        return datetime.fromisoformat(min(known)).replace(tzinfo=UTC) if known else None

    def until(self, rule: "StoredRule") -> datetime | None:
        """Return the latest moment at which windows of a rule may end; None if there are no data."""
        if rule.definition.use_provisional or not rule.subject.data_types:
            return self.now
        marks = [self.freshness[each].watermark for each in rule.subject.data_types]
        known = [min(each, self.now) for each in marks if each]
        return min(known) if len(known) == len(marks) else None

    def has_stopped(self, rule: "StoredRule") -> bool:
        """Whether the data of a rule have stopped: no source is live, and none has records of the last window."""
        if rule.definition.use_provisional or not rule.subject.data_types:
            return False
        until = self.until(rule)
        is_live = any(self.freshness[each].live for each in rule.subject.data_types)
        return not is_live and (until is None or self.now - until > rule.definition.window + rule.step)

    def commits(self, rule: "StoredRule") -> dict[str, str]:
        """Return the last commits of the tables of a rule; labels are published with decisions."""
        states = {str(each): self.states[each] for each in rule.subject.data_types}
        return {name: f"{each.sequence}.{each.catalogue}" for name, each in states.items()}


@dataclass(frozen=True, kw_only=True)
class Horizons:
    """Reads horizons."""

    arrivals: "SourceArrivals"
    states: "TableStates"

    def at(self, now: datetime, rules: "Collection[StoredRule]") -> Horizon:
        """Return the horizon of the data of some rules, with two reads."""
        types = sorted({each for rule in rules for each in rule.subject.data_types})
        return Horizon(
            now=now,
            freshness=self.arrivals.freshness(types, now) if types else {},
            states=self.states.get_many([str(each) for each in types]) if types else {},
        )
