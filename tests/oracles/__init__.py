"""Results held against others: pandas, the package `lifetimes`, published values, real data."""
