"""The web application around its own tests: that it is built, and its browser tests against a platform."""
