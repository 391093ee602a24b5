"""What every function stands on."""
