"""The real CDK app, deployed by the real CDK CLI into the emulator, only when its source changed."""
