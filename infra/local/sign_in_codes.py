"""Codes that sign the laptop's user in once: made by the command line, used up at the web port."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from infra.local.layout import Layout, Ports
from infra.local.private_files import replace_private

VALID_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class SignInCodes:
    """The unused codes of one laptop: empty files whose names are hashes of the codes.

    The command line and the platform are two processes that share the files. Of two requests with one code, only one
    can remove its file.
    """

    layout: Layout

    def create(self) -> str:
        """Return a new code, which is valid for ten minutes."""
        for file in self.layout.sign_in.iterdir():
            if not _is_fresh(file):
                file.unlink(missing_ok=True)
        code = secrets.token_urlsafe(32)
        replace_private(self.layout.sign_in / _digest(code), "")
        return code

    def is_valid(self, code: str) -> bool:
        """Return whether a code was made in the last ten minutes and not used."""
        return self._file(code) is not None

    def use(self, code: str) -> bool:
        """Use a code up; return whether it was valid until now."""
        file = self._file(code)
        if file is None:
            return False
        try:
            file.unlink()
        except FileNotFoundError:  # another request was faster
            return False
        return True

    def _file(self, code: str) -> Path | None:
        digest = _digest(code)
        same = (file for file in self.layout.sign_in.iterdir() if hmac.compare_digest(file.name, digest))
        return next(filter(_is_fresh, same), None)


def sign_in_address(ports: Ports, code: str) -> str:
    """Return the address that signs in; browsers send no fragment, so no log has the code."""
    return f"{ports.url('web')}/sign-in#code={code}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _is_fresh(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime < VALID_SECONDS
    except FileNotFoundError:
        return False
