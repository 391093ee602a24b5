"""The whole platform at its public doors."""
