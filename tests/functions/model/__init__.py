"""The real functions against a model of the lake, whatever happens."""
