"""The page's words in English and Bahasa Indonesia; both have the same keys, and a test keeps it so."""

from __future__ import annotations

from sim.app.words_en import ENGLISH
from sim.app.words_id import INDONESIAN

__all__ = ["WORDS"]

WORDS: dict[str, dict[str, str]] = {"en": ENGLISH, "id": INDONESIAN}
