"""The reconciler: repeated records beyond the identity horizon."""
