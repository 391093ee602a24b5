"""Loads reference rate files, and derives the rates by which amounts are converted."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from shared.currency.decompression import text_of
from shared.currency.events import RATES_LOADED
from shared.currency.parser import read
from shared.currency.quotes import HeldQuote, Origin, Quote, merge
from shared.currency.rate_intervals import RateInterval, derive_intervals
from shared.currency.rate_tables import (
    QUOTES_KEY,
    RATE_COLUMNS,
    digest_of,
    file_key,
    intervals_on,
    quotes_in,
    quotes_written,
    rows_of,
)
from shared.lake.catalog.state import WHOLE_TABLE
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.storage.object_store import LakeStore, LostUpdate
from shared.lake.table.port import CommitConflict, TableChange, TableSnapshot
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.events.bus import PlatformEvents
    from shared.lake.catalog.states import TableStates
    from shared.lake.table.port import TableStore
    from shared.runtime.models import Clock

_ATTEMPTS = 5
_DIGEST = "tally.rates"
"""Property of a snapshot's summary: the hash of its rows."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The result of a load: the numbers of quotes, new quotes and changed quotes.

    `first_day` is the first day with a rate, `last_day` the day of the last quotes; None without any.
    """

    file: str
    sha256: str
    quotes: int
    new: int
    changed: int
    currencies: Sequence[str]
    first_day: str | None
    last_day: str | None


@dataclass(frozen=True)
class ReferenceRates:
    """Stores quotes as loaded, and derives from them the table that Athena reads."""

    lake: LakeStore
    tables: "TableStore"
    states: "TableStates"
    clock: "Clock"
    _: KW_ONLY
    reporting_currency: str
    events: "PlatformEvents"

    def load(self, file: str, data: bytes) -> Loaded:
        """Load all rates of a file or, if it has errors, none.

        After an interruption, load the file again: rates that were stored are kept, missing ones are added.

        Raises:
            WrongRates: the file has errors.
            RateNotDerivable: no rates can be derived from its quotes and the stored ones.
            Unavailable: another load is in progress.
        """
        content, origin = read(text_of(data)), Origin(file, hashlib.sha256(data).hexdigest(), self.clock())
        self.lake.put(file_key(origin.digest), data)
        taken = Counter[str]()
        for _ in retry(_ATTEMPTS):
            try:
                loaded, snapshot = self._take_in(content, origin, taken)
            except (LostUpdate, CommitConflict):
                continue
            self._publish(snapshot)
            self._announce(loaded)
            return loaded
        raise Unavailable("Another load of reference rates is in progress; load the file again later", retry_after=1)

    def restore(self) -> bool:
        """Derive the table again from the stored quotes; return whether there are any.

        Raises:
            Unavailable: a load is in progress.
        """
        for _ in retry(_ATTEMPTS):
            head, held = self.tables.head(EXCHANGE_RATES), self.lake.get(QUOTES_KEY)
            if held is None:
                return False
            quotes = (each.quote for each in quotes_in(held.body))
            try:
                snapshot = self._replace_table(head, derive_intervals(quotes, self.reporting_currency))
            except CommitConflict:
                continue
            self._publish(snapshot)
            return True
        raise Unavailable("A load of reference rates is in progress; try again later", retry_after=1)

    def on(self, day: str) -> Sequence[RateInterval]:
        """Return the rates of a day."""
        rows = self.tables.rows(EXCHANGE_RATES, self.tables.head(EXCHANGE_RATES), RATE_COLUMNS)
        return intervals_on(day, rows, self.reporting_currency)

    def quotes(self) -> Sequence[HeldQuote]:
        """Return all stored quotes by currency and day."""
        held = self.lake.get(QUOTES_KEY)
        return quotes_in(held.body) if held else []

    def _take_in(self, content: Sequence[Quote], origin: Origin, taken: Counter[str]) -> tuple[Loaded, TableSnapshot]:
        """Write the quotes, then the table, whose head is read before the quotes from which it is derived.

        If another load replaced the table in between, it may include quotes that were not read here; the commit then
        fails and the caller retries.
        """
        head, held = self.tables.head(EXCHANGE_RATES), self.lake.get(QUOTES_KEY)
        merged = merge(quotes_in(held.body) if held else [], content, origin)
        worths = derive_intervals((each.quote for each in merged.quotes), self.reporting_currency)
        if merged.new or merged.changed:
            self.lake.replace(QUOTES_KEY, quotes_written(merged.quotes), expected=held)
            taken.update(new=merged.new, changed=merged.changed)
        snapshot = self._replace_table(head, worths)
        loaded = Loaded(
            file=origin.file,
            sha256=origin.digest,
            quotes=len(content),
            new=taken["new"],
            changed=taken["changed"],
            currencies=sorted({each.currency for each in worths}),
            first_day=min((each.valid_from for each in worths), default=None),
            last_day=max((each.quote.day for each in merged.quotes), default=None),
        )
        return loaded, snapshot

    def _replace_table(self, head: TableSnapshot, worths: Sequence[RateInterval]) -> TableSnapshot:
        """Replace all rows of the table in one commit, unless it has them already."""
        rows = rows_of(self.reporting_currency, worths)
        digest = digest_of(rows)
        if head.summary.get(_DIGEST) == digest:
            return head
        dropped = frozenset(file.path for file in head.files)
        return self.tables.commit(
            EXCHANGE_RATES, head, TableChange(rows=rows, dropped=dropped, summary={_DIGEST: digest})
        )

    def _publish(self, snapshot: TableSnapshot) -> None:
        if snapshot.id is not None:
            number, sequence = snapshot.id, snapshot.sequence
            self.states.update(EXCHANGE_RATES.name, lambda state: state.with_commit(number, sequence, [WHOLE_TABLE]))

    def _announce(self, loaded: Loaded) -> None:
        """Publish that amounts have other values; a load that is repeated publishes again."""
        detail = {"reporting_currency": self.reporting_currency, "new": loaded.new, "changed": loaded.changed}
        self.events.try_publish(RATES_LOADED, detail)
