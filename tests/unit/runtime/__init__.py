"""The foundation of every function."""
