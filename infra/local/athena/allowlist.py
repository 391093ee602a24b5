"""What a query may use: only what is listed here reaches DuckDB, so nothing of the host can be reached through SQL.

DuckDB itself is locked as well (database.py); this list also keeps a function that DuckDB understands otherwise than
Trino from answering wrongly without a word.
"""

from sqlglot import exp

from infra.local.athena.errors import not_supported

Kinds = tuple[type[exp.Expr], ...]
AGGREGATES: Kinds = (
    exp.AnyValue, exp.ApproxDistinct, exp.ApproxQuantile, exp.ArgMax, exp.ArgMin, exp.ArrayAgg, exp.Avg, exp.Corr,
    exp.Count, exp.CountIf, exp.CovarPop, exp.CovarSamp, exp.GroupConcat, exp.Grouping, exp.LogicalAnd, exp.LogicalOr,
    exp.Max, exp.Min, exp.RegrIntercept, exp.RegrSlope, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Sum,
    exp.Variance, exp.VariancePop,
)  # fmt: skip
RANKINGS: Kinds = (
    exp.CumeDist, exp.DenseRank, exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.NthValue, exp.Ntile,
    exp.PercentRank, exp.Rank, exp.RowNumber,
)  # fmt: skip
NUMBERS: Kinds = (
    exp.Abs, exp.Acos, exp.Asin, exp.Atan, exp.Atan2, exp.Cbrt, exp.Ceil, exp.Cos, exp.Degrees, exp.Exp, exp.Floor,
    exp.Greatest, exp.IsNan, exp.Least, exp.Ln, exp.Log, exp.Pi, exp.Pow, exp.Radians, exp.Rand, exp.Round, exp.Sign,
    exp.Sin, exp.Sqrt, exp.Tan, exp.Trunc, exp.WidthBucket,
)  # fmt: skip
TEXTS: Kinds = (
    exp.Chr, exp.Concat, exp.ConcatWs, exp.Decode, exp.DPipe, exp.Encode, exp.EndsWith, exp.Hex, exp.Length,
    exp.Levenshtein, exp.Lower, exp.MD5Digest, exp.Pad, exp.RegexpExtract, exp.RegexpLike, exp.RegexpReplace,
    exp.Replace, exp.Reverse, exp.SHA2Digest, exp.Split, exp.SplitPart, exp.StartsWith, exp.StrPosition,
    exp.Substring, exp.Translate, exp.Trim, exp.Unhex, exp.Upper,
)  # fmt: skip
TIMES: Kinds = (
    exp.CurrentDate, exp.CurrentTimestamp, exp.Date, exp.DateAdd, exp.DateDiff, exp.DateTrunc, exp.Day, exp.DayOfMonth,
    exp.DayOfWeekIso, exp.DayOfYear, exp.Extract, exp.FromISO8601Date, exp.FromISO8601Timestamp, exp.Hour,
    exp.LastDay, exp.Localtimestamp, exp.Minute, exp.Month, exp.ParseDatetime, exp.Quarter, exp.Second, exp.StrToTime,
    exp.TimestampTrunc, exp.TimeToStr, exp.TimeToUnix, exp.UnixToTime, exp.WeekOfYear, exp.Year, exp.YearOfWeek,
)  # fmt: skip
COLLECTIONS: Kinds = (
    exp.Array, exp.ArrayConcat, exp.ArrayContains, exp.ArrayDistinct, exp.ArrayFilter, exp.ArrayIntersect,
    exp.ArrayMax, exp.ArrayMin, exp.ArrayPosition, exp.ArraySize, exp.ArraySlice, exp.ArraySort, exp.ArrayToString,
    exp.Flatten, exp.GenerateSeries, exp.Map, exp.MapFromEntries, exp.MapKeys, exp.Reduce, exp.Struct, exp.Transform,
    exp.Unnest,
)  # fmt: skip
GENERAL: Kinds = (
    exp.And, exp.Case, exp.Cast, exp.Coalesce, exp.Exists, exp.If, exp.JSONExtract, exp.JSONExtractScalar,
    exp.JSONFormat, exp.Nullif, exp.Or, exp.ParseJSON, exp.Try, exp.TryCast, exp.Typeof, exp.Xor,
)  # fmt: skip
KNOWN = frozenset(AGGREGATES + RANKINGS + NUMBERS + TEXTS + TIMES + COLLECTIONS + GENERAL)
BY_NAME = frozenset({
    "all_match", "any_match", "array_union", "at_timezone", "codepoint", "e", "every", "format_datetime",
    "geometric_mean", "histogram", "infinity", "is_finite", "is_infinite", "json_array_length", "map_agg",
    "map_concat", "map_entries", "map_filter", "map_values", "millisecond", "nan", "none_match", "to_iso8601",
    "transform_keys", "transform_values", "with_timezone",
})  # fmt: skip
REFUSED: Kinds = (
    exp.Command, exp.DDL, exp.DML, exp.Hint, exp.Into, exp.Lateral, exp.Lock, exp.MatchRecognize, exp.Parameter,
    exp.Pivot, exp.Placeholder, exp.SessionParameter, exp.Version,
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
