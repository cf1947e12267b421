"""Sums in pairs: the order of adding is numpy's, so that a compiled rule and numpy agree to the last bit."""

import pytest

from sim.core.streams import draw_normal, draw_uniform
from sim.core.sums import sum_in_pairs


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 127, 128, 129, 136, 255, 257, 600, 1_001, 5_000])
def test_a_sum_in_pairs_is_numpys_to_the_last_bit(length):
    values = draw_normal(3, length) * 10.0 ** (6.0 * draw_uniform(4, length))
    assert sum_in_pairs(values) == values.sum()


def test_the_order_of_adding_can_be_seen_in_the_last_bit():
    values = draw_uniform(5, 1_000)
    one_by_one = 0.0
    for value in values.tolist():
        one_by_one += value
    assert sum_in_pairs(values) != one_by_one
