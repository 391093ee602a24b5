"""Authentication and scopes, without AWS."""
