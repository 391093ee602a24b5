"""Files of any size: upload, loading part by part, and finalization."""
