"""The SQL of metrics by the values of a dimension: one statement returns both ranges, the first values and the rest.

The rest is aggregated anew from what is counted, because customers, orders and sessions of several values do not add
up.
"""
