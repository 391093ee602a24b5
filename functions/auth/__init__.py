"""Auth: tokens, their public keys, and the API keys."""
