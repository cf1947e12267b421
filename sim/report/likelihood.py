"""Likelihood words, each tied to a range of probabilities, after the usage of the climate panel (IPCC, 2010)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.language import Language, later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LIKELIHOODS", "likelihood", "of_draws", "scale"]

# From how probable on each word is used, in per cent.
LIKELIHOODS = (
    (99, later("virtually certain")),
    (90, later("very likely")),
    (66, later("likely")),
    (33, later("about as likely as not")),
    (10, later("unlikely")),
    (1, later("very unlikely")),
    (0, later("exceptionally unlikely")),
)


def likelihood(say: Language, hits: int, trials: int) -> str:
    """Return the word for something that held in ``hits`` of ``trials`` draws.

    The probability is that of the next draw, (hits + 1) / (trials + 2), so that a few draws never make a certainty.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> say = speaker("en")
    >>> likelihood(say, 120, 120), likelihood(say, 20, 20), likelihood(say, 57, 120), likelihood(say, 3, 120)
    ('virtually certain', 'very likely', 'about as likely as not', 'very unlikely')
    """
    per_cent = 100 * (hits + 1) / (trials + 2)
    return say(next(word for least, word in LIKELIHOODS if per_cent >= least))


def of_draws(say: Language, true: NDArray[np.bool_]) -> dict[str, str]:
    """Return the parts of a message about draws: ``likely``, ``hits`` and ``draws``."""
    hits, trials = int(true.sum()), len(true)
    return {"likely": likelihood(say, hits, trials), "hits": say.number(hits), "draws": say.number(trials)}


def scale(say: Language) -> str:
    """Return the words with their ranges, the most probable first."""
    parts, above = [], 100
    for least, word in LIKELIHOODS:
        parts.append(say("“{word}” {low} to {high} %", word=say(word), low=least, high=above))
        above = least
    return ", ".join(parts)
