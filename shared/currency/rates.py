"""The reference rates that the platform holds: files of them come in, and what amounts are converted by follows."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.currency.decompression import text_of
from shared.currency.parser import ReadFile, read
from shared.currency.quotes import HeldQuote, Origin, merge
from shared.currency.rate_intervals import RateInterval, derive_intervals
from shared.currency.rate_tables import (
    QUOTES_KEY,
    TABLE_KEY,
    file_key,
    intervals_on,
    quotes_in,
    quotes_written,
    table_of,
)
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.lake.storage.object_store import LakeStore, LostUpdate
from shared.runtime.errors import Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.lake.catalog.versions import TableVersions
    from shared.runtime.models import Clock

_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What became of a file: how many quotes it has, how many were new or other than those held, what was left out.

    `first_day` is the first on which anything can be converted, `last_day` that of the last quotes; None without any.
    """

    file: str
    sha256: str
    quotes: int
    new: int
    changed: int
    left_out: Sequence[str]
    currencies: Sequence[str]
    first_day: str | None
    last_day: str | None


class ReferenceRates:
    """Holds quotes as they were loaded, and derives from them the table that Athena reads."""

    def __init__(self, lake: LakeStore, versions: "TableVersions", clock: "Clock", *, reporting_currency: str) -> None:
        self._lake = lake
        self._versions = versions
        self._clock = clock
        self._reporting_currency = reporting_currency

    def load(self, file: str, data: bytes) -> Loaded:
        """Take the rates of a file in: all of them or, where it has mistakes, none.

        Whoever is interrupted loads the file once more: what is there already stays, what is missing follows.

        Raises:
            WrongRates: the file has mistakes.
            NoSuchWorth: no rates follow from its quotes and those held.
            Unavailable: others load rates at the same time.
        """
        content, origin = read(text_of(data)), Origin(file, hashlib.sha256(data).hexdigest(), self._clock())
        self._lake.put(file_key(origin.digest), data)
        taken = Counter[str]()
        for _ in retry(_ATTEMPTS):
            try:
                loaded = self._take_in(content, origin, taken)
            except LostUpdate:
                continue
            self._versions.bump(EXCHANGE_RATES.name)
            return loaded
        raise Unavailable("Another load of reference rates is in progress; load the file again later", retry_after=1)

    def on(self, day: str) -> Sequence[RateInterval]:
        """What currencies are worth on a day."""
        table = self._lake.get(TABLE_KEY)
        return intervals_on(day, table.body, self._reporting_currency) if table else []

    def quotes(self) -> Sequence[HeldQuote]:
        """Every quote that is held, by currency and day."""
        held = self._lake.get(QUOTES_KEY)
        return quotes_in(held.body) if held else []

    def _take_in(self, content: ReadFile, origin: Origin, taken: Counter[str]) -> Loaded:
        """Write the quotes, then the table; the table is read before the quotes that it follows from.

        So whoever wrote the table since may know quotes that are not read here, and then this is done again.
        """
        table, held = self._lake.get(TABLE_KEY), self._lake.get(QUOTES_KEY)
        merged = merge(quotes_in(held.body) if held else [], content.quotes, origin)
        worths = derive_intervals((each.quote for each in merged.quotes), self._reporting_currency)
        if merged.new or merged.changed:
            self._lake.replace(QUOTES_KEY, quotes_written(merged.quotes), expected=held)
            taken.update(new=merged.new, changed=merged.changed)
        derived = table_of(self._reporting_currency, worths)
        if table is None or table.body != derived:
            self._lake.replace(TABLE_KEY, derived, expected=table)
        return Loaded(
            file=origin.file,
            sha256=origin.digest,
            quotes=len(content.quotes),
            new=taken["new"],
            changed=taken["changed"],
            left_out=content.left_out,
            currencies=sorted({each.currency for each in worths}),
            first_day=min((each.valid_from for each in worths), default=None),
            last_day=max((each.quote.day for each in merged.quotes), default=None),
        )
