"""Quality of a delivery, counted in columns."""
