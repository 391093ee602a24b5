"""Takes records from the event stream."""
