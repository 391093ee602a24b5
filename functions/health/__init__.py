"""The health route."""
