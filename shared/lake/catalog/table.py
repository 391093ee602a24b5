"""What a table of the lake is, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its name and its Glue type."""

    name: str
    glue_type: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """One Glue table over Parquet: its columns, its prefix in the lake and whether `dt` partitions it."""

    name: str
    description: str
    prefix: str
    columns: tuple[Column, ...]
    partitioned: bool
