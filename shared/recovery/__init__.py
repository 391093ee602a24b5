"""Recovery: redrive of quarantined rows, late labels, and the sweeper."""
