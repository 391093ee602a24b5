"""What is watched of a stage, what each alarm means, and what to do about it."""
