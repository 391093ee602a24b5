"""What tests put in place of the world: sample records, clocks, crashes, and the S3 conditions that moto lacks."""
