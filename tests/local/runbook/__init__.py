"""The commands of docs/runbook.md, run against a platform of their own in which each incident has happened."""
