"""Keeps web pages and strangers away from the platform's ports: what CloudFront, IAM and distance do in AWS."""
