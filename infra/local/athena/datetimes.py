"""Trino's dates, times and zones spelled for DuckDB.

An instant "at" a zone stays an instant; what looks at its clock (truncating, extracting, formatting, casting) does so
in the zone that inference found in its type. Sessions are in UTC.
"""

import re

from sqlglot import exp

from infra.local.athena.arithmetic import shift_date
from infra.local.athena.duckdb_ast import Rewrite, call, cast
from infra.local.athena.errors import not_supported
from infra.local.athena.inference import zone_of
from infra.local.athena.tables import has_microseconds

JODA = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MM": "%m", "MMM": "%b", "MMMM": "%B", "dd": "%d", "HH": "%H", "mm": "%M",
    "ss": "%S", "SSS": "%g", "EEE": "%a", "EEEE": "%A", "DDD": "%j", "hh": "%I", "a": "%p", "ZZ": "%z", "Z": "%z",
}  # fmt: skip
PARTS = {"DOW": "isodow", "DAY_OF_WEEK": "isodow", "DAYOFWEEK": "isodow", "DOY": "doy", "DAY_OF_YEAR": "doy",
         "YOW": "isoyear", "YEAR_OF_WEEK": "isoyear", "WEEK": "week", "WEEK_OF_YEAR": "week", "YEAR": "year",
         "QUARTER": "quarter", "MONTH": "month", "DAY": "day", "DAY_OF_MONTH": "day", "HOUR": "hour",
         "MINUTE": "minute", "SECOND": "second"}  # fmt: skip


def local(node: exp.Expr) -> exp.Expr:
    """Read the clock of an instant in its zone; other values are their own clock."""
    zone = zone_of(node.type)
    return call("timezone", exp.Literal.string(zone), node) if zone else node


def back(clock: exp.Expr, like: exp.Expr) -> exp.Expr:
    """Turn a clock reading back into the instant it came from."""
    zone = zone_of(like.type)
    return call("timezone", exp.Literal.string(zone), clock) if zone else clock


def truncate(node: exp.Expr) -> exp.Expr:
    """Truncate on the zone's clock; weeks begin on Monday in both engines."""
    unit = exp.Literal.string(node.args["unit"].name.lower())
    if node.this.is_type(exp.DType.DATE):
        return cast(call("date_trunc", unit, node.this), "DATE")
    return back(call("date_trunc", unit, local(node.this)), node.this)


def extract(node: exp.Expr) -> exp.Expr:
    """Take a part of the clock; the day of the week counts from Monday = 1."""
    name = node.name.upper()
    if name not in PARTS:
        raise not_supported(f"EXTRACT({name})")
    return call(PARTS[name], local(node.expression))


def part(name: str) -> Rewrite:
    """Make the rule of a one-argument part function."""
    return lambda node: call(name, local(node.this))


def at_zone(node: exp.Expr) -> exp.Expr:
    """Look at the same instant in another zone: a timestamp without zone is UTC."""
    if not node.args["zone"].is_string:
        raise not_supported("AT TIME ZONE with a zone that is no literal")
    return cast(node.this, "TIMESTAMPTZ")


def add(node: exp.Expr) -> exp.Expr:
    """Add on the zone's clock, so that a day is a day over a change of clocks."""
    if zone_of(node.this.type) is None:
        return shift_date(node)
    moved = node.copy()
    moved.set("this", local(node.this.copy()))
    return back(moved, node.this)


def difference(node: exp.Expr) -> exp.Expr:
    """Count whole units between two moments; DuckDB's date_diff counts boundaries instead."""
    unit = exp.Literal.string(str(node.args["unit"]).lower())
    return call("date_sub", unit, local(node.expression), local(node.this))


def write(node: exp.Expr) -> exp.Expr:
    """Format with MySQL's letters, which the parser has turned into strftime's."""
    return call("strftime", local(node.this), _literal(node.args["format"], "date_format"))


def iso(node: exp.Expr) -> exp.Expr:
    """Write ISO 8601: a date without a time, an instant with its Z."""
    (moment,) = node.expressions
    if moment.is_type(exp.DType.DATE):
        return call("strftime", moment, exp.Literal.string("%Y-%m-%d"))
    if zone_of(moment.type):
        raise not_supported("to_iso8601 of a timestamp in another zone than UTC")
    end = "Z" if moment.is_type(exp.DType.TIMESTAMPTZ) else ""
    fraction = "%f" if has_microseconds(moment.type) else "%g"
    return call("strftime", moment, exp.Literal.string(f"%Y-%m-%dT%H:%M:%S.{fraction}{end}"))


def from_unix(node: exp.Expr) -> exp.Expr:
    """Read seconds since 1970 as an instant."""
    if any(node.args.get(name) for name in ("zone", "hours", "minutes", "format")):
        raise not_supported("from_unixtime with a zone")
    return call("to_timestamp", cast(node.this, "DOUBLE"))


def joda(pattern: exp.Expr) -> exp.Expr:
    """Turn a Joda pattern into strftime's."""
    found = [match.group(0) for match in re.finditer(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']", pattern.name)]
    return exp.Literal.string("".join(_joda_piece(piece) for piece in found))


def _joda_piece(piece: str) -> str:
    if piece.startswith("'"):
        return piece[1:-1].replace("''", "'").replace("%", "%%") or "'"
    if not piece.isalpha():
        return piece.replace("%", "%%")
    if piece not in JODA:
        raise not_supported(f"the date pattern letter {piece}")
    return JODA[piece]


def _literal(node: exp.Expr | None, function: str) -> exp.Expr:
    if node is None or not node.is_string:
        raise not_supported(f"{function} with a pattern that is no literal")
    return node


RULES: dict[type[exp.Expr], Rewrite] = {
    exp.TimestampTrunc: truncate,
    exp.DateTrunc: truncate,
    exp.Extract: extract,
    exp.Year: part("year"),
    exp.Quarter: part("quarter"),
    exp.Month: part("month"),
    exp.WeekOfYear: part("week"),
    exp.Day: part("day"),
    exp.DayOfMonth: part("day"),
    exp.DayOfWeekIso: part("isodow"),
    exp.Hour: part("hour"),
    exp.Minute: part("minute"),
    exp.Second: part("second"),
    exp.Date: lambda node: cast(local(node.this), "DATE"),
    exp.AtTimeZone: at_zone,
    exp.DateAdd: add,
    exp.DateDiff: difference,
    exp.TimeToStr: write,
    exp.UnixToTime: from_unix,
    exp.TimeToUnix: lambda node: call("epoch", node.this),
}
BY_NAME: dict[str, Rewrite] = {"to_iso8601": iso}
