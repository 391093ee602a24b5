"""Replays: what decisions would have been under other thresholds, another model or further rules.

Scenarios and their runs are stored (`scenarios`, `store`). A slice of decisions (`facts`) becomes totals (`kernel`),
which add up exactly over slices (`totals`); the results of a run are computed from the sum (`results`). All of them
share one plan (`plan`). What computes is pure.
"""
