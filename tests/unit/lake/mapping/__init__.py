"""Tests of vectorised mapping."""
