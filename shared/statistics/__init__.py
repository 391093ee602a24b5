"""Statistics shared by several packages."""
