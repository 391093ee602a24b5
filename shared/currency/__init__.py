"""Reference exchange rates by day, and the conversion of amounts."""
