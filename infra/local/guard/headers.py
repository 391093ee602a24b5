"""The header by which the platform's own host is known to the guard around the emulator."""

HOST_KEY_HEADER = "x-tally-host-key"
