"""Failures on the way: of the cloud, of the function, of a channel, of one account among several."""

import threading
from datetime import UTC, datetime, timedelta

import cursors
from cloud import LIST, UPDATE
from stage import DISABLE, LONG_LADDER, NEW, OLD, policy
from template import heartbeat


def test_a_run_that_the_cloud_throttles_for_rounds_comes_back_until_it_is_through(stage):
    stage = stage(policy(LONG_LADDER))
    stage.wire.throttle(9)

    def come_back_at_once(_asked, answer):
        if answer["status"] == "continue":
            answer["resume_at"] = "2026-01-01T00:00:00Z"

    for _ in range(4):
        stage.invoker.after("hop", come_back_at_once)
    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert [answer["status"] for _, answer in stage.invoker.hops].count("continue") >= 2
    assert len(stage.loop.published("notices")) == 1
    assert stage.loop.generations(stage.register())
    assert stage.loop.published("alarms") == []


def test_a_cloud_that_throttles_a_few_calls_needs_nobody(stage):
    stage = stage(policy(DISABLE))
    stage.wire.throttle(2)

    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"

    assert stage.cloud.statuses() == {OLD: "Disabled", NEW: "Enabled"}
    assert stage.loop.published("alarms") == []


def test_a_function_that_dies_while_it_looks_is_asked_again_under_a_new_name(stage):
    stage = stage(policy(DISABLE))
    stage.wire.lose(LIST, stage.function.restart)

    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    # Once more, or more often: on a busy machine the new one is not ready at once.
    assert "InvocationFailed" in ended.states
    names = [asked["execution"] for asked, _ in stage.invoker.hops]
    assert len(names) > 1 and names[0] not in names[1:]
    assert stage.cloud.statuses() == {OLD: "Disabled", NEW: "Enabled"}
    assert stage.wire.updates == [(OLD, "Disabled")]


def test_a_function_that_dies_in_a_write_is_asked_again_and_writes_nothing_on_its_old_intent(stage):
    stage = stage(policy(DISABLE))
    register = stage.register()
    stage.wire.lose(UPDATE, stage.function.restart)
    waits = []

    def ten_minutes_pass(_asked, answer):
        waits.append(answer["status"])
        newest = stage.loop.generations(register)[-1]
        stage.loop.succeed(register, newest + 1, cursors.age_intents(minutes=11))

    # The hop that means to write, and, after one that dies, the one that finds the intent of the dead one open.
    for deed in (lambda *_: None, ten_minutes_pass):
        stage.invoker.after("hop", deed)
    ended = stage.loop.run(heartbeat())

    assert waits == ["continue"]
    assert "InvocationFailed" in ended.states
    assert not stage.invoker.hops[-1][0]["execution"].endswith("/1")
    assert stage.wire.updates == []
    assert stage.cloud.statuses() == {OLD: "Enabled", NEW: "Enabled"}
    assert any(OLD in text for text in stage.loop.published("notices")), "people are told that it stays on"


def test_a_function_that_always_fails_is_asked_six_times_and_then_a_person(stage):
    stage = stage(policy(DISABLE))
    stage.invoker.hops_fail = True

    ended = stage.loop.run(heartbeat())

    assert ended.error == "AccountsNeedAPerson"
    assert len(stage.invoker.hops) == 6
    assert len({asked["execution"] for asked, _ in stage.invoker.hops}) == 6
    assert len(stage.loop.published("alarms")) == 1


def test_one_account_of_three_that_fails_stops_no_other_and_raises_the_alarm(stage):
    stage = stage(policy(LONG_LADDER, accounts=("acme", "coyote"), broken=("roadrunner",)))

    ended = stage.loop.run(heartbeat())

    assert (ended.status, ended.error) == ("FAILED", "AccountsNeedAPerson")
    assert "roadrunner ended failed" in ended.cause
    assert "acme" not in ended.cause and "coyote" not in ended.cause
    assert stage.loop.generations(stage.register("acme"))
    assert stage.loop.generations(stage.register("coyote"))
    [alarm] = stage.loop.published("alarms")
    assert "roadrunner" in alarm


def test_a_function_that_is_busy_with_others_is_asked_again_and_that_is_no_failure(stage):
    stage = stage(policy(DISABLE))
    stage.invoker.refused = {"acme": 7}

    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert (ended.states.count("WaitTurn"), ended.states.count("InvocationFailed")) == (7, 0)
    assert {asked["execution"].rsplit("/", 1)[1] for asked, _ in stage.invoker.hops} == {"1"}, "it is the same attempt"
    assert stage.wire.updates == [(OLD, "Disabled")]


def test_an_account_that_waits_keeps_no_other_from_its_turn(stage):
    stage = stage(policy(LONG_LADDER, accounts=("acme", "coyote")))
    through = threading.Event()

    def waits_for_the_other(asked, answer):
        if asked["account"] != "acme":
            through.set()
        elif not through.is_set():
            soon = datetime.now(UTC) + timedelta(seconds=2)
            answer.update(status="continue", resume_at=soon.strftime("%Y-%m-%dT%H:%M:%SZ"), notices=[])

    for _ in range(30):
        stage.invoker.after("hop", waits_for_the_other)
    ended = stage.loop.run(heartbeat())

    assert through.is_set() and ended.status == "SUCCEEDED"


def test_what_no_state_of_an_account_catches_still_stops_no_other(stage):
    stage = stage(policy(LONG_LADDER, accounts=("acme", "coyote")))

    def nonsense_for_acme(asked, answer):
        if asked["account"] == "acme":
            answer.update(status="held", why=7, notices=[])

    for _ in range(2):
        stage.invoker.after("hop", nonsense_for_acme)
    ended = stage.loop.run(heartbeat())

    assert ended.error == "AccountsNeedAPerson"
    assert "acme ended failed" in ended.cause and "coyote" not in ended.cause
    assert len(stage.loop.published("notices")) == 1
    assert len(stage.loop.published("alarms")) == 1


def test_a_notice_that_no_channel_accepts_ends_the_run_failed_and_does_not_count(stage):
    stage = stage(policy(LONG_LADDER))
    stage.loop.close("notices")

    ended = stage.loop.run(heartbeat())

    assert ended.error == "AccountsNeedAPerson"
    assert all(asked["accepted"] == [] for asked, _ in stage.invoker.hops)
    assert len(stage.loop.published("alarms")) == 1


def test_a_failed_run_of_which_nobody_hears_still_says_why_it_failed(stage):
    stage = stage(policy(LONG_LADDER))
    stage.loop.run(heartbeat())
    stage.loop.fill(stage.register(), 100)
    stage.loop.close("notices")

    ended = stage.loop.run(heartbeat())

    [account] = ended.accounts
    assert account["status"] == "failed"
    own = stage.invoker.hops[-1][1]["why"]
    told = [notice["id"] for notice in stage.invoker.hops[-1][1]["notices"]]
    assert told and account["why"] == f"{own}; nobody could be told: {', '.join(told)}"


def test_somebody_elses_event_is_ignored(stage):
    stage = stage(policy(DISABLE))
    event = {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "detail": {}}

    ended = stage.loop.run(event)

    assert ended.status == "SUCCEEDED"
    assert stage.invoker.hops == []
    assert stage.cloud.statuses() == {OLD: "Enabled", NEW: "Enabled"}


def test_a_malformed_event_of_ours_fails_by_name_and_raises_the_alarm(stage):
    stage = stage(policy(DISABLE))

    ended = stage.loop.run({"source": "scim-key-lifecycle"})

    assert (ended.status, ended.error) == ("FAILED", "EventRefused")
    assert len(stage.loop.published("alarms")) == 1


def test_an_answer_that_nobody_knows_fails_by_name_and_raises_the_alarm(stage):
    stage = stage(policy(DISABLE))
    stage.invoker.after("resolve", lambda _asked, answer: answer.update(status="surprise"))

    ended = stage.loop.run(heartbeat())

    assert (ended.status, ended.error) == ("FAILED", "UnknownAnswer")
    assert stage.invoker.hops == []
    assert len(stage.loop.published("alarms")) == 1
