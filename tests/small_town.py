"""A register as small as one can be, as text, for the tests of files and their faults."""

from sim import policies
from sim.scenario import Scenario

NAMES = sorted(policies.catalogue())
MONTHS = '["2000-01", "2040-12"]'


def entry(address, value, unit="share", within="[0, 1]", source="assumption: for a test", meaning="A number"):
    return (
        f'[{address}]\nvalue = {value}\nunit = "{unit}"\nrange = {within}\n'
        f'source = "{source}"\nmeaning = "{meaning}"\n\n'
    )


def cluster(name, local, firms):
    return entry(f"cluster_{name}.local", local, "yes/no", "[false, true]") + entry(
        f"cluster_{name}.firms", firms, "count", "[0, 500]"
    )


REGISTER = "".join(
    [
        entry("time.first_observed", '"2023-06"', "month", MONTHS),
        entry("time.warm_up_months", 60, "months", "[0, 120]"),
        entry("time.observed_months", 60, "months", "[1, 240]"),
        entry("firms.wear", 0.008, "per month", "[0.004, 0.015]", "Bank survey 2021, medium", "Wear"),
        entry("firms.cover_months", 2, "months", "[0.5, 6.0]"),
        entry("firms.draws", "true", "yes/no", "[false, true]"),
        cluster("cilegon", "true", 150),
        cluster("tegal", "false", 450),
        entry("mill_one.output_t", 90_000, "t/month", "[0, 200000]"),
        entry("mill_one.outage", '"2023-05"', "month", MONTHS),
        entry("buyer_store.count", 8, "count", "[1, 50]"),
    ]
)
DIFFERENCE = 'base = "baseline.toml"\nreason = "a test"\n\n'


def levers_at_rest(name):
    return {key: lever.rest for key, lever in policies.catalogue()[name].levers.items()}


def use(name, first="2024-01", last="2025-12", **levers):
    """Return a use of a policy as text; a lever set to None is left out."""
    written = {**levers_at_rest(name), "from": first, "to": last, **levers}
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in written.items() if value is not None]
    return "\n".join([f"[[policies.{name}]]", *lines, ""])


def write_town(folder, **files):
    """Write the register as ``baseline.toml`` and every named text as a file beside it."""
    (folder / "baseline.toml").write_text(REGISTER, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def numbers_of(name):
    """Return the levers of a policy that are numbers."""
    return [key for key, value in levers_at_rest(name).items() if not isinstance(value, str)]


def write_several(folder):
    """Write a town and its differences: a slump and a deeper one, every policy at rest, one policy used twice."""
    return write_town(
        folder,
        slump=DIFFERENCE + "[firms.wear]\nvalue = 0.01\n",
        deeper='base = "slump.toml"\nreason = "more"\n[firms.cover_months]\nvalue = 3\n',
        every=DIFFERENCE + "".join(use(name) for name in NAMES),
        twice=DIFFERENCE + use(NAMES[0], "2024-01", "2024-06") + use(NAMES[0], "2025-01", "2025-06"),
    )


def load(folder, name):
    """Load a scenario of a folder that is its own measure."""
    return Scenario.load(folder / f"{name}.toml", schema={})
