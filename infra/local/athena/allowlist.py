"""The SQL that queries may use. Everything else is refused before DuckDB, so SQL cannot access the host.

DuckDB itself is locked as well (database.py); this list also keeps a function that DuckDB understands otherwise than
Trino from answering wrongly without a word.
"""

from sqlglot import exp

from infra.local.athena.errors import not_supported

Kinds = tuple[type[exp.Expr], ...]
# What the platform's own SQL calls; a test holds the two against each other.
PRODUCT: Kinds = (
    exp.Abs, exp.And, exp.ArgMax, exp.Array, exp.ArrayAgg, exp.ArrayToString, exp.Case, exp.Cast, exp.Ceil,
    exp.Coalesce, exp.Concat, exp.Count, exp.CountIf, exp.DateAdd, exp.DateDiff, exp.DateTrunc, exp.DenseRank,
    exp.Encode, exp.Exp, exp.FromBase, exp.GenerateSeries, exp.Greatest, exp.Hex, exp.Hour, exp.If,
    exp.JSONExtractScalar, exp.Lag, exp.Lead, exp.Least, exp.Length, exp.Ln, exp.MapKeys, exp.Max, exp.MD5Digest,
    exp.Min, exp.Nullif, exp.Or, exp.Pad, exp.Rank, exp.Reduce, exp.RegexpLike, exp.Round, exp.RowNumber, exp.Substring,
    exp.Sum, exp.TimestampTrunc, exp.TryCast, exp.Unnest, exp.Variance,
)  # fmt: skip
# What people ask besides when they look into the lake.
AGGREGATES: Kinds = (
    exp.AnyValue, exp.ApproxDistinct, exp.ApproxQuantile, exp.ArgMin, exp.Avg, exp.Grouping, exp.Stddev,
)  # fmt: skip
RANKINGS: Kinds = (exp.FirstValue, exp.LastValue, exp.Ntile)
NUMBERS: Kinds = (exp.Floor, exp.Pow, exp.Sqrt)
TEXTS: Kinds = (
    exp.DPipe, exp.Lower, exp.RegexpExtract, exp.Replace, exp.SplitPart, exp.StartsWith, exp.StrPosition,
    exp.Trim, exp.Upper,
)  # fmt: skip
TIMES: Kinds = (
    exp.CurrentDate, exp.CurrentTimestamp, exp.Date, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso,
    exp.Extract, exp.FromISO8601Date, exp.FromISO8601Timestamp, exp.Minute, exp.Month, exp.Quarter, exp.Second,
    exp.TimeToStr, exp.TimeToUnix, exp.UnixToTime, exp.WeekOfYear, exp.Year,
)  # fmt: skip
COLLECTIONS: Kinds = (exp.ArrayContains, exp.ArraySize, exp.Map, exp.Struct)
GENERAL: Kinds = (exp.Exists, exp.JSONExtract, exp.ParseJSON, exp.Try)
KNOWN = frozenset(PRODUCT + AGGREGATES + RANKINGS + NUMBERS + TEXTS + TIMES + COLLECTIONS + GENERAL)
BY_NAME = frozenset({"at_timezone", "map_values", "to_iso8601"})
REFUSED: Kinds = (
    exp.Command, exp.DDL, exp.DML, exp.Hint, exp.Into, exp.Lateral, exp.Lock, exp.MatchRecognize, exp.Parameter,
    exp.Pivot, exp.Placeholder, exp.SessionParameter,
)  # fmt: skip


def vet(query: exp.Query) -> None:
    """Raise for the first construct that is not known to mean in DuckDB what it means in Trino."""
    for node in query.walk():
        if isinstance(node, exp.Anonymous):
            if node.name.lower() not in BY_NAME:
                raise not_supported(f"the function {node.name.lower()}")
        elif isinstance(node, exp.Func) and type(node) not in KNOWN:
            raise not_supported(f"the function {node.sql_name().lower()}")
        elif isinstance(node, exp.Var) and not node.name.isidentifier():
            raise not_supported(f"the word {node.name[:40]}")
        elif isinstance(node, exp.DataType) and node.this == exp.DType.USERDEFINED:
            raise not_supported(f"the type {node.sql('trino')[:40]}")
        elif isinstance(node, REFUSED) and not isinstance(node, exp.Query):
            raise not_supported(f"{type(node).__name__.upper()} ({node.sql('athena')[:80]})")
        elif isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
            raise not_supported(f"the table function {node.sql('athena')[:80]}")
        elif isinstance(node, (exp.Max, exp.Min)) and node.expressions:
            raise not_supported(f"{node.sql_name().lower()} of the n largest or smallest")
