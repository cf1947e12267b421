"""Bad input: every fault of a scenario file gets a line that says where, what is allowed, what to do."""

import re
from pathlib import Path

import pytest

from sim import policies
from sim.core.parameters import NEVER_NEGATIVE, UNITS, Parameter
from sim.core.toml_lines import shown
from sim.errors import UserError
from sim.policies import Lever
from sim.scenario import Scenario, check
from tests.small_town import DIFFERENCE, REGISTER, cluster, entry, levers_at_rest, use, write_town

FAULTS = {
    case.partition("\n")[0]: case.partition("\n")[2]
    for case in Path(__file__).with_name("faults.txt").read_text(encoding="utf-8").split("=== ")[1:]
}
POLICY = sorted(policies.catalogue())[0]
LEVERS = policies.catalogue()[POLICY].levers
LEVER = next(key for key, lever in LEVERS.items() if isinstance(lever, Lever))
RULES = [
    (name, key)
    for name, policy in sorted(policies.catalogue().items())
    for key, lever in policy.levers.items()
    if not isinstance(lever, Lever)
]


def problems_of(folder, text):
    """Return the problems of a file beside the small town's register, with the folder taken off."""
    found = write_town(folder, town=text)
    measure = Scenario.load(found / "baseline.toml", schema={}).parameters
    return [problem.replace(f"{folder}/", "") for problem in check(found / "town.toml", schema=measure)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told(tmp_path, fault):
    lines = FAULTS[fault].rstrip().splitlines()
    said = [line.removeprefix("--> ") for line in lines if line.startswith("--> ")]
    problems = problems_of(tmp_path, "\n".join(line for line in lines if not line.startswith("--> ")))
    assert len(problems) == len(said)
    for problem, message in zip(problems, said, strict=True):
        if message.endswith("…"):
            assert problem.startswith(message[:-1])
        else:
            assert problem == message


# Each fault of a policy's use: its text, the line and key it is told at, and how the message goes on.
LAST = len(LEVERS) + 4  # three lines of head, one of the table, the levers; then "from" and "to"
USES = {
    "unknown policy": ("[[policies.zzz]]\n", 4, "policies.zzz: unknown policy. Policies: "),
    "single brackets": (
        f"[policies.{POLICY}]\n",
        4,
        f"policies.{POLICY}: must be a list of tables. Write [[policies.{POLICY}]] with double brackets.",
    ),
    "misspelt lever": (
        use(POLICY, **{LEVER: None, LEVER + "s": 0}),
        LAST + 2,
        f'policies.{POLICY}.{LEVER}s: unknown lever. Did you mean "{LEVER}"? {POLICY} has ',
    ),
    "missing lever": (
        use(POLICY, **{LEVER: None}),
        4,
        f"policies.{POLICY}.{LEVER}: is missing; a policy has no defaults. Write {LEVER} = … ",
    ),
    "missing date": (use(POLICY, to=None), 4, f"policies.{POLICY}.to: is missing; a policy has no defaults."),
    "too high": (
        use(POLICY, **{LEVER: LEVERS[LEVER].high + 1}),
        5,
        f"policies.{POLICY}.{LEVER}: {shown(LEVERS[LEVER].high + 1)} is not allowed. {LEVERS[LEVER].meaning}",
    ),
    "text": (use(POLICY, **{LEVER: "some"}), 5, f'policies.{POLICY}.{LEVER}: "some" is not allowed.'),
    "yes": (
        use(POLICY).replace(f"{LEVER} = 0", f"{LEVER} = true"),
        5,
        f"policies.{POLICY}.{LEVER}: true is not allowed.",
    ),
    "not a number": (
        use(POLICY).replace(f"{LEVER} = 0", f"{LEVER} = nan"),
        5,
        f"policies.{POLICY}.{LEVER}: nan is not allowed.",
    ),
    "end before start": (
        use(POLICY, "2024-05", "2024-04"),
        LAST + 2,
        f'policies.{POLICY}.to: "2024-04" is before from = "2024-05". Write a later month.',
    ),
    "impossible month": (
        use(POLICY, to="2023-13"),
        LAST + 2,
        f'policies.{POLICY}.to: "2023-13" is not a month. Write "YYYY-MM" in double quotes,',
    ),
    "year alone": (use(POLICY, to=2025), LAST + 2, f"policies.{POLICY}.to: 2025 is not a month."),
    "start too early": (
        use(POLICY, "2018-05"),
        LAST + 1,
        f'policies.{POLICY}.from: "2018-05" is outside the simulated months 2018-06 to 2028-05.',
    ),
    "start too late": (
        use(POLICY, "2028-06", "2028-07"),
        LAST + 1,
        f'policies.{POLICY}.from: "2028-06" is outside the simulated months',
    ),
    "overlapping dates": (
        use(POLICY, "2025-12", "2026-06") + use(POLICY, "2024-01", "2025-12"),
        LAST + 1,
        f"policies.{POLICY}.0.from: 2025-12 to 2026-06 overlaps another use of {POLICY} (2024-01 to",
    ),
    "duplicate dates": (
        use(POLICY, "2024-01", "2025-12") + use(POLICY, "2024-01", "2025-12"),
        2 * LAST,
        f"policies.{POLICY}.1.from: 2024-01 to 2025-12 repeats another use of {POLICY} (2024-01 to 2025-12).",
    ),
}


@pytest.mark.parametrize("fault", USES)
def test_a_fault_of_a_policy_is_told(tmp_path, fault):
    text, line, message = USES[fault]
    (problem,) = problems_of(tmp_path, DIFFERENCE + text)
    assert problem.startswith(f"town.toml:{line}: {message}")


@pytest.mark.parametrize(("name", "key"), RULES)
def test_a_rule_that_no_lever_knows_is_refused_with_the_rules(tmp_path, name, key):
    (problem,) = problems_of(tmp_path, DIFFERENCE + use(name, **{key: "no such rule"}))
    assert f'policies.{name}.{key}: "no such rule" is not allowed.' in problem
    assert policies.catalogue()[name].levers[key].allowed in problem


def without(*starts):
    """Return the register without the entries whose address begins so."""
    parts = re.split(r"(?m)^(?=\[)", REGISTER)
    return "".join(part for part in parts if not part.startswith(tuple(f"[{start}" for start in starts)))


def with_line(key, line):
    """Return the register with one line of firms.wear replaced, or taken out."""
    head, address, rest = REGISTER.partition("[firms.wear]")
    return head + address + re.sub(rf"(?m)^{key} = .*\n", lambda _: line, rest, count=1)


WHOLE = {
    "entry": (without("firms.wear"), "22: firms.wear: is missing. Add [firms.wear] with unit = "),
    "room": (
        without("firms."),
        " firms: the whole room is missing. A whole register has it, with wear, cover",
    ),
    "member": (without("cluster_tegal.firms"), "57: cluster_tegal.firms: is missing."),
    "producer": (without("mill_"), " mill_NAME: no room [mill_NAME. …] stands here; at least 1 is needed."),
    "store": (without("buyer_"), " buyer_NAME: no room [buyer_NAME. …] stands here; at least 1 is needed."),
    "too many": (REGISTER + entry("cluster_tegal.sea", 1), "92: cluster_tegal.sea: unknown entry."),
    "unknown": (
        REGISTER + entry("clustr_ceper.sea", 1),
        '92: clustr_ceper: unknown table. Did you mean "cluster_',
    ),
    "source": (with_line("source", ""), "22: firms.wear.source: is missing. Name where the value comes from"),
    "empty source": (with_line("source", 'source = ""\n'), "26: firms.wear.source: is empty."),
    "meaning": (with_line("meaning", ""), "22: firms.wear.meaning: is missing. Say in a few words"),
    "unit": (with_line("unit", ""), "22: firms.wear.unit: is missing. Write unit = … below [firms.wear]."),
    "range": (with_line("range", ""), "22: firms.wear.range: is missing. Write range = …"),
    "value": (with_line("value", ""), "22: firms.wear.value: is missing. Write value = …"),
    "other unit": (with_line("unit", 'unit = "share"\n'), '24: firms.wear.unit: must be "per month" here'),
}


@pytest.mark.parametrize("fault", WHOLE)
def test_what_a_whole_register_lacks_is_told(tmp_path, fault):
    text, begins = WHOLE[fault]
    (problem,) = problems_of(tmp_path, text)
    assert problem.removeprefix("town.toml:").startswith(begins)


def test_the_small_town_is_without_fault(tmp_path):
    assert problems_of(tmp_path, REGISTER) == []
    assert problems_of(tmp_path, DIFFERENCE) == []


def test_a_register_that_is_its_own_measure_must_agree_with_itself(tmp_path):
    odd = cluster("ceper", "false", 1).replace('"count"', '"share"').replace("[0, 500]", "[0, 1]")
    (tmp_path / "odd.toml").write_text(REGISTER + odd, encoding="utf-8")
    (problem,) = check(tmp_path / "odd.toml", schema={})
    assert 'cluster_ceper.firms.unit: must be "count" here, not "share".' in problem
    (tmp_path / "bad.toml").write_text(REGISTER + entry("Sea.salt", 1) + entry("sea.Salt", 1), encoding="utf-8")
    assert len(check(tmp_path / "bad.toml", schema={})) == 2
    (tmp_path / "timeless.toml").write_text(without("time."), encoding="utf-8")
    assert len(check(tmp_path / "timeless.toml", schema={})) == 3


def test_bases_that_lead_in_a_circle_are_refused(tmp_path):
    write_town(tmp_path, a='base = "b.toml"\nreason = "x"\n', b='base = "a.toml"\nreason = "x"\n')
    (problem,) = check(tmp_path / "a.toml", schema={})
    assert 'b.toml:1: base: "a.toml" leads back to this file.' in problem


def test_a_fault_of_the_base_is_told_of_the_base(tmp_path):
    worse = DIFFERENCE + "[firms.wear]\nvalue = 9\n"
    write_town(tmp_path, worse=worse, top='base = "worse.toml"\nreason = "x"\n')
    (problem,) = check(tmp_path / "top.toml", schema={})
    assert "worse.toml:5: firms.wear: 9 per month is outside" in problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"x = {10**400}\n", "a number of more than 40 digits is not a finite number"),
        (f"x = {'9' * 9999}\n", "this is not valid TOML: Exceeds the limit"),
        (f"x = {'[' * 9999}\n", "this is not valid TOML: the tables are nested too deeply."),
    ],
)
def test_numbers_and_tables_without_end_are_refused(tmp_path, text, says):
    (problem,) = problems_of(tmp_path, f"{DIFFERENCE}[firms.wear]\n{text.replace('x', 'value')}")
    assert says in problem


def test_all_problems_of_a_file_are_told_together(tmp_path):
    wrong = '[firms.wear]\nvalue = 0.01\nunit = "moth"\n[firms.x]\nvalue = 1\n'
    assert len(problems_of(tmp_path, DIFFERENCE + wrong + use(POLICY, to="2020-00"))) == 3


def test_faults_in_forms_that_toml_also_allows_have_their_line(tmp_path):
    text = DIFFERENCE + 'firms.wear = { value = 9 }\n[cluster_tegal]\n"firms".value = -1\n'
    problems = problems_of(tmp_path, text)
    assert [problem.split(": ")[0] for problem in problems] == ["town.toml:4", "town.toml:6"]


def test_a_message_is_never_wrapped(tmp_path):
    path = write_town(tmp_path, town=DIFFERENCE + "[zoo.lion]\nvalue = 1\n") / "town.toml"
    with pytest.raises(UserError) as caught:
        Scenario.load(path, schema={})
    assert "\n" not in str(caught.value)


def test_the_units_that_cannot_be_negative_are_units():
    assert set(UNITS) >= NEVER_NEGATIVE
    assert all(UNITS.values())


def test_an_entry_knows_its_room_and_name():
    wear = Parameter("firms.wear", 0.5, "share", (0.0, 1.0), "Assumption: none better", "Wear")
    assert (wear.room, wear.name, wear.assumed) == ("firms", "wear", True)
    assert levers_at_rest(POLICY).keys() == LEVERS.keys()
