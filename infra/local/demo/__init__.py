"""Demo data: ninety plausible days of a shop, the same for the same seed, and a sender that delivers them."""
