"""The briefing's languages: nothing is left untranslated, and nothing is said outside the catalogues."""

from __future__ import annotations

import string
from datetime import date
from gettext import GNUTranslations

import pytest
from babel.messages.pofile import read_po
from matplotlib.text import Text

from sim.errors import UserError
from sim.report import catalogues
from sim.report.language import LANGUAGES, Language, catalogue_path, speaker
from tests import report_data

MONTHS = {speaker("id").month(date(2023, month, 1), short=True).split()[0] for month in range(1, 13)}


def catalogue(code):
    """Return the messages of a catalogue as (forms of the source, forms of the language), and whether any is fuzzy."""
    with catalogue_path(code).open("rb") as file:
        entries = [entry for entry in read_po(file, locale=code) if entry.id]

    def forms(text):
        return list(text) if isinstance(text, (list, tuple)) else [text]

    return [(forms(entry.id), forms(entry.string), entry.fuzzy) for entry in entries]


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_untranslated_or_doubtful(code):
    entries = catalogue(code)
    assert len(entries) > 300
    assert [source for source, said, _ in entries if not all(text and text.strip() for text in said)] == []
    assert [source for source, _, fuzzy in entries if fuzzy] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_keeps_its_parts(code):
    for source, said, _ in catalogue(code):
        for text in said:
            assert fields(text) == fields(source[0]), source[0]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogues_are_as_the_source_has_them(code):
    assert catalogue_path(code).read_bytes() == catalogues.renewed(code), "run: python -m sim.report.catalogues"


def test_numbers_and_months_are_written_as_each_language_does():
    english, indonesian = speaker("en"), speaker("id")
    assert english("{n} percentage points", n=english.number(1234.56, 1, sign=True)) == "+1,234.6 percentage points"
    assert indonesian("{n} percentage points", n=indonesian.number(1234.56, 1)) == "1.234,6 persen poin"
    assert (english.month_of("2023-06"), indonesian.month_of("2023-06")) == ("June 2023", "Juni 2023")


def test_a_language_that_is_not_known_is_refused():
    with pytest.raises(UserError, match=r"Language: 'xx' is not known. Choose en \(English\) or id"):
        speaker("xx")


class Marked(GNUTranslations):
    """Puts marks around every message, so that words from elsewhere stand out."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, more, n):
        return f"⟦{one if n == 1 else more}⟧"


def test_every_word_in_a_figure_is_from_a_catalogue(monkeypatch):
    report_data.install(monkeypatch)
    from matplotlib.figure import Figure

    marked = Language("id", Marked())
    for picture in report_data.pictures(seeds=2, language=marked).values():
        ax = Figure().subplots()
        picture.draw(picture.table, ax=ax, language=marked)
        ax.figure.draw_without_rendering()
        for text in (one.get_text() for one in ax.findobj(Text)):
            words = [word for word in unmarked(text).split() if any(letter.isalpha() for letter in word)]
            assert [word for word in words if word not in MONTHS] == [], (picture.key, text)
        assert unmarked(picture.title + picture.caption + picture.alternative).strip(" ;,.:") == ""


def unmarked(text):
    """Return what stands outside all marks."""
    depth, outside = 0, []
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        if depth == 0 and letter != "⟧":
            outside.append(letter)
    return "".join(outside)
