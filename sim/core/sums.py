"""Adding up many numbers in pairs, in one fixed order."""

from __future__ import annotations

import numpy as np

from sim.core.compiled import compiled

__all__ = ["sum_in_pairs"]

FEW, MANY = 8, 128  # lengths below which numbers are added one by one, and up to which in eight strands
DEPTH = 64  # halvings of the longest array


@compiled
def sum_part(values, first, last):  # type: ignore[no-untyped-def]
    """Return the sum of the numbers from one place to before another, of which there are not too many to halve."""
    size = last - first
    if size < FEW:
        total = 0.0
        for i in range(first, last):
            total += values[i]
        return total
    a, b, c, d = values[first], values[first + 1], values[first + 2], values[first + 3]
    e, f, g, h = values[first + 4], values[first + 5], values[first + 6], values[first + 7]
    whole = first + size - size % FEW
    for i in range(first + FEW, whole, FEW):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
        e += values[i + 4]
        f += values[i + 5]
        g += values[i + 6]
        h += values[i + 7]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(whole, last):
        total += values[i]
    return total


@compiled
def sum_in_pairs(values):  # type: ignore[no-untyped-def]
    """Return the sum of numbers: equal to numpy's to the last bit, and cheaper to call from a compiled rule.

    Halves are added apart, so that rounding grows with the logarithm of the count.

    Examples
    --------
    >>> import numpy as np
    >>> values = 1.0 / np.arange(1.0, 1001.0)
    >>> bool(sum_in_pairs(values) == values.sum())
    True
    """
    if values.size <= MANY:
        return sum_part(values, 0, values.size)
    firsts, lasts, depths = np.empty(DEPTH, np.int64), np.empty(DEPTH, np.int64), np.empty(DEPTH, np.int64)
    sums, levels = np.empty(DEPTH), np.empty(DEPTH, np.int64)
    firsts[0], lasts[0], depths[0], parts, waiting = 0, values.size, 0, 1, 0
    while parts > 0:
        parts -= 1
        first, last, level = firsts[parts], lasts[parts], depths[parts]
        if last - first <= MANY:
            total = sum_part(values, first, last)
            while waiting > 0 and levels[waiting - 1] == level:  # its other half
                waiting -= 1
                total = sums[waiting] + total
                level -= 1
            sums[waiting], levels[waiting] = total, level
            waiting += 1
        else:
            middle = (last - first) // 2
            middle += first - middle % FEW
            firsts[parts], lasts[parts], depths[parts] = middle, last, level + 1
            firsts[parts + 1], lasts[parts + 1], depths[parts + 1] = first, middle, level + 1
            parts += 2
    return sums[0]
