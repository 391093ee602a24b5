"""What can be ingested: the eight record schemas, declared once, and the validation that follows from them."""
