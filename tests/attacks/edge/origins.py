"""Origins that are not the configured ones, however much they look like them."""

CONFIGURED = ("http://localhost:3008", "http://127.0.0.1:3008")
FOREIGN = (
    "null",
    "*",
    "http://evil.example",
    "file://",
    "http://localhost",
    "https://localhost:3008",
    "http://localhost:30081",
    "http://localhost:3008/",
    "http://localhost:3008.",
    "http://localhost.:3008",
    "http://LOCALHOST:3008",
    "HTTP://localhost:3008",
    "http://localhost:03008",
    "http://[::1]:3008",
    "http://127.1:3008",
    "http://2130706433:3008",
    "http://evil-localhost:3008",
    "http://sub.localhost:3008",
    "http://localhost:3008.evil.example",
    "http://127.0.0.1:3008.evil.example",
    "http://localhost:3008@evil.example",
    "http://evil.example#http://localhost:3008",
    "http://localhost:3008 http://evil.example",
    "http://localhost:3008, http://evil.example",
    "http://localhost:3008,http://127.0.0.1:3008",
    "http://localhost:3008%00.evil.example",
    "http://localhost:3008\u00ad",
    "http://l\u043ecalhost:3008",  # a Cyrillic letter
)
