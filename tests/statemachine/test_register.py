"""The register itself: what it says when it fires, when it cannot be read, and what is swept."""

import json
from datetime import UTC, datetime

from stage import LONG_LADDER, policy
from template import as_the_scheduler_sends_it, heartbeat


def test_a_register_that_fires_raises_an_alarm_and_starts_an_ordinary_run(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    [*_, newest] = stage.loop.generations(register)
    schedule = stage.loop.schedule(register, newest)
    fired = as_the_scheduler_sends_it(schedule["Target"]["Input"], schedule["Arn"])

    ended = stage.loop.run(fired)

    assert ended.status == "SUCCEEDED"
    assert [one["account"] for one in ended.accounts] == ["acme"]
    [alarm] = stage.loop.published("alarms")
    assert "acme" in alarm and fired["time"] in alarm
    assert fired["cursor"] not in alarm
    assert stage.loop.generations(register)[-1] == newest + 1


def test_what_an_incidents_run_settles_starts_the_schedules_machine_when_it_fires(stage):
    stage = stage(policy(LONG_LADDER))
    schedules = "arn:aws:states:us-east-1:123456789012:stateMachine:schedules"
    stage.loop.registers_fire(schedules)

    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"

    register = stage.register()
    for generation in stage.loop.generations(register):
        assert stage.loop.schedule(register, generation)["Target"]["Arn"] == schedules


def test_what_an_incidents_run_settles_does_not_put_off_when_the_register_fires(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    [*_, newest] = stage.loop.generations(register)
    fires = stage.loop.schedule(register, newest)["ScheduleExpression"]
    stage.loop.registers_fire("arn:aws:states:us-east-1:123456789012:stateMachine:schedules", silence_hours="100")

    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"

    [*_, last] = stage.loop.generations(register)
    assert last > newest
    assert stage.loop.schedule(register, last)["ScheduleExpression"] == fires


def test_an_event_that_brings_a_cursor_is_no_register_that_fired(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    newest = stage.loop.schedule(register, stage.loop.generations(register)[-1])

    brought = heartbeat() | {"account": "acme", "cursor": json.loads(newest["Target"]["Input"])["cursor"]}
    ended = [stage.loop.run(brought), stage.loop.run({key: brought[key] for key in brought if key != "schedule"})]

    assert [one.status for one in ended] == ["SUCCEEDED", "SUCCEEDED"]
    assert stage.loop.published("alarms") == []


def test_a_register_fires_days_after_it_was_written_and_only_once_and_stays(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    schedule = stage.loop.schedule(register, stage.loop.generations(register)[-1])

    fires = datetime.strptime(schedule["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert 71 < (fires - schedule["CreationDate"]).total_seconds() / 3600 < 73
    assert schedule["ActionAfterCompletion"] == "NONE"
    assert schedule["Target"]["Arn"].endswith(":stateMachine:loop")
    assert schedule["Target"]["DeadLetterConfig"]["Arn"].endswith(":lost-events")


def test_generations_whose_successor_is_older_than_a_day_are_swept_and_the_newest_never(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    stage.loop.run(heartbeat())
    [*_, newest] = stage.loop.generations(register)
    assert len(stage.loop.generations(register)) > 2
    stage.loop.age(days=30)

    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"

    assert stage.loop.generations(register) == [newest, newest + 1]


def test_generations_that_cannot_be_deleted_stay_and_the_run_ends_as_it_would_have(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    stage.loop.run(heartbeat())
    before = stage.loop.generations(register)
    stage.loop.age(days=30)
    stage.loop.keep_generations()

    ended = stage.loop.run(heartbeat())

    assert ended.states.count("GoneOrKept") == len(before) - 1
    assert (ended.status, [one["status"] for one in ended.accounts]) == ("SUCCEEDED", ["complete"])
    assert stage.loop.published("alarms") == []
    assert stage.loop.generations(register) == [*before, before[-1] + 1]


def test_the_newest_generation_is_the_highest_number_wherever_it_stands_in_the_list(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    newest = 1_000
    stage.loop.succeed(register, newest, lambda _content: None)
    for number in range(101, 201):
        stage.loop.fill(register, number)

    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert ended.states.count("List") > 2, "this account's list has several pages"
    assert stage.invoker.hops[-1][0]["register"]["generation"] == newest


def unreadable(stage):
    """A register whose newest generation holds no cursor; and the number of that."""
    register = stage.register()
    stage.loop.run(heartbeat())
    newest = stage.loop.generations(register)[-1] + 1
    stage.loop.fill(register, newest)
    return register, newest


def test_a_register_that_cannot_be_read_is_not_taken_for_none(stage):
    stage = stage(policy(LONG_LADDER))
    register, newest = unreadable(stage)

    ended = stage.loop.run(heartbeat())

    assert "unreadable" in stage.invoker.hops[-1][0]["register"]
    assert ended.status == "FAILED"
    assert len(stage.loop.published("alarms")) == 1
    assert stage.loop.generations(register)[-1] == newest, "nothing was settled over it"


def test_whoever_deletes_a_register_that_leads_nowhere_begins_anew(stage):
    """What README gives as the remedy in the cloud, where there is no `register reset`."""
    stage = stage(policy(LONG_LADDER))
    register, _ = unreadable(stage)
    assert stage.loop.run(heartbeat()).status == "FAILED"

    for generation in stage.loop.generations(register):
        stage.loop.delete(register, generation)
    ended = stage.loop.run(heartbeat())

    assert (ended.status, [one["status"] for one in ended.accounts]) == ("SUCCEEDED", ["complete"])
    assert stage.loop.generations(register)[0] == 1
