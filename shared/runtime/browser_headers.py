"""What every answer tells browsers: not to keep it, frame it, run it or lend it to other pages."""

from collections.abc import Mapping
from types import MappingProxyType

PROTECTION: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
"""For answers that are data; a page replaces the content policy by its own, and what may be kept says so itself."""
