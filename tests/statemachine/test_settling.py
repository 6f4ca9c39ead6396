"""Several executions, one register: no fact of any is lost."""

from player import incident
from scenarios import CONTAIN
from stage import DISABLE, LONG_LADDER, NEW, OLD, policy
from template import heartbeat


def test_an_execution_whose_generation_is_taken_reads_again_and_settles_the_next(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    before = stage.loop.generations(register)
    stage.invoker.after("hop", lambda _asked, _answer: stage.loop.run(heartbeat()))

    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert ended.states.count("Lost") == 1
    assert stage.loop.generations(register)[: len(before) + 1] == [*before, before[-1] + 1]


def test_a_generation_that_was_swept_and_is_wanted_again_is_a_conflict(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    wanted = stage.loop.generations(register)[-1] + 1

    def others_go_on_and_sweep(_asked, answer):
        assert answer["settle"]["generation"] == wanted
        stage.loop.run(heartbeat())
        stage.loop.run(heartbeat())
        stage.loop.delete(register, wanted)

    stage.invoker.after("hop", others_go_on_and_sweep)
    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert ended.states.count("Lost") == 1
    assert stage.loop.generations(register)[-1] > wanted


def test_two_first_registers_side_by_side_are_a_conflict(stage):
    stage = stage(policy(LONG_LADDER))
    stage.invoker.after("hop", lambda _asked, _answer: stage.loop.run(heartbeat()))

    ended = stage.loop.run(heartbeat())

    assert ended.status == "SUCCEEDED"
    assert ended.states.count("Lost") == 1
    warnings = stage.loop.published("notices")
    stage.loop.run(heartbeat())
    assert stage.loop.published("notices") == warnings, "what either of them got accepted is remembered"


def test_of_two_that_settle_at_the_same_moment_one_reads_again(stage):
    stage = stage(policy(LONG_LADDER))
    register = stage.register()
    stage.loop.run(heartbeat())
    before = stage.loop.generations(register)
    stage.answers_meet(2)

    ended = [stage.loop.wait(one) for one in [stage.loop.start(heartbeat()) for _ in range(2)]]

    assert [one.status for one in ended] == ["SUCCEEDED", "SUCCEEDED"]
    assert sorted(one.states.count("Lost") for one in ended) == [0, 1]
    assert stage.loop.generations(register)[: len(before) + 1] == [*before, before[-1] + 1]


def test_two_that_both_want_to_disable_do_it_once_and_leave_the_good_key_on(stage):
    stage = stage(policy(DISABLE))
    stage.answers_meet(2)

    ended = [stage.loop.wait(one) for one in [stage.loop.start(heartbeat()) for _ in range(2)]]

    assert [one.status for one in ended] == ["SUCCEEDED", "SUCCEEDED"]
    assert any("Lost" in one.states for one in ended)
    assert stage.cloud.statuses() == {OLD: "Disabled", NEW: "Enabled"}
    assert stage.wire.updates == [(OLD, "Disabled")]
    assert stage.loop.published("alarms") == []


def test_what_was_done_and_no_register_takes_people_hear_of(stage):
    stage = stage(policy(CONTAIN))
    stage.loop.remove_group()

    ended = stage.loop.run(incident())

    assert ended.status == "FAILED" and "ten settles were lost" in ended.cause
    assert stage.cloud.statuses() == {OLD: "Disabled", NEW: "Enabled"}
    assert [OLD in told for told in stage.loop.published("notices")] == [True]


def test_a_register_that_can_never_be_created_is_tried_ten_times_and_then_a_person_is_called(stage):
    stage = stage(policy(LONG_LADDER))
    stage.loop.remove_group()

    ended = stage.loop.run(heartbeat())

    assert (ended.status, ended.error) == ("FAILED", "AccountsNeedAPerson")
    assert "ten settles were lost" in ended.cause
    assert ended.states.count("Settle") == 10
    assert stage.loop.published("notices") == [], "nobody is warned of what could not be remembered"
    assert len(stage.loop.published("alarms")) == 1
