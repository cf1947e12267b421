"""What would reverse the conclusion, and which assumptions are most worth finding out: sentences from the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.answer import Told, name_of, short
from sim.report.language import Language, later
from sim.report.likelihood import of_draws
from sim.report.names import whose
from sim.report.words_context import small

if TYPE_CHECKING:
    import pandas as pd

    from sim.core.parameters import Parameter
    from sim.report.findings import Findings

__all__ = ["flips", "worth_finding_out"]

MOST_FLIPS, MOST_ENTRIES, MOST_TURNS = 2, 3, 2
MARKET_SHARE = "market_share_local"
UNIT_WORDS = {
    "share": later("{n} %"),
    "months": later("{n} months"),
    "per month": later("{n} a month"),
    "per year": later("{n} a year"),
    "t": later("{n} t"),
    "t/month": later("{n} t a month"),
    "t/t": later("{n} t for each tonne"),
    "jt": later("Rp {n} million"),
    "jt/t": later("Rp {n} million a tonne"),
    "jt/firm": later("Rp {n} million a firm"),
    "jt/month": later("Rp {n} million a month"),
    "jt/fte/month": later("Rp {n} million a worker and month"),
    "fte": later("{n} workers"),
    "firms": later("{n} firms"),
}


def flips(say: Language, found: Findings) -> list[Told]:
    """Return in which draws, and at what value of an assumption, another policy is best or an effect turns."""
    leading = [name for name in found.drawn if name in found.ranked]
    if len(leading) < 2:
        return []
    from sim.study.flips import flip_points

    names = {name: short(name_of(say, found.scenarios[name])) for name in found.drawn}
    best = found.doubts.best(leading)
    draws = len(found.doubts.draws)
    told = [
        say("{policy} in {times}", policy=names[str(row.scenario)], times=say.number(int(row.times)))
        for row in best.itertuples()
        if row.times
    ]
    said = [say("Best for the local share in {draws} draws: {which}.", draws=say.number(draws), which=", ".join(told))]
    inputs = found.doubts.inputs.set_index("draw").loc[found.doubts.draws].reset_index(drop=True)
    points = flip_points({name: found.doubts.effect(name) for name in leading}, inputs)
    for row in points.head(MOST_FLIPS).itertuples():
        entry = found.against.parameters[str(row.input)]
        said.append(
            say(
                "{above} becomes better than {below} where this is above {value} ({low} to {high}): {meaning} "
                "(assumed {usual}).",
                above=_great(names[str(row.above)]),
                below=names[str(row.below)],
                value=_number(say, entry, float(row.value)),
                low=_number(say, entry, float(row.low)),
                high=_number(say, entry, float(row.high)),
                meaning=_meaning(say, entry),
                usual=_with_unit(say, entry, float(entry.value)),
            )
        )
    if points.empty:
        said.append(say("No single assumption turns the order of these policies within the draws."))
    turns = sorted(found.drawn, key=lambda name: -int((found.doubts.effect(name) < 0).sum()))
    for name in turns[:MOST_TURNS]:
        lower = found.doubts.effect(name) < 0
        if lower.any():
            said.append(
                say(
                    "That {policy} lowers the local share is {likely} ({hits} of {draws} draws).",
                    policy=names[name],
                    **of_draws(say, lower),
                )
            )
    return [Told(one, "D I") for one in said]


def _great(text: str) -> str:
    return text[0].upper() + text[1:]


def _meaning(say: Language, entry: Parameter) -> str:
    """Return what an entry of the register means, and whose it is, with its address, under which it is found."""
    owner = whose(say, entry.room)
    return f"{owner + ': ' if owner else ''}{small(say(entry.meaning))} [{entry.address}]"


def _number(say: Language, entry: Parameter, value: float) -> str:
    """Return a value of an entry, with two digits that mean something."""
    shown = 100 * value if entry.unit == "share" else value
    digits = 0 if abs(shown) >= 100 else amounts.decimals_for(shown) + 1
    return say.number(shown, len(f"{shown:.{digits}f}".rstrip("0").partition(".")[2]))


def _with_unit(say: Language, entry: Parameter, value: float) -> str:
    """Return a value of an entry with its unit, where the unit has words."""
    number = _number(say, entry, value)
    return say(UNIT_WORDS[entry.unit], n=number) if entry.unit in UNIT_WORDS else number


def worth_finding_out(say: Language, found: Findings) -> list[Told]:
    """Return the assumptions that move the effects of the leading programmes most, and by how much."""
    matter: pd.DataFrame = found.doubts.matters(found.drawn)
    said = []
    for row in matter.head(MOST_ENTRIES).itertuples():
        entry = found.against.parameters[str(row.input)]
        assert isinstance(entry.range, tuple)
        low, high = float(entry.range[0]), float(entry.range[1])
        said.append(
            Told(
                say(
                    "{meaning}: {usual} assumed, {low} to {high} possible. From its lowest to its highest third of "
                    "draws, {policy} brings {first} and {last} percentage points.",
                    meaning=_great(_meaning(say, entry)),
                    usual=_with_unit(say, entry, float(entry.value)),
                    low=_number(say, entry, low),
                    high=_number(say, entry, high),
                    policy=short(name_of(say, found.scenarios[str(row.scenario)])),
                    first=say.number(100 * float(row.low), 1, sign=True),
                    last=say.number(100 * float(row.high), 1, sign=True),
                ),
                f"D:{row.scenario} I",
            )
        )
    if not said:
        draws = say.number(len(found.doubts.draws))
        text = say("In {draws} draws no single assumption stands out: the effects depend on many at once.", draws=draws)
        said.append(Told(text, "D I"))
    return said
