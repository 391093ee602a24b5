"""Conversion of lakes of the former format, one Parquet object for each day, into tables."""
