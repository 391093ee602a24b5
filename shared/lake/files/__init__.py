"""Reads files of any size in parts: JSON, CSV, XML and Parquet, plain or compressed, in bounded memory."""
