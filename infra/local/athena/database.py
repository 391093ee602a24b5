"""The DuckDB under the engine: in memory, in UTC, and locked so that no SQL reaches the host beyond its own folders."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from infra.local.athena.errors import QueryCancelled, QueryFailed
from infra.local.athena.macros import MACROS
from infra.local.athena.partitions import text

CAUSES = (
    (re.compile(r'Referenced column "([^"]+)" not found'), "COLUMN_NOT_FOUND", "Column '{0}' cannot be resolved"),
    (re.compile(r'Column "([^"]+)" referenced that exists'), "COLUMN_NOT_FOUND", "Column '{0}' cannot be resolved"),
    (re.compile(r'Ambiguous reference to column name "([^"]+)"'), "AMBIGUOUS_NAME", "Column '{0}' is ambiguous"),
    (re.compile(r"Division by zero"), "DIVISION_BY_ZERO", "Division by zero"),
    (re.compile(r"must appear in the GROUP BY clause"), "EXPRESSION_NOT_AGGREGATE", "{detail}"),
    (re.compile(r"Could not convert|Failed to cast"), "INVALID_CAST_ARGUMENT", "{detail}"),
    (re.compile(r"Overflow|out of range", re.IGNORECASE), "NUMERIC_VALUE_OUT_OF_RANGE", "{detail}"),
    (re.compile(r"No function matches"), "FUNCTION_NOT_FOUND", "{detail}"),
)


class LakeDatabase:
    """Opens sessions on one locked database; a session has its own temporary views and can be interrupted."""

    def __init__(self, folders: Sequence[Path], *, threads: int, memory: str) -> None:
        self._connection = duckdb.connect(config={"threads": threads, "memory_limit": memory})
        for macro in MACROS:
            self._connection.execute(f"CREATE MACRO {macro}")
        for setting in _settings(folders):
            self._connection.execute(setting)

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a session whose errors speak Athena's language."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.InterruptException:
            raise QueryCancelled from None
        except duckdb.Error as error:
            raise translate_error(error) from error
        finally:
            cursor.close()

    def close(self) -> None:
        """Close the database with everything in it."""
        self._connection.close()


def translate_error(error: duckdb.Error) -> QueryFailed:
    """Translate a DuckDB error to Athena's error."""
    detail = str(error).split("\n\nLINE", maxsplit=1)[0].partition(": ")[2] or str(error)
    for pattern, name, sentence in CAUSES:
        found = pattern.search(str(error))
        if found:
            return QueryFailed(name, sentence.format(*found.groups(), detail=detail))
    return QueryFailed("GENERIC_USER_ERROR", detail)


def _settings(folders: Sequence[Path]) -> list[str]:
    allowed = ", ".join(text(str(folder.resolve())) for folder in folders)
    return [
        "SET TimeZone = 'UTC'",
        "SET parquet_metadata_cache = true",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        f"SET temp_directory = {text(str((folders[-1] / 'spill').resolve()))}",
        f"SET allowed_directories = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]
