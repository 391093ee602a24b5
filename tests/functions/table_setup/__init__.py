"""The deployment step that creates the tables of the lake."""
