"""What is received, kept as it came, as a zstd stream that any zstd tool can read."""

import pyarrow as pa

_CODEC = "zstd"


def pack(data: bytes) -> bytes:
    """Compress what was received."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, _CODEC) as stream:
        stream.write(data)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(kept: bytes) -> bytes:
    """Give back what was received."""
    with pa.CompressedInputStream(pa.BufferReader(kept), _CODEC) as stream:
        data: bytes = stream.read()
    return data
