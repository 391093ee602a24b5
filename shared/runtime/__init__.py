"""What every function stands on: settings, wiring, errors, HTTP in both dialects, observability."""
