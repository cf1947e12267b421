"""Every planted fault is caught by each check that is said to catch it, and none of these checks cries without one."""

import pytest

from tests.planted import FAULTS, KINDS, ROOT, TABLE, caught, table, wrong

CHECKS = tuple(dict.fromkeys(check for fault in FAULTS.values() for check in fault.caught_by))
every_fault = pytest.mark.parametrize("name", FAULTS)


@every_fault
def test_a_fault_can_still_be_planted(name):
    fault = FAULTS[name]
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    # when a rule is rewritten, its fault in tests/faults.py is rewritten with it
    assert wrong(fault, text) != text


@every_fault
def test_a_fault_is_caught_by_something_that_is_known(name):
    assert FAULTS[name].caught_by
    assert {check.partition(":")[0] for check in FAULTS[name].caught_by} <= set(KINDS)


def test_faults_are_caught_in_every_way():
    assert {check.partition(":")[0] for check in CHECKS} == set(KINDS)
    assert len(FAULTS) >= 15


def test_the_table_of_faults_is_the_one_on_the_page():
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m tests.planted"


@pytest.mark.long
@every_fault
def test_a_planted_fault_is_caught(name, tmp_path):
    fault = FAULTS[name]
    assert caught(fault, tmp_path, fault.caught_by) == dict.fromkeys(fault.caught_by, True)


@pytest.mark.long
def test_no_check_cries_without_a_fault(tmp_path):
    assert caught(None, tmp_path, CHECKS) == dict.fromkeys(CHECKS, False)
