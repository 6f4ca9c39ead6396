"""The scenarios that both loops play: data, in the words of `player.Player`.

A step is a word and what belongs to it. `runs` says of each run how it must end and what the cloud must have seen written
meanwhile, so that a scenario is known to have come to what it is named after.
"""

from dataclasses import dataclass

from cloud import LIST, UPDATE
from stage import DISABLE, LADDER, LONG_LADDER, NEW, OLD, policy

WARN = {"id": "aged", "on": "schedule", "when": {"older_than": "90d"}, "then": "warn"}
EXPIRED = {"id": "expired", "on": "schedule", "when": {"expired_for": "7d"}, "then": "disable"}
CONTAIN = {"id": "contain", "on": "incident", "when": {"implicated": True}, "then": "disable"}

OFF = f"{OLD} Disabled"
ON = f"{OLD} Enabled"
HEARTBEAT = ("run", "heartbeat")
INCIDENT = ("run", "incident")


@dataclass
class Scenario:
    """One story. `ages` are the days since the old key and the new one were created."""

    policy: dict
    steps: list
    runs: list
    ages: tuple = (200, 20)


SCENARIOS = {
    "a rule that only warns": Scenario(
        policy(WARN),
        [HEARTBEAT, HEARTBEAT],
        runs=["acme complete", "acme complete"],
    ),
    "a ladder: a warning, the last warning, the disable": Scenario(
        policy(LADDER),
        [HEARTBEAT, ("later", 3), HEARTBEAT, ("later", 3), HEARTBEAT],
        runs=["acme complete", "acme complete", f"acme complete; {OFF}"],
    ),
    "an expired key": Scenario(
        policy(EXPIRED),
        [HEARTBEAT],
        runs=[f"acme complete; {OFF}"],
        ages=(380, 20),
    ),
    "report mode": Scenario(
        policy(DISABLE, mode="report"),
        [HEARTBEAT],
        runs=["acme complete"],
    ),
    "no good key would be left": Scenario(
        policy(DISABLE, known=()),
        [HEARTBEAT],
        runs=["acme held"],
    ),
    "the good key goes while the old one is disabled": Scenario(
        policy(DISABLE),
        [("once", UPDATE, "and then", ("person", NEW, "Disabled")), HEARTBEAT],
        runs=[f"acme held; {OFF}; {ON}"],
    ),
    "an incident, and the same incident again": Scenario(
        policy(CONTAIN),
        [INCIDENT, INCIDENT],
        runs=[f"acme complete; {OFF}", "acme complete"],
    ),
    "a contained key that somebody enables": Scenario(
        policy(CONTAIN),
        [INCIDENT, ("person", OLD, "Enabled"), HEARTBEAT],
        runs=[f"acme complete; {OFF}", f"acme complete; {OFF}"],
    ),
    "a restore by receipt, and the same receipt again": Scenario(
        policy(CONTAIN),
        [INCIDENT, ("run", "restore"), ("run", "restore")],
        runs=[f"acme complete; {OFF}", f"acme complete; {ON}", "acme failed"],
    ),
    "a person enables a key again, and it is held": Scenario(
        policy(DISABLE),
        [HEARTBEAT, ("person", OLD, "Enabled"), HEARTBEAT],
        runs=[f"acme complete; {OFF}", "acme complete"],
    ),
    "a cloud that throttles for rounds": Scenario(
        policy(LONG_LADDER),
        [("throttle", 9), HEARTBEAT],
        runs=["acme complete"],
    ),
    "a hop that dies while it looks": Scenario(
        policy(DISABLE),
        [("once", LIST, "instead", ("die",)), HEARTBEAT],
        runs=[f"acme complete; {OFF}"],
    ),
    "a hop that dies before its write, and ten minutes": Scenario(
        policy(DISABLE),
        [("once", UPDATE, "instead", ("ten_minutes_pass",), ("die",)), HEARTBEAT],
        runs=["acme complete"],
    ),
    "a containment that dies after its write": Scenario(
        policy(CONTAIN),
        [("once", UPDATE, "and then", ("die",)), INCIDENT],
        runs=[f"acme complete; {OFF}"],
    ),
    "two at once that both want to disable": Scenario(
        policy(DISABLE),
        [("run_two", "heartbeat")],
        runs=[f"acme complete; acme complete; {OFF}"],
    ),
    "a register that is not believed": Scenario(
        policy(LONG_LADDER, CONTAIN),
        [HEARTBEAT, ("forge_the_register",), HEARTBEAT, INCIDENT],
        runs=["acme complete", "acme failed", f"acme failed; {OFF}"],
    ),
    "a register that cannot be read": Scenario(
        policy(LONG_LADDER, CONTAIN),
        [HEARTBEAT, ("spoil_the_register",), HEARTBEAT, INCIDENT],
        runs=["acme complete", "acme failed", f"acme failed; {OFF}"],
    ),
    "a channel that accepts nothing, and then listens": Scenario(
        policy(LONG_LADDER),
        [("channel", "deaf"), HEARTBEAT, ("channel", "listening"), HEARTBEAT],
        runs=["acme failed", "acme complete"],
    ),
    "a channel that accepts nothing, and a register that cannot be read": Scenario(
        policy(LONG_LADDER),
        [HEARTBEAT, ("spoil_the_register",), ("channel", "deaf"), HEARTBEAT, ("channel", "listening")],
        runs=["acme complete", "acme failed"],
    ),
    "one account of three that fails": Scenario(
        policy(LONG_LADDER, accounts=("acme", "coyote"), broken=("roadrunner",)),
        [HEARTBEAT],
        runs=["acme complete, coyote complete, roadrunner failed"],
    ),
    "somebody else's event, and one that is refused": Scenario(
        policy(DISABLE),
        [("run", "somebody else's"), ("run", "malformed")],
        runs=["ignored", "refused"],
    ),
    "old generations that cannot be deleted": Scenario(
        policy(LONG_LADDER),
        [HEARTBEAT, HEARTBEAT, ("keep_old_generations",), HEARTBEAT],
        runs=["acme complete", "acme complete", "acme complete"],
    ),
}
