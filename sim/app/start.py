"""What a page begins with: one value for the whole server, set before it listens."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["START", "Start"]


@dataclass
class Start:
    """The scenario and the language that a new visitor finds."""

    scenario: str = "both"
    language: str = "en"


START = Start()
