"""Who changed or took out what: append-only chains of entries in which no tampering goes unseen."""
