"""The state machine with its surroundings: registers, channels, executions."""

import json
import time
import uuid
from dataclasses import dataclass

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.scheduler import scheduler_backends
from moto.sns import sns_backends

import cursors
import template
from function import NAME

REGION = "us-east-1"
GROUP = "scim-keys-registers"
ROLE = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/loop"


@dataclass
class Ended:
    """How an execution ended, and the way there."""

    status: str
    accounts: list
    error: str | None
    cause: str | None
    states: list
    """The states that it entered, in their order; those of accounts that run side by side are mixed."""


def _group():
    return scheduler_backends[DEFAULT_ACCOUNT_ID][REGION].schedule_groups[GROUP]


def _topics():
    return sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics


def _refuse(name):
    raise JsonRESTError("InternalServerException", f"{name} cannot be deleted")


class Loop:
    """One deployment: a register group, two topics and the state machine."""

    def __init__(self):
        self._steps, self._scheduler, sns = (
            boto3.client(service, region_name=REGION) for service in ("stepfunctions", "scheduler", "sns")
        )
        self._scheduler.create_schedule_group(Name=GROUP)
        self._topics = {name: sns.create_topic(Name=name)["TopicArn"] for name in ("notices", "alarms")}
        self._closed = {}
        self._values = {
            "FunctionArn": f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:{NAME}",
            "RegisterGroup": GROUP,
            "ScheduleRoleArn": ROLE,
            "LostEventsArn": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:lost-events",
            "NoticesTopicArn": self._topics["notices"],
            "AlarmTopicArn": self._topics["alarms"],
            "SilenceHours": "72",
            "RegistersFire": "self",
        }
        self._machine = self._steps.create_state_machine(
            name="loop", definition=template.definition(self._values), roleArn=ROLE
        )

    def registers_fire(self, machine, silence_hours="72"):
        """From now on the registers start another state machine, as the template has it for incidents."""
        definition = template.definition(self._values | {"RegistersFire": machine, "SilenceHours": silence_hours})
        self._steps.update_state_machine(stateMachineArn=self._machine["stateMachineArn"], definition=definition)

    # Executions

    def start(self, event):
        """Starts an execution; its name is random, as the one that AWS makes up. Gives its ARN."""
        machine = self._machine["stateMachineArn"]
        started = self._steps.start_execution(stateMachineArn=machine, name=str(uuid.uuid4()), input=json.dumps(event))
        return started["executionArn"]

    def wait(self, execution, seconds=300):
        """How the execution ended, soon after it has: asking is work for the machine on which it runs."""
        until = time.monotonic() + seconds
        while (now := self._steps.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < until, f"still running after {seconds} s"
            time.sleep(0.5)
        history = self._history(execution)
        entered = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
        left = (event["stateExitedEventDetails"] for event in history if "stateExitedEventDetails" in event)
        accounts = next((json.loads(state["output"]) for state in left if state["name"] == "Accounts"), [])
        accounts.sort(key=lambda one: one["account"])
        return Ended(now["status"], accounts, now.get("error"), now.get("cause"), entered)

    def run(self, event):
        return self.wait(self.start(event))

    def _history(self, execution):
        pages = self._steps.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    # Registers

    def generations(self, register):
        """The numbers of an account's generations, lowest first."""
        pages = self._scheduler.get_paginator("list_schedules").paginate(GroupName=GROUP, NamePrefix=f"{register}-")
        names = (schedule["Name"] for page in pages for schedule in page["Schedules"])
        return sorted(int(name.removeprefix(f"{register}-")) for name in names)

    def schedule(self, register, generation):
        """One generation, as the Scheduler describes it."""
        return self._scheduler.get_schedule(GroupName=GROUP, Name=f"{register}-{generation}")

    def fill(self, register, generation, content="{}"):
        """A generation of ours; it holds no cursor unless told otherwise."""
        self._scheduler.create_schedule(
            GroupName=GROUP,
            Name=f"{register}-{generation}",
            ScheduleExpression="at(2030-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": self._machine["stateMachineArn"], "RoleArn": ROLE, "Input": content},
        )

    def succeed(self, register, generation, change):
        """Creates `generation` with what the newest one holds, after `change` has seen its payload."""
        newest = self.schedule(register, self.generations(register)[-1])["Target"]["Input"]
        content = json.loads(newest)
        content["cursor"] = cursors.resealed(content["cursor"], generation, change)
        self.fill(register, generation, json.dumps(content))

    def delete(self, register, generation):
        self._scheduler.delete_schedule(GroupName=GROUP, Name=f"{register}-{generation}")

    def remove_group(self):
        """From now on no register can be created."""
        self._scheduler.delete_schedule_group(Name=GROUP)

    def keep_generations(self):
        """From now on none can be deleted."""
        _group().delete_schedule = _refuse

    def age(self, days):
        """All registers that there are were created so many days earlier."""
        for schedule in _group().schedules.values():
            schedule.creation_date -= days * 86_400

    # Channels

    def published(self, topic):
        """The messages that a topic accepted, in their order."""
        return [message for message, _ in self._accepted(topic)]

    def notices(self):
        """What the channel of notices accepted, with its topics: pairs of topic and text."""
        return [(attributes["topic"]["Value"], text) for text, attributes in self._accepted("notices")]

    def _accepted(self, topic):
        record = _topics()[self._topics[topic]]
        return [(message, attributes) for _, message, _, attributes, *_ in record.sent_notifications]

    def close(self, topic):
        """From now on the topic accepts nothing."""
        self._closed[topic] = _topics().pop(self._topics[topic])

    def open(self, topic):
        """It accepts again."""
        _topics()[self._topics[topic]] = self._closed.pop(topic)
