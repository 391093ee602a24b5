"""The Lambda functions: one folder per endpoint group or trigger, and the manifest that lists them."""
