"""Exports of fraud analytics as files."""
