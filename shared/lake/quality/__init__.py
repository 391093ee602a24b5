"""Quality of a delivery, computed in columns."""
