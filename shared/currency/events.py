"""The event that reference rates were loaded, by which amounts in other currencies have other values."""

from shared.runtime.resources import EventType

RATES_LOADED = EventType(source="tally.currency", detail_type="rates loaded")
"""Its detail: `{reporting_currency, new, changed}`, the last two numbers of quotes."""
