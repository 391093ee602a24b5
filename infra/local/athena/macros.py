"""Functions that DuckDB lacks, given to it in its own SQL before the database is locked."""

MACROS = (
    # Rounds half away from zero, as Trino divides and averages decimals.
    """rounded_quotient(n, d) AS
    CASE WHEN (n < 0) <> (d < 0) THEN -1::HUGEINT ELSE 1::HUGEINT END * ((2 * abs(n) + abs(d)) // (2 * abs(d)))""",
    # For operands whose types are only known to DuckDB (lambda parameters, unnested rows).
    """untyped_quotient(a, b) AS CASE
    WHEN typeof(a) IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT')
     AND typeof(b) IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') THEN trunc(a / b) ELSE a / b END""",
    "timestamp_text(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g')",
    "microseconds_text(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%f')",
    "instant_text(t) AS strftime(timezone('UTC', t), '%Y-%m-%d %H:%M:%S.%g') || ' UTC'",
    "json_at(j, path) AS CASE WHEN json_valid(j) THEN json_extract(j, path) END",
    """json_scalar(j, path) AS CASE WHEN json_valid(j)
     AND json_type(j, path) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(j, path) END""",
    "regexp_found(t, pattern, g) AS CASE WHEN regexp_matches(t, pattern) THEN regexp_extract(t, pattern, g) END",
    "mantissa_text(digits) AS digits[1] || '.' || CASE WHEN length(digits) > 1 THEN digits[2:] ELSE '0' END",
    """scientific_text(t) AS CASE
    WHEN contains(t, 'e') THEN mantissa_text(replace(split_part(t, 'e', 1), '.', ''))
        || 'E' || split_part(t, 'e', 2)::INTEGER
    WHEN starts_with(t, '0.') THEN mantissa_text(ltrim(split_part(t, '.', 2), '0'))
        || 'E-' || (1 + length(split_part(t, '.', 2)) - length(ltrim(split_part(t, '.', 2), '0')))
    ELSE mantissa_text(rtrim(replace(t, '.', ''), '0')) || 'E' || (length(split_part(t, '.', 1)) - 1) END""",
    # Java's Double.toString, which is what Athena prints.
    """double_text(x) AS CASE
    WHEN isnan(x) THEN 'NaN'
    WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN x::VARCHAR
    ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || scientific_text(abs(x)::VARCHAR) END""",
)
