"""The simulated cloud: `scim-keys simulate`, and the wire between it and the function, which a test may disturb.

The ground truth is read past the wire, by the official SDK.
"""

import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from processes import PROGRAM, Process, free_port
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.organization.v20210331 import models
from tencentcloud.organization.v20210331.organization_client import OrganizationClient

LIST = "ListSCIMCredentials"
UPDATE = "UpdateSCIMCredentialStatus"


class Simulator:
    """The process, and what stands in its zone."""

    def __init__(self, zone):
        self.port = free_port()
        process = Process("simulator", [PROGRAM, "simulate", "--port", str(self.port), "--zone", zone], {})
        process.wait_for("simulator", 20, lambda: f"127.0.0.1:{self.port}" in process.printed())
        self.secret = dict(re.findall(r"^export (TENCENTCLOUD_\w+)=(\S+)$", process.printed(), re.MULTILINE))

    def _client(self):
        http_profile = HttpProfile(protocol="http", endpoint=f"127.0.0.1:{self.port}", reqTimeout=10)
        credential = Credential(self.secret["TENCENTCLOUD_SECRET_ID"], self.secret["TENCENTCLOUD_SECRET_KEY"])
        return OrganizationClient(credential, "", ClientProfile(httpProfile=http_profile))

    def statuses(self):
        """The status of each key, by its id."""
        client = self._client()
        request = models.ListSCIMCredentialsRequest()
        request.ZoneId = self._zone(client)
        return {key.CredentialId: key.Status for key in client.ListSCIMCredentials(request).SCIMCredentials}

    def switch(self, key, status):
        """A person switches a key on or off."""
        client = self._client()
        request = models.UpdateSCIMCredentialStatusRequest()
        request.ZoneId, request.CredentialId, request.NewStatus = self._zone(client), key, status
        client.UpdateSCIMCredentialStatus(request)

    def _zone(self, client):
        return client.DescribeIdentityCenter(models.DescribeIdentityCenterRequest()).ZoneId


class Wire:
    """Passes every request on, and its answer back. The signed Host is the wire's own, so nothing has to be signed anew.

    `updates` are the changes that were passed on: key and new status.
    """

    def __init__(self, simulator):
        self._simulator_port = simulator.port
        self._lock = threading.Lock()
        self._throttled = 0
        self._deeds = []
        self.updates = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"wire": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def throttle(self, calls):
        """The next so many calls are refused as too many."""
        self._throttled = calls

    def lose(self, action, deed):
        """Once: the next call of `action` goes no further, `deed()` is done, and the call is not answered."""
        self._deeds.append((action, False, deed))

    def after(self, action, deed):
        """Once: the cloud has done the next call of `action`, and `deed()` is done before it is answered."""
        self._deeds.append((action, True, deed))

    def meet(self, action, count):
        """The next so many calls of `action`: none is answered before all have come."""
        meeting = threading.Barrier(count, timeout=60)
        for _ in range(count):
            self.after(action, meeting.wait)

    def carry(self, headers, body):
        """One request: the status, the content type and the body of its answer, or nothing if it gets lost."""
        action = headers["X-TC-Action"]
        with self._lock:
            if self._throttled > 0:
                self._throttled -= 1
                error = {"Code": "RequestLimitExceeded", "Message": "Too many requests."}
                answer = {"Response": {"Error": error, "RequestId": "00000000-0000-0000-0000-000000000000"}}
                return 200, "application/json", json.dumps(answer).encode()
            due = next((one for one in self._deeds if one[0] == action), None)
            _, goes_on, deed = due or (action, True, lambda: None)
            if due:
                self._deeds.remove(due)
            if goes_on and action == UPDATE:
                asked = json.loads(body)
                self.updates.append((asked["CredentialId"], asked["NewStatus"]))
        answer = self._pass_on(headers, body) if goes_on else None
        deed()
        return answer

    def _pass_on(self, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self._simulator_port, timeout=30)
        try:
            connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802: http.server's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answered = self.wire.carry(self.headers, body)
        if answered is None:
            self.close_connection = True
            return
        status, kind, answer = answered
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except ConnectionError:
            self.close_connection = True  # the function died meanwhile

    def log_message(self, *_):
        """Nothing: headers hold a signature."""
