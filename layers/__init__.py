"""What functions import beside the project's own code, as Lambda layers."""
