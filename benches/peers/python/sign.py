"""Signs one request many times with the official SDK's own code. Usage: sign.py CALLS. Prints the nanoseconds of a call in
each of seven rounds, and the signature."""

import datetime
import json
import sys
import time

from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile

SECRET_ID, SECRET_KEY = "AKIDSIMULATOR0000000000000000000NOTREAL", "simulator-secret-key-not-real"
AT = 1_795_500_000

client = AbstractClient(Credential(SECRET_ID, SECRET_KEY), "", ClientProfile())
request = RequestInternal("", "POST", "/", header={
    "Content-Type": "application/json",
    "Host": "organization.intl.tencentcloudapi.com",
    "X-TC-Timestamp": str(AT),
})
request.data = '{"ZoneId":"z-acme0demo001"}'


def sign():
    """What `_build_req_with_tc3_signature` does once the request is there."""
    date = datetime.datetime.fromtimestamp(AT, datetime.timezone.utc).strftime("%Y-%m-%d")
    signature = client._get_tc3_signature({}, request, date, "organization", SECRET_KEY)
    return "TC3-HMAC-SHA256 Credential=%s/%s/%s/tc3_request, SignedHeaders=content-type;host, Signature=%s" % (
        SECRET_ID, date, "organization", signature)


calls = int(sys.argv[1])
rounds = []
for _ in range(8):
    began = time.perf_counter_ns()
    for _ in range(calls):
        sign()
    rounds.append((time.perf_counter_ns() - began) / calls)
print(json.dumps({"ns": rounds[1:], "authorization": sign()}))
