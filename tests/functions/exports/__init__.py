"""Exports over a lake with decisions and labels."""
