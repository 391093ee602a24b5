"""The schedule that computes customer snapshots."""
