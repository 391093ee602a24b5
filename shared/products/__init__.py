"""Product performance: sales, margin, conversion and stock turnover."""
