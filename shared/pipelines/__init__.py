"""The health of the pipelines: whether data pass each of their stages in time, and which stage holds them up."""
