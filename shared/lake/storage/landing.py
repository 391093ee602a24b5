"""The archive of received data, as zstd streams that any zstd tool can read."""

import pyarrow as pa

_CODEC = "zstd"


def pack(data: bytes) -> bytes:
    """Compress received data."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, _CODEC) as stream:
        stream.write(data)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(archived: bytes) -> bytes:
    """Decompress archived data."""
    with pa.CompressedInputStream(pa.BufferReader(archived), _CODEC) as stream:
        data: bytes = stream.read()
    return data
