"""The page that the web port shows while the web application is not built."""

import base64
import hashlib

from shared.runtime.browser_headers import PROTECTION

_STYLE = """
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1d2733; }
  code { background: #eef2f6; padding: .1rem .3rem; border-radius: .25rem; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tally on this laptop</title>
<style>{style}</style>
<h1>Tally is up</h1>
<p>The web application is not built: run <code>make run</code>, or <code>npm --prefix web run build</code>, and reload
this page.</p>
<p>The API is available at <code>{api}/api/v1</code>.</p>
<ul>
  <li><a href="{api}/api/v1/health">Health of the platform</a></li>
  <li><a href="{api}/api/v1/docs">API documentation</a></li>
</ul>
</html>
"""
_OWN_STYLE = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_OWN_STYLE}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {**PROTECTION, "Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}


def small_page(api: str) -> str:
    """Return the page, which links to the API."""
    return _PAGE.format(api=api, style=_STYLE)
