"""The front door: what CloudFront and API Gateway add in AWS and the emulator leaves out."""
