"""Uploaded files, loaded through the real function over moto."""
