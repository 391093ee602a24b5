"""The demo data and their sender."""
