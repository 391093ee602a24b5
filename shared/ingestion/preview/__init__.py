"""Shows what would become of a file or of records, and suggests a mapping; nothing is stored."""
