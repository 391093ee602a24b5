"""The local stage as a process: starting, serving, logs, and staying up."""
