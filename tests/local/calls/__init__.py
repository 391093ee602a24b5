"""Tests of what functions need to be allowed in AWS."""
