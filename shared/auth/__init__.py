"""Who may come in, and what they may do: API keys, tokens, scopes."""
