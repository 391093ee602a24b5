"""Declarations of lake tables."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its name and Glue type."""

    name: str
    glue_type: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """A Glue table over Parquet: its columns, its prefix in the lake, and whether `dt` partitions it."""

    name: str
    description: str
    prefix: str
    columns: tuple[Column, ...]
    partitioned: bool
