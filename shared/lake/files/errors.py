"""Errors of unreadable files."""

from shared.runtime.errors import Unprocessable


class UnreadableFile(Unprocessable):
    """The file as a whole cannot be read, from its beginning or from some row on.

    `code` is stable: `empty_file`, `no_records`, `wrong_format`, `wrong_compression`, `truncated`, `corrupt`,
    `encoding`, `columns`, `page_too_large`, `record_too_long`, `unclosed_quote`, `not_well_formed`, `forbidden_xml`,
    `nested_too_deep`, `too_compressed`, `records`, `group_too_large`, `group_reappears`.
    """

    commerce_code = "UNREADABLE_FILE"
    fraud_code = "unreadable_file"

    def __init__(self, code: str, message: str, *, row: int | None = None) -> None:
        super().__init__(message, details={"code": code} | ({} if row is None else {"row": row}))
        self.code = code
        self.row = row
