"""The real function under `cargo lambda watch`, and the client with which Step Functions invokes it.

What AWS answers and `cargo lambda` does not: a refusal is HTTP 500 here, and an answer with `FunctionError` there; a
process that died is a broken connection here, and `Runtime.ExitError` there.
"""

import copy
import http.client
import io
import json
import threading

from botocore.exceptions import ClientError
from processes import Process, free_port, listens

NAME = "scim-key-lifecycle"


class Function:
    """The process. It may die and be started again; the port stays."""

    def __init__(self, environment):
        self.port = free_port()
        self._environment = environment
        self._process = None
        self.start()

    def start(self):
        command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(self.port)]
        self._process = Process("watch", [*command, "--ignore-changes"], self._environment)

    def restart(self):
        """As after a crash: what it was doing is not finished, and nobody is told."""
        self._process.kill()
        self.start()

    def post(self, payload):
        """One invocation: the HTTP status and the body. Waits for a function that is still starting."""
        self._process.wait_for("function", 120, lambda: listens(self.port))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            connection.request("POST", f"/2015-03-31/functions/{NAME}/invocations", payload)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Invoker:
    """Stands for the Lambda client.

    `hops` are all hops so far: what was asked, and what the function answered. A test may step in after an answer, let
    every hop fail before it reaches the function (`hops_fail`), or have the next hops of an account refused because too many
    are under way (`refused`: how many, by account).
    """

    def __init__(self, function):
        self._function = function
        self._deeds = []
        self._lock = threading.Lock()
        self.hops_fail = False
        self.refused = {}
        self.hops = []

    def after(self, kind, deed):
        """Once, when a `hop` or a `resolve` has been answered and before the state machine hears of it.

        Calls `deed(asked, answer)`; what it changes in `answer`, the state machine hears. Several are for that many
        invocations, one for each.
        """
        self._deeds.append((kind, deed))

    def invoke(self, FunctionName, Payload):  # noqa: N803: boto3's names
        assert FunctionName.endswith(f":function:{NAME}"), FunctionName
        asked = json.loads(Payload)
        if self._is_refused(asked):
            error = {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
            raise ClientError({"Error": error, "ResponseMetadata": {"RequestId": "1", "HTTPStatusCode": 429}}, "Invoke")
        status, body = self._ask(asked, Payload)
        answer = json.loads(body)
        self._note(asked, answer, answered=status == 200)
        failed = {"FunctionError": "Unhandled"} if status != 200 else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode()), **failed}

    def _is_refused(self, asked):
        with self._lock:
            left = self.refused.get(asked.get("account"), 0)
            if asked["kind"] == "hop" and left > 0:
                self.refused[asked["account"]] = left - 1
                return True
            return False

    def _ask(self, asked, payload):
        try:
            if asked["kind"] == "hop" and self.hops_fail:
                raise ConnectionError("every hop is to fail")
            return self._function.post(payload)
        except (ConnectionError, http.client.HTTPException) as error:
            return 500, json.dumps({"errorType": "Runtime.ExitError", "errorMessage": repr(error)}).encode()

    def _note(self, asked, answer, answered):
        with self._lock:
            if asked["kind"] == "hop":
                self.hops.append((asked, copy.deepcopy(answer)))
            # How often a function that starts again is asked in vain before, nobody knows.
            due = next((one for one in self._deeds if one[0] == asked["kind"] and answered), None)
            if due:
                self._deeds.remove(due)
        if due:
            due[1](asked, answer)
