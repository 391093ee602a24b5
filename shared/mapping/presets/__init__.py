"""Known exports of shops, one file of data each: how to recognise them, and their mappings by data type."""
