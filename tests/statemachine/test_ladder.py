"""What three rounds do together, which none could do alone."""

import time

from stage import LADDER, NEW, OLD, policy
from template import heartbeat


def test_three_rounds_warn_warn_again_and_then_disable(stage):
    stage = stage(policy(LADDER))

    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"
    assert len(stage.loop.published("notices")) == 1
    assert stage.cloud.statuses() == {OLD: "Enabled", NEW: "Enabled"}

    time.sleep(3)
    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"
    assert len(stage.loop.published("notices")) == 2
    assert stage.cloud.statuses() == {OLD: "Enabled", NEW: "Enabled"}

    time.sleep(3)
    assert stage.loop.run(heartbeat()).status == "SUCCEEDED"
    assert stage.cloud.statuses() == {OLD: "Disabled", NEW: "Enabled"}
    assert stage.loop.published("alarms") == []
