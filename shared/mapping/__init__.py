"""How records of a source become those of the data model: columns, values, times, and record paths."""
