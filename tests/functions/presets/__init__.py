"""Exports of shops, loaded with presets: the platform reports what the shop itself would report."""
