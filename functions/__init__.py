"""The entry points: one folder per endpoint group or trigger, and the manifest that declares them."""
