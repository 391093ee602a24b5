"""The part of pyiceberg's FileIO that reads: whole objects, one request each."""

from io import BytesIO
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile

from infra.local.athena.listing import split_location
from infra.local.athena.objects import GONE

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class S3Files(FileIO):
    """Opens objects by their s3:// location."""

    def __init__(self, s3: "S3Client") -> None:
        super().__init__()
        self._s3 = s3

    def read(self, location: str) -> bytes:
        """Fetch an object.

        Raises:
            FileNotFoundError: it does not exist.
        """
        bucket, key = split_location(location)
        try:
            return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                raise FileNotFoundError(location) from error
            raise

    def new_input(self, location: str) -> InputFile:
        """Open an object for reading."""
        return S3File(self, location)

    def new_output(self, location: str) -> OutputFile:
        """Refuse to write."""
        raise PermissionError(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Refuse to delete."""
        raise PermissionError(location)


class S3File(InputFile):
    """One object to read."""

    def __init__(self, files: S3Files, location: str) -> None:
        super().__init__(location)
        self._files = files

    def __len__(self) -> int:
        return len(self._files.read(self.location))

    def exists(self) -> bool:
        """Return whether the object can be read."""
        try:
            self._files.read(self.location)
        except FileNotFoundError:
            return False
        return True

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 pyiceberg's signature
        """Return the content as a stream."""
        return BytesIO(self._files.read(self.location))
