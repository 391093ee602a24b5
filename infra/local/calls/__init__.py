"""Records which permissions the calls of functions would need in AWS: the emulator itself allows everything."""
