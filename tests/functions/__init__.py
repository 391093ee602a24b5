"""Each function through events as AWS sends them."""
