"""The files of Iceberg tables in S3, read and written whole: one request each, where Arrow's file system takes four."""

import io
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlparse

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from shared.runtime.s3 import unless_absent

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def bucket_and_key(location: str) -> tuple[str, str]:
    """Split an `s3://` address."""
    parsed = urlparse(location)
    return parsed.netloc, parsed.path.removeprefix("/")


class S3FileIO(FileIO):
    """Reads and writes whole objects."""

    def __init__(self, s3: "S3Client") -> None:
        super().__init__()
        self.s3 = s3

    def new_input(self, location: str) -> InputFile:
        """Return a file to read."""
        return S3InputFile(self.s3, location)

    def new_output(self, location: str) -> OutputFile:
        """Return a file to write."""
        return S3OutputFile(self.s3, location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Delete a file, if it exists."""
        bucket, key = bucket_and_key(location if isinstance(location, str) else location.location)
        self.s3.delete_object(Bucket=bucket, Key=key)


class S3InputFile(InputFile):
    """An object to read."""

    def __init__(self, s3: "S3Client", location: str) -> None:
        super().__init__(location)
        self._s3 = s3

    def __len__(self) -> int:
        """Return the size in bytes."""
        bucket, key = bucket_and_key(self.location)
        return self._s3.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def exists(self) -> bool:
        """Whether the object exists."""
        return unless_absent(self._s3, *bucket_and_key(self.location), self.__len__) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 # the library's signature
        """Read the object into memory.

        Raises:
            FileNotFoundError: it does not exist.
        """
        bucket, key = bucket_and_key(self.location)
        answer = unless_absent(self._s3, bucket, key, lambda: self._s3.get_object(Bucket=bucket, Key=key))
        if answer is None:
            raise FileNotFoundError(self.location)
        return io.BytesIO(answer["Body"].read())


class S3OutputFile(OutputFile):
    """An object to write, and its size once it is written."""

    def __init__(self, s3: "S3Client", location: str) -> None:
        super().__init__(location)
        self._s3 = s3
        self._size: int | None = None

    def __len__(self) -> int:
        """Return the size in bytes."""
        return len(self.to_input_file()) if self._size is None else self._size

    def exists(self) -> bool:
        """Whether the object exists."""
        return self.to_input_file().exists()

    def to_input_file(self) -> InputFile:
        """Return the same object, to be read."""
        return S3InputFile(self._s3, self.location)

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: ARG002 # the library's signature
        """Return a stream that is written as one object when it is closed; names are unique, so none is replaced."""
        return _Upload(self)

    def put(self, body: bytes) -> None:
        """Write the object."""
        bucket, key = bucket_and_key(self.location)
        self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        self._size = len(body)


class _Upload(io.BytesIO):
    def __init__(self, file: S3OutputFile) -> None:
        super().__init__()
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Upload the buffered bytes, unless an error occurred."""
        if kind is None:
            self.close()
        else:
            super().close()

    def close(self) -> None:
        """Upload the buffered bytes."""
        if not self.closed:
            self._file.put(self.getvalue())
            super().close()
