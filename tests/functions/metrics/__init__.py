"""The metrics route over a lake in moto."""
