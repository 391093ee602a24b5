"""The data model: eight record schemas and the validation derived from them."""
