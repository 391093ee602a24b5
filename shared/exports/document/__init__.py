"""Documents: PDF drawn by code, with selectable text, vector charts, and the same bytes for the same data."""
