"""Creates the tables of the lake, or adds columns to them, during a deployment."""
