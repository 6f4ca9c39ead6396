"""Step Functions for real, in this process: moto's interpreter runs statemachine/loop.asl.json as it stands.

What moto lacks is put in here and in `expressions`, and nothing else:

* Lambda: it would start containers; `function.Invoker` takes the place of its client.
* `Wait` until an instant: it cuts both ends to whole seconds and may come early; here it is never early.
* `Wait` for a number of seconds, and the pause before a `Retry`: they only give others time, so they are skipped.
* A branch of a `Parallel` may end with any error; moto takes only those that do not begin with `States.`
"""

import datetime
import math

from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import seconds, timestamp

import expressions


def _seconds_until(wait, env):
    wait.string.eval(env=env)
    until = datetime.datetime.fromisoformat(env.stack.pop().replace("Z", "+00:00"))
    return math.ceil((until - datetime.datetime.now(datetime.UTC)).total_seconds())


def _any_error(error_name):
    return StatesErrorName.from_name(error_name) if error_name.startswith("States.") else CustomErrorName(error_name)


class _NoPause:
    """Stands where `retrier_decl` has the module `time`."""

    @staticmethod
    def sleep(_seconds):
        return None


def install(patch, lambda_client):
    """Completes moto for one test; `patch` is pytest's monkeypatch, `lambda_client` has `invoke`."""
    expressions.install(patch)
    patch.setattr(branches_decl, "CustomErrorName", _any_error)
    patch.setattr(lambda_eval_utils, "boto_client_for", lambda **_: lambda_client)
    patch.setattr(timestamp.Timestamp, "_get_wait_seconds", _seconds_until)
    patch.setattr(seconds.SecondsJSONata, "_get_wait_seconds", lambda _wait, env: 0)
    patch.setattr(retrier_decl, "time", _NoPause)
