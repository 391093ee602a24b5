"""Auth: tokens, their public keys, and API keys."""
