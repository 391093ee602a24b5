"""The first step of a computation of all customers: facts, the boundaries of scores, and the model."""
