"""The SQL of fraud analytics: one statement has all parts of an answer."""
