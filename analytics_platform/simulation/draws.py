"""Random numbers that depend only on what they are for: (seed, stream, day, counter).

A draw is the SplitMix64 finaliser of a counter under a key (Steele, Lea & Flood 2014, OOPSLA; counters as
in Salmon et al. 2011, SC). A user's draw stays the same whatever happens to others and in whichever order
days are built, so a counterfactual world differs from the real one in the thing changed alone.
"""

from functools import cache
from statistics import NormalDist
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def key(seed: int, stream: str, day: int = 0) -> int:
    """The 64-bit key of one stream on one day."""
    return _mix(_mix(seed * _GOLDEN + crc32(stream.encode())) + (day + 1) * _GOLDEN)


def words(stream_key: int, counters: NDArray[np.integer]) -> Words:
    """64 random bits for each counter (any integers, such as user numbers)."""
    mixed = counters.astype(np.uint64)
    mixed *= np.uint64(_GOLDEN)
    mixed += np.uint64(stream_key)
    scratch = mixed >> np.uint64(30)
    mixed ^= scratch
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(mixed, np.uint64(27), out=scratch)
    mixed ^= scratch
    mixed *= np.uint64(0x94D049BB133111EB)
    np.right_shift(mixed, np.uint64(31), out=scratch)
    mixed ^= scratch
    return mixed


def uniforms(stream_key: int, counters: NDArray[np.integer]) -> Floats:
    """A number in (0, 1) for each counter."""
    bits = words(stream_key, counters) >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * 2.0**-53


def normals(stream_key: int, counters: NDArray[np.integer]) -> Floats:
    """A standard normal number for each counter, from 16 bits: tails end at ±4.3."""
    return normal_table()[quarters(words(stream_key, counters))[:, 0]]


def quarters(bits: Words) -> NDArray[np.uint16]:
    """The four 16-bit parts of each word, shape (n, 4): four coarse draws for the price of one."""
    return bits.view(np.uint16).reshape(-1, 4)


@cache
def normal_table() -> Floats:
    """Standard normal quantiles of the 65,536 values of a 16-bit draw."""
    normal = NormalDist()
    upper = np.array([normal.inv_cdf((rank + 0.5) / 65536) for rank in range(32768, 65536)])
    table = np.concatenate([-upper[::-1], upper])
    table.flags.writeable = False
    return table


def _mix(value: int) -> int:
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
