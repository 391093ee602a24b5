"""The merger: incoming rows are merged into their tables, and what follows is published."""
