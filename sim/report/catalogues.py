"""What the briefing says, gathered from the source into its catalogues: ``python -m sim.report.catalogues``.

Messages stand in calls of ``say``, ``say.many``, ``later`` and ``forms``, in Python and in templates; the words of
policies and reliefs stand in their own declarations, and those of facts in the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from sim.report.language import LANGUAGES, catalogue_path

__all__ = ["declared", "found", "renew", "renewed"]

KEYWORDS = {"say": None, "later": None, "many": (1, 2), "forms": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
# Babel's own header has the hour in it: a catalogue would never be the same again.
HEADER = """# What the briefing says, in {language}.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
EXPERIMENT = ("training_only", "access_only", "both")


def declared() -> Iterator[tuple[str, str]]:
    """Yield the words that declarations hold, each with the place it is from."""
    from sim.policies import Choice, catalogue
    from sim.relief import RELIEFS
    from sim.scenario import Scenario
    from sim.study.assumption_draws import moved_inputs
    from sim.study.patterns import patterns

    for name, policy in catalogue().items():
        for lever in policy.levers.values():
            yield f"policies/{name}.py", lever.meaning
            if isinstance(lever, Choice):
                yield from ((f"policies/{name}.py", option) for option in lever.options)
    for relief in RELIEFS.values():
        yield "relief.py", relief.meaning
    for fact in patterns():
        yield "study/patterns.toml", fact.name
    for entry in moved_inputs(Scenario.load("baseline")).values():  # any of them may be worth finding out
        yield "scenarios/baseline.toml", entry.meaning
    for name in EXPERIMENT:
        yield f"scenarios/{name}.toml", Scenario.load(name).reason


def found() -> Catalog:
    """Return every message of the source, in the order of files."""
    here = Path(__file__).parent
    catalogue = Catalog(project="kotabaja", charset="utf-8")
    for file, _, message, _, _ in sorted(
        extract_from_dir(here, METHODS, keywords=KEYWORDS, strip_comment_tags=True), key=lambda one: (one[0], one[1])
    ):
        catalogue.add(message, locations=[(f"report/{file}", 0)])
    for place, message in declared():
        catalogue.add(message, locations=[(place, 0)])
    return catalogue


def renewed(code: str) -> bytes:
    """Return the catalogue of a language with the messages of the source: new ones are empty, old ones go.

    English is the language of the source, so its new messages are filled in.
    """
    catalogue, path = Catalog(locale=code, charset="utf-8", fuzzy=False), catalogue_path(code)
    known = Catalog(locale=code)
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale=code)
    for message in found():
        if not message.id:
            continue
        old = known.get(message.id)
        said = (old.string if old is not None else None) or ""
        if code == "en" and not (all(said) if isinstance(said, (list, tuple)) else said):
            said = message.id
        catalogue.add(message.id, said, locations=message.locations)
    made = BytesIO()
    write_po(made, catalogue, width=110, omit_header=True, include_lineno=False)
    head = HEADER.format(language=LANGUAGES[code], code=code, plural_forms=catalogue.plural_forms)
    return head.encode() + made.getvalue()


def renew() -> list[Path]:
    """Write every catalogue anew and return those that changed."""
    changed = []
    for code in LANGUAGES:
        content, path = renewed(code), catalogue_path(code)
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(path)
    return changed


if __name__ == "__main__":
    for one in renew():
        print(f"Renewed: {one}")
