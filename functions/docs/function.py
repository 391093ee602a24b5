"""Declares the function `docs`."""

from functions.declaration import HttpFunction

FUNCTION = HttpFunction(
    name="docs",
    description="Serves the OpenAPI document and a page that displays it.",
    memory_mb=512,
    timeout_seconds=10,
)
