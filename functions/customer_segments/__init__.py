"""The last step of a computation of all customers: the segments, and the change to the new profiles."""
