"""Named luck: every chance event has a name, a month and a row, and always the same number.

A draw is a hash of (seed, process name, month, row, k). Nothing is consumed in an order, so an added draw, firm or
policy moves no other draw: two scenarios with one seed share all their luck and differ only where a policy bites.
Rules never draw; they receive a number ``u`` (uniform on the open interval 0 to 1) or ``z`` (standard normal).

The hash is the 64-bit finaliser of SplitMix (Steele, Lea & Flood 2014), the normal is the inverse distribution
function AS 241 (Wichura 1988, accurate to 1e-16).
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled, interpreted

__all__ = [
    "Luck",
    "bell",
    "draw_normal",
    "draw_rows",
    "draw_uniform",
    "key_of",
    "normal",
    "number",
    "pick",
    "uniform",
]

_GOLDEN = -7046029254386353131  # 2**64 / golden ratio, as a signed 64-bit number
_MIX_1 = -4658895280553007687
_MIX_2 = -7723592293110705685
_MASK_34 = (1 << 34) - 1
_MASK_37 = (1 << 37) - 1
_MASK_33 = (1 << 33) - 1
_MASK_53 = (1 << 53) - 1
_MASK_32 = (1 << 32) - 1
_TO_UNIT_32 = 1.0 / (1 << 32)
_MASK_16 = (1 << 16) - 1
_BELL_MEAN = 2.0 * _MASK_16
_BELL_SCALE = math.sqrt(3.0) / (1 << 16)
_TO_UNIT = 1.0 / (1 << 53)
_HALF_STEP = 0.5 / (1 << 53)
_K_STEP = 2862933555777941757
MONTHS_AT_ONCE = 128


def _wrapped_python(x):  # type: ignore[no-untyped-def]
    """Return the signed 64-bit number that machine arithmetic would leave."""
    return ((x + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def _wrapped_machine(x):  # type: ignore[no-untyped-def]
    return x


_wrapped = _wrapped_python if interpreted() else compiled(_wrapped_machine)


@compiled
def number(key, row):  # type: ignore[no-untyped-def]
    """Return the 64-bit hash of a key and a row number."""
    x = _wrapped(key + _wrapped(int(row) * _GOLDEN))
    x = _wrapped((x ^ ((x >> 30) & _MASK_34)) * _MIX_1)
    x = _wrapped((x ^ ((x >> 27) & _MASK_37)) * _MIX_2)
    return x ^ ((x >> 31) & _MASK_33)


@compiled
def key_of(key, k):  # type: ignore[no-untyped-def]
    """Return a key of its own for the ``k``-th kind of draw under a key."""
    return number(key, _wrapped(k * _K_STEP) + 1)


@compiled
def uniform(key, row):  # type: ignore[no-untyped-def]
    """Return a uniform number strictly between 0 and 1."""
    return ((number(key, row) >> 11) & _MASK_53) * _TO_UNIT + _HALF_STEP


@compiled
def quantile_normal(u):  # type: ignore[no-untyped-def]
    """Return the standard normal quantile of ``u`` (AS 241, PPND16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r = r - 1.6
        x = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r = r - 5.0
        x = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -x if q < 0.0 else x


@compiled
def normal(key, row):  # type: ignore[no-untyped-def]
    """Return a standard normal number."""
    return quantile_normal(uniform(key, row))


@compiled
def _fill_uniform(key, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = uniform(key, i)


@compiled
def _fill_number(key, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = number(key, i)


@compiled
def _fill_normal(key, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = normal(key, i)


def draw_normal(key: int, size: int) -> NDArray[np.float64]:
    """Return the standard normal numbers of rows 0 to ``size`` - 1 under a key, as an array of shape (size,)."""
    out = np.empty(size)
    _fill_normal(key, out)
    return out


def draw_uniform(key: int, size: int) -> NDArray[np.float64]:
    """Return the uniform numbers of rows 0 to ``size`` - 1 under a key, as an array of shape (size,)."""
    out = np.empty(size)
    _fill_uniform(key, out)
    return out


@compiled
def _fill_rows(key, rows, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = uniform(key, rows[i])


def draw_rows(key: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the uniform numbers of some rows under a key, in the shape of ``rows``.

    Examples
    --------
    >>> bool((draw_rows(7, np.array([4, 2])) == draw_uniform(7, 5)[[4, 2]]).all())
    True
    """
    out = np.empty(rows.size)
    _fill_rows(key, rows, out)
    return out


@compiled
def pick(key, k, size):  # type: ignore[no-untyped-def]
    """Return a row number below ``size`` and a uniform number of 32 bits, from one hash."""
    x = number(key, k)
    row = (((x >> 32) & _MASK_32) * size) >> 32
    return row, (x & _MASK_32) * _TO_UNIT_32


@compiled
def bell(key, row):  # type: ignore[no-untyped-def]
    """Return a bell-shaped number of mean 0 and variance 1 within -3.5 to 3.5: the sum of four uniform numbers.

    Four pieces of 16 bits of one hash; a third of the time of :func:`normal`. For passing shocks, where tails beyond
    three and a half deviations mean nothing.
    """
    x = number(key, row)
    total = (x & _MASK_16) + ((x >> 16) & _MASK_16) + ((x >> 32) & _MASK_16) + ((x >> 48) & _MASK_16)
    return (total - _BELL_MEAN) * _BELL_SCALE


class Luck:
    """All the luck of one seed: ``luck("firms.taste", month)`` is the key of a process in a month.

    Parameters
    ----------
    seed : int
        At least 1.

    Examples
    --------
    >>> luck = Luck(7)
    >>> luck("rain", 3) == Luck(7)("rain", 3)
    True
    >>> luck("rain", 3) == luck("rain", 4)
    False
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._keys: dict[str, list[int]] = {}

    def __call__(self, process: str, month: int = 0) -> int:
        """Return the key of a process in a month, a signed 64-bit integer."""
        try:
            return self._keys[process][month]
        except (KeyError, IndexError):
            self._keys[process] = self._block(process, (month // MONTHS_AT_ONCE + 1) * MONTHS_AT_ONCE)
            return self._keys[process][month]

    def _block(self, process: str, months: int) -> list[int]:
        text = f"{self.seed}:{process}".encode()
        key = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little", signed=True)
        keys = np.empty(months, np.int64)
        _fill_number(key, keys)
        return [int(one) for one in keys.tolist()]
