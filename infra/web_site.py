"""The web application as files: what its pages may load, how long browsers keep them, and which paths are files.

One definition for the laptop's web port and for CloudFront.
"""

from collections.abc import Iterable
from pathlib import Path

BUILD = Path(__file__).resolve().parents[1] / "web" / "dist"
"""Where `npm run build` writes the application."""
INDEX = "index.html"
ASSETS = "assets"
"""The folder of files whose names contain a hash of their content."""
REVALIDATED = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"


def content_policy(connect: Iterable[str]) -> str:
    """Return the content security policy of the application's pages.

    Args:
        connect: the other origins that they connect to, such as those of the buckets that take uploads.
    """
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],  # the components position elements by style attributes
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *connect],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


def file_at(path: str) -> str:
    """Return the file of the build that a path names; `site_paths.js` does the same in CloudFront.

    Files are below `assets` or, with an extension, at the root. All other paths are views of the application, which
    reads them itself: their last segments may be ids with dots.
    """
    name = path.removeprefix("/")
    is_file = name.startswith(f"{ASSETS}/") or ("/" not in name and "." in name)
    return name if is_file else INDEX


def cache_control(file: str) -> str:
    """Return how long browsers keep a file of the build."""
    return IMMUTABLE if file.startswith(f"{ASSETS}/") else REVALIDATED
