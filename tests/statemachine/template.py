"""template.yaml, as far as the state machine is concerned."""

import functools
import json
import re

import yaml

from processes import ROOT

DEFINITION = ROOT / "statemachine" / "loop.asl.json"
TIME = "2026-11-24T06:00:00Z"


class _Loader(yaml.SafeLoader):
    """Takes `!Ref`, `!If` and the like for what stands behind them."""


def _plain(loader, _tag, node):
    kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
    construct = kinds.get(type(node), loader.construct_mapping)
    return construct(node) if construct == loader.construct_scalar else construct(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


@functools.cache
def _resources():
    return yaml.load((ROOT / "template.yaml").read_text("utf-8"), _Loader)["Resources"]


def heartbeat(time=TIME):
    """The heartbeat's event, as the Scheduler sends it; it concerns every account of the policy."""
    _condition, _one_account, every_account = _resources()["Schedule"]["Properties"]["Target"]["Input"]
    daily = "arn:aws:scheduler:us-east-1:123456789012:schedule/heartbeat/daily"
    return as_the_scheduler_sends_it(every_account, daily, time)


def as_the_scheduler_sends_it(text, schedule, time=TIME):
    """The input of a schedule, with the Scheduler's own words put in."""
    text = text.replace("<aws.scheduler.schedule-arn>", schedule)
    return json.loads(text.replace("<aws.scheduler.scheduled-time>", time))


def definition(values):
    """The state machine, with its placeholders filled in as CloudFormation does."""
    for machine in ("Loop", "IncidentLoop"):
        wanted = _resources()[machine]["Properties"]["DefinitionSubstitutions"].keys()
        if values.keys() != wanted:
            raise AssertionError(f"the template fills in {sorted(wanted)} for {machine}, the test {sorted(values)}")
    return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], DEFINITION.read_text("utf-8"))
