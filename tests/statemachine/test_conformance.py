"""The state machine and the loop on one machine: what they play alike must end alike (docs/protocol.md, section 5)."""

import difflib
from concurrent.futures import ThreadPoolExecutor

import pytest

import player
from by_host import ByHost
from by_machine import ByMachine
from scenarios import SCENARIOS


def _difference(name, machine, host):
    """What differs, in lines; empty if nothing does."""
    lines = []
    for aspect in machine:
        if machine[aspect] != host[aspect]:
            lines += [f"{name}: {aspect} (- the state machine, + the host)"]
            lines += list(difflib.unified_diff(machine[aspect], host[aspect], lineterm="", n=0))[2:]
    return "\n".join(lines)


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_loops_end_alike(name, stage, ground):
    scenario, incident = SCENARIOS[name], player.incident()
    machine = ByMachine(stage(scenario.policy, scenario.ages), incident)
    host = ByHost(ground(scenario.policy, scenario.ages), incident)
    with ThreadPoolExecutor() as pool:
        machine, host = pool.map(lambda player: player.play(scenario.steps), [machine, host])

    difference = _difference(name, machine, host)
    assert not difference, difference
    assert host["the runs"] == scenario.runs, name
