"""The platform's own events: what happened, for alerts, pushes and caches."""
