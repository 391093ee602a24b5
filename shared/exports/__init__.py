"""Exports of fraud analytics: rows and documents from the reports of the API, as files."""
