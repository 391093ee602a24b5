"""The second step of a computation of all customers: the profiles of a slice."""
