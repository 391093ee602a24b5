"""How products perform: rules, days, trends, reasons."""
