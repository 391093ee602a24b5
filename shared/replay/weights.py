"""Weights of the bootstrap, from hashes alone: a customer has the same ones in every slice and on every machine.

A weight is Poisson(1) in steps of 2^-16, chosen so that its mean and its variance are exactly 1 (Poisson bootstrap:
Chamandy et al., "Estimating Uncertainty for Massive Data Streams", 2012). Its 16 bits are from SplitMix64 (Steele et
al., "Fast Splittable Pseudorandom Number Generators", 2014), whose generator starts at the hash of the seed and the
customer: its nth number has the weights of the resamples 4n to 4n + 3.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

FREQUENCIES = (24109, 24110, 12055, 4017, 1005, 201, 34, 4, 1)
"""How many of the 65 536 values of 16 bits have the weights 0, 1, 2 …; all are within 2 of 65 536 x Poisson(1)."""

_EDGES = tuple(np.uint16(edge) for edge in np.cumsum(FREQUENCIES)[:-1])
_LANES = 4
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_CUSTOMER, _DECISION = np.uint64(1), np.uint64(2)
_BYTES, _BITS = 8, 64


def units(customers: pa.Array, decisions: pa.Array) -> Hashes:
    """Return a hash for each row: of its customer, or of the decision if it has none."""
    hashes = _mixed(hash_texts(customers.fill_null("")) + _CUSTOMER)
    alone = np.asarray(pc.is_null(customers))
    if alone.any():
        hashes[alone] = _mixed(hash_texts(decisions.filter(pa.array(alone))) + _DECISION)
    return hashes


def weights(hashes: Hashes, seed: int, resamples: int) -> npt.NDArray[np.float64]:
    """Return the weight of each unit (rows) in each resample (columns): whole numbers from 0 to 8."""
    started = _mixed(hashes ^ np.uint64(seed))
    steps = np.arange(1, -(-resamples // _LANES) + 1, dtype=np.uint64) * _GAMMA
    uniform = _mixed(started[:, None] + steps).astype("<u8", copy=False).view("<u2")[:, :resamples]
    found = np.zeros(uniform.shape, np.uint8)
    for edge in _EDGES:
        found += uniform >= edge
    return found.astype(np.float64)


def hash_texts(texts: pa.Array) -> Hashes:
    """Return a 64-bit hash of each text, from its UTF-8 in words of 8 bytes; the texts have no nulls."""
    whole = texts.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    edges = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    starts, lengths = edges[:-1], np.diff(edges)
    padded = np.zeros((data.size if data else 0) + _BYTES, np.uint8)
    if data:
        padded[:-_BYTES] = np.frombuffer(data, np.uint8)
    words = np.ndarray((len(padded) - _BYTES + 1,), "<u8", padded, strides=(1,))
    hashes = _mixed(lengths.astype(np.uint64))
    rows = np.flatnonzero(lengths)
    for start in range(0, int(lengths.max(initial=0)), _BYTES):
        rows = rows[lengths[rows] > start]
        left = np.minimum(lengths[rows] - start, _BYTES).astype(np.uint64)
        kept = np.uint64(2**_BITS - 1) >> (np.uint64(_BITS) - left * np.uint64(_BYTES))
        hashes[rows] = _mixed(hashes[rows] ^ (words[starts[rows] + start] & kept))
    return hashes


def _mixed(state: Hashes) -> Hashes:
    """Return the output of SplitMix64 for each state; a bijection of 64 bits."""
    mixed = state ^ (state >> _SHIFTS[0])
    mixed *= _FACTORS[0]
    mixed ^= mixed >> _SHIFTS[1]
    mixed *= _FACTORS[1]
    mixed ^= mixed >> _SHIFTS[2]
    return mixed
