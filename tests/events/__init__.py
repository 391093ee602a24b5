"""Events as AWS sends them, each checked by Powertools' parser models."""
