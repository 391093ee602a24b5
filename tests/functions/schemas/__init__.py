"""Tables of an older schema than today's."""
