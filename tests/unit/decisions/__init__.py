"""Pure rules of fraud decisions."""
