"""The arithmetic of benchmarks."""
