"""The audit log's route."""
