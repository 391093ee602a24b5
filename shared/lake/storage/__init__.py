"""Objects in S3: paths, the store, and files read by range."""
