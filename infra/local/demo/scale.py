"""The sizes of the demo data, apart from it so that the command line can list them without loading it."""

from enum import StrEnum


class Scale(StrEnum):
    """How much of it: about two, twenty or two hundred thousand orders."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
