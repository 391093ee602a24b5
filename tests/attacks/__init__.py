"""Attacks, kind by kind: each is held, whoever tries it."""
