"""Declarations of the tables that Athena sees."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its name and Glue type."""

    name: str
    glue_type: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """An Iceberg table: its columns, and the column by whose months it is partitioned and its files are sorted.

    `time_column` is a timestamp or, in daily roll-ups, `dt`: the UTC day as `yyyy-MM-dd`. A table without one is not
    partitioned. `kept_apart` is a text column, never null, each of whose values has files of its own, because queries
    ask for one.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    time_column: str | None = None
    kept_apart: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExternalTable:
    """A table over objects that something else than a table commit writes: its columns and prefix in the lake bucket.

    Its objects lie in one folder per UTC day, `dt=yyyy-MM-dd`.
    """

    name: str
    description: str
    prefix: str
    columns: tuple[Column, ...]
