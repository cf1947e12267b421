"""Names for a reader: of scenarios, of classes of firms, of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.language import Language, later
from sim.report.style import SCENARIOS

if TYPE_CHECKING:
    from sim.scenario import Scenario

__all__ = ["BUYERS", "CLASSES", "city_name", "class_name", "place_name", "title_of", "whose"]

# Kinds of buyers; the first four keep lists with few places.
BUYERS = {
    "stores": later("Big stores"),
    "industry": later("Large industry"),
    "collectors": later("Collectors"),
    "shops": later("Small shops"),
    "households": later("Households"),
    "government": later("Government"),
    "home": later("Home markets"),
}
# Classes of firms in words; the others are names of places.
CLASSES = {
    one: one
    for one in (
        later("local firms"),
        later("outside firms"),
        later("1-4 workers"),
        later("5-19 workers"),
        later("20 and more workers"),
        later("lowest third"),
        later("middle third"),
        later("highest third"),
        later("under 3 years"),
        later("3 to 10 years"),
        later("over 10 years"),
        later("did not apply"),
        later("applied, never helped"),
        later("helped"),
    )
}


def title_of(say: Language, scenario: str) -> str:
    """Return a scenario's name for a reader: the policy's title where the two have one name.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> title_of(speaker("en"), "store_access"), title_of(speaker("en"), "my_slump")
    ('Access to big stores', 'My slump')
    >>> title_of(speaker("id"), "store_access")
    'Akses ke toko besar (temu bisnis)'
    """
    from sim.policies import catalogue

    policy = catalogue().get(scenario)
    if policy and policy.title_en and policy.title_id:
        return policy.title_id if say.code == "id" else policy.title_en
    if scenario in SCENARIOS:
        return say(SCENARIOS[scenario].label)
    return scenario.replace("_", " ").capitalize()


def class_name(say: Language, name: str) -> str:
    """Return a class of firms in words; a cluster's name as people write it.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> class_name(speaker("en"), "5-19 workers"), class_name(speaker("en"), "tegal")
    ('5-19 workers', 'Tegal')
    """
    return say(CLASSES[name]) if name in CLASSES else place_name(name)


def place_name(name: str) -> str:
    """Return a place's name as people write it.

    Examples
    --------
    >>> place_name("kota_baru")
    'Kota Baru'
    """
    return name.replace("_", " ").title()


def city_name(say: Language, scenario: Scenario) -> str:
    """Return the city that a scenario is about: the clusters that are its own.

    Examples
    --------
    >>> from sim import Scenario
    >>> from sim.report.language import speaker
    >>> city_name(speaker("en"), Scenario.load("baseline")), city_name(speaker("id"), Scenario.load("tegal"))
    ('Cilegon', 'Tegal')
    """
    return say.listed([place_name(name) for name, one in scenario.family("cluster").items() if one["local"]])


def whose(say: Language, room: str) -> str:
    """Return whose number an entry of a room is, where there are several of a kind; otherwise nothing.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> whose(speaker("id"), "buyer_stores"), whose(speaker("en"), "cluster_cilegon"), whose(speaker("en"), "firms")
    ('Toko besar', 'Cilegon', '')
    """
    family, _, member = room.partition("_")
    if family == "buyer":
        return say(BUYERS[member]) if member in BUYERS else place_name(member)
    return place_name(member) if family in ("cluster", "mill") else ""
