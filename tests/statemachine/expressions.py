"""JSONata for moto's interpreter, which looks for a Java evaluator: the Python one takes its place.

Values are put into an expression as JSON has them (moto forgets to escape texts), and an expression that fails is
`States.QueryEvaluationError`, which can be caught as on AWS.
"""

import threading

import jsonata
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

# The evaluator keeps state of its own between calls, and the interpreter has a thread for each branch.
_one_at_a_time = threading.Lock()
_moto_evaluates = StringJSONata._eval_body


def _evaluate(expression):
    with _one_at_a_time:
        return jsonata.Jsonata(expression).evaluate(None)


def _declare(bindings):
    return "".join(f"{name}:={to_json_str(value)};" for name, value in bindings.items())


def _evaluate_or_fail(expression, env):
    try:
        _moto_evaluates(expression, env)
    except jsonata.jexception.JException as error:
        name = StatesErrorName(StatesErrorNameType.StatesQueryEvaluationError)
        details = EvaluationFailedEventDetails(error=name.error_name, cause=f"{expression.expression}: {error}")
        details = EventDetails(evaluationFailedEventDetails=details)
        raise FailureEventException(FailureEvent(env, name, HistoryEventType.EvaluationFailed, details)) from error


def install(patch):
    """Teaches moto JSONata for one test."""
    patch.setattr(moto_jsonata, "_eval_jsonata", _evaluate)
    patch.setattr(states, "encode_jsonata_variable_declarations", _declare)
    patch.setattr(variable_store, "encode_jsonata_variable_declarations", _declare)
    patch.setattr(StringJSONata, "_eval_body", _evaluate_or_fail)
