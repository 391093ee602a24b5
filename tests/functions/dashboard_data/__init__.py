"""The data of dashboards, over a lake with every kind of record."""
