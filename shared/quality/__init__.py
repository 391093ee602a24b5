"""How good deliveries are: checks, scores, the gate, reports."""
