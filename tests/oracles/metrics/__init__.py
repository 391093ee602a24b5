"""Metrics of real data, against numbers that pandas makes of the files themselves."""
