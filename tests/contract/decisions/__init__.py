"""The stores of fraud decisions and of their configuration."""
