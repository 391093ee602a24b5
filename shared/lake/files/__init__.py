"""Files of any size as parts of records: JSON, CSV, XML and Parquet, plain or compressed, in bounded memory."""
