"""The languages of the briefing: words from Babel's catalogues, numbers and dates as each language writes them.

English is the language of the source: a message is looked up by its English text, and a message that a catalogue
lacks is said in English. Catalogues are read as they stand (``locale/LANGUAGE/LC_MESSAGES/report.po``), so there is
nothing to compile. ``python -m sim.report.catalogues`` renews them from the source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from sim.errors import UserError

__all__ = ["LANGUAGES", "MINUS", "Language", "catalogue_path", "forms", "later", "speaker"]

LANGUAGES = {"en": "English", "id": "Bahasa Indonesia"}
MINUS = "\N{MINUS SIGN}"


def later(message: str) -> str:
    """Return a message unchanged: it is marked for the catalogues here, and said somewhere else."""
    return message


def forms(one: str, more: str) -> tuple[str, str]:
    """Return a message's forms for one and for more, unchanged: marked here, and said somewhere else."""
    return one, more


class Language:
    """Says messages, numbers and dates in one language.

    Examples
    --------
    >>> say = speaker("id")
    >>> say("Training only"), say.number(-1234.5, 1), say.month(date(2023, 6, 1))
    ('Pelatihan saja', '−1.234,5', 'Juni 2023')
    """

    def __init__(self, code: str, words: GNUTranslations) -> None:
        self.code, self.words = code, words
        self.locale = Locale.parse(code)

    def __call__(self, message: str, /, **parts: object) -> str:
        """Return the message in this language, with its parts filled in."""
        return self._filled(self.words.gettext(message) if message else "", parts)

    def many(self, one: str, more: str, count: float, /, **parts: object) -> str:
        """Return the form of a message that fits ``count``, with its parts filled in."""
        return self._filled(self.words.ngettext(one, more, 1 if count == 1 else 2), parts)

    def _filled(self, text: str, parts: dict[str, object]) -> str:
        return text.format(**parts) if parts else text

    def number(self, value: float, decimals: int = 0, *, sign: bool = False) -> str:
        """Return a number as the language writes it, with a true minus; zero has no sign.

        Examples
        --------
        >>> say = speaker("en")
        >>> say.number(-1234.5), say.number(0.26, 1, sign=True), say.number(-0.01, 1), say.number(math.nan)
        ('−1,234', '+0.3', '0.0', 'not known')
        """
        if not math.isfinite(value):
            return self(later("not known"))
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        rounded = round(value, decimals)
        text = format_decimal(abs(rounded), format=pattern, locale=self.locale)
        return text if not rounded else (MINUS if rounded < 0 else "+" if sign else "") + text

    def month(self, day: date, *, short: bool = False) -> str:
        """Return the month and year of a day.

        Examples
        --------
        >>> speaker("en").month(date(2023, 6, 15)), speaker("id").month(date(2023, 8, 1), short=True)
        ('June 2023', 'Agu 2023')
        """
        return format_date(day, "LLL y" if short else "LLLL y", locale=self.locale)

    def month_of(self, text: str) -> str:
        """Return a month that is written ``2023-06``."""
        return self.month(date.fromisoformat(f"{text}-01"))

    def day(self, day: date) -> str:
        """Return a whole date.

        Examples
        --------
        >>> speaker("en").day(date(2023, 6, 15)), speaker("id").day(date(2023, 6, 15))
        ('15 June 2023', '15 Juni 2023')
        """
        return format_date(day, "d MMMM y", locale=self.locale)

    def listed(self, parts: Sequence[str]) -> str:
        """Return parts as a list in words.

        Examples
        --------
        >>> speaker("en").listed(["steel", "cash", "skill"]), speaker("id").listed(["baja", "kas"])
        ('steel, cash, and skill', 'baja dan kas')
        """
        return format_list(list(parts), locale=self.locale)


def catalogue_path(code: str) -> Path:
    """Return where the catalogue of a language stands."""
    return Path(__file__).parent / "locale" / code / "LC_MESSAGES" / "report.po"


@cache
def _read(code: str) -> Language:
    """Return a language with its catalogue, read once."""
    with catalogue_path(code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    made = BytesIO()
    write_mo(made, catalogue)
    made.seek(0)
    return Language(code, GNUTranslations(made))


def speaker(language: str | Language = "en") -> Language:
    """Return the language of a code; one that is a language already is returned as it is.

    Examples
    --------
    >>> speaker("id").code
    'id'
    >>> speaker("fr")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Language: 'fr' is not known. Choose en (English) or id (Bahasa Indonesia).
    """
    if isinstance(language, Language):
        return language
    if language not in LANGUAGES:
        known = " or ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        message = f"Language: {language!r} is not known. Choose {known}."
        raise UserError(message)
    return _read(language)
