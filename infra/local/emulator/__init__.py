"""The AWS emulator as a child process that never outlives its parent and never forgets."""
