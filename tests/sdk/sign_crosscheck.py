#!/usr/bin/env python3
"""Signs random requests with the official Python SDK's own code and with ours, and compares the two.

    pip install -r tests/sdk/requirements.txt
    python3 tests/sdk/sign_crosscheck.py [--seed N] [--count N]

No network: the SDK builds and signs its requests, and nothing sends them. One seed always makes the same requests.
Exits 0 when every Authorization header is equal, byte for byte; otherwise 1, with the first difference.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
from unittest import mock

from tencentcloud.common import abstract_client
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAY = 86_400
# 9999-12-31T23:59:59Z, the last second that the SDK's calendar knows.
LAST_SECOND = 253_402_300_799
# Line breaks and quotes too: the lines of JSON that we talk in escape them.
ALPHABETS = ["azAZ09 ", '"\\/{}[]:,', "\t\r\n\0\x7f", "éßñ", "未命名 空间", "🔑🧨", "\u2028\ufeff\u0301"]
VISIBLE = [chr(code) for code in range(0x21, 0x7F)]


def text(rng, longest):
    alphabets = rng.sample(ALPHABETS, rng.randint(1, len(ALPHABETS)))
    return "".join(rng.choice(rng.choice(alphabets)) for _ in range(rng.randint(0, longest)))


def visible(rng, longest, without=""):
    letters = [letter for letter in VISIBLE if letter not in without]
    return "".join(rng.choice(letters) for _ in range(rng.randint(1, longest)))


def timestamp(rng):
    midnight = rng.randint(0, LAST_SECOND // DAY) * DAY
    edge = min(max(midnight + rng.choice([-1, 0, 1]), 0), LAST_SECOND)
    return rng.choice([edge, rng.randint(0, LAST_SECOND), rng.randint(1_700_000_000, 1_900_000_000)])


def host(rng, service):
    """In lower case: the specification lowers a host before it signs, and the SDK signs it as it is."""
    return rng.choice([
        f"{service}.tencentcloudapi.com",
        f"{service}.intl.tencentcloudapi.com",
        f"{service}.ap-guangzhou.tencentcloudapi.com:8443",
        "127.0.0.1:9000",
        "[::1]:9000",
        "xn--fiqs8s.example",
        "a" * 63 + ".b-c.d_e.example.",
    ])


def params(rng, depth=3):
    kind = rng.choice(["text", "int", "float", "bool", "null", "list", "object"] if depth else ["text", "int"])
    if kind == "list":
        return [params(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    if kind == "object":
        return {text(rng, 8): params(rng, depth - 1) for _ in range(rng.randint(0, 4))}
    return {
        "text": text(rng, 40),
        "int": rng.randint(-2**63, 2**63),
        "float": rng.random(),
        "bool": rng.random() < 0.5,
        "null": None,
    }[kind]


def request(rng):
    """One request: parameters that the SDK encodes, or any text at all as the body (`raw`)."""
    service = rng.choice(["organization", "sts", "cvm", visible(rng, 12, without="/,ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
    return {
        "secret_id": visible(rng, 60, without="/,"),
        "secret_key": visible(rng, rng.choice([8, 32, 200])),
        "token": rng.choice([None, visible(rng, 400)]),
        "service": service,
        "timestamp": timestamp(rng),
        "host": host(rng, service),
        "params": rng.choice([{}, {text(rng, 8): params(rng) for _ in range(rng.randint(1, 5))}]),
        "raw": rng.choice([None, None, text(rng, 2_000)]),
    }


def signed_by_sdk(case):
    """The request as the SDK would send it."""
    profile = ClientProfile()
    profile.httpProfile.endpoint = case["host"]
    secret = Credential(case["secret_id"], case["secret_key"], case["token"])
    client = abstract_client.AbstractClient(secret, "", profile)
    client._service = case["service"]
    client._apiVersion = "2021-03-31"
    sent = RequestInternal(case["host"], "POST", "/", header={})
    options = {}
    if case["raw"] is not None:
        sent.data = case["raw"].encode()
        options["IsOctetStream"] = True
    with mock.patch.object(abstract_client.time, "time", return_value=float(case["timestamp"])):
        client._build_req_with_tc3_signature("ListSCIMCredentials", case["params"], sent, options)
    return sent


def as_line(case, sent):
    """The same request for our signer: the headers and the body are those that the SDK made."""
    body = sent.data if isinstance(sent.data, str) else sent.data.decode()
    headers = [(name, sent.header[name]) for name in ("Host", "Content-Type")]
    fields = ("secret_id", "secret_key", "token", "service", "timestamp")
    return json.dumps({**{field: case[field] for field in fields}, "signed_headers": headers, "body": body})


def sign_with_ours(lines):
    command = ["cargo", "run", "--quiet", "--example", "sign_lines"]
    ran = subprocess.run(command, cwd=ROOT, input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=True)
    return ran.stdout.splitlines()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, default=20_250_101)
    arguments.add_argument("--count", type=int, default=500)
    arguments = arguments.parse_args()

    rng = random.Random(arguments.seed)
    cases = [request(rng) for _ in range(arguments.count)]
    sent = [signed_by_sdk(case) for case in cases]
    lines = [as_line(*pair) for pair in zip(cases, sent)]
    ours = sign_with_ours(lines)
    theirs = [request.header["Authorization"] for request in sent]
    if len(ours) != len(theirs) or not theirs:
        sys.exit(f"{len(theirs)} requests went out, {len(ours)} signatures came back")
    for number, (line, their, our) in enumerate(zip(lines, theirs, ours), 1):
        if their != our:
            sys.exit(f"request {number} of seed {arguments.seed} differs\n  request {line}\n  SDK     {their}\n  ours    {our}")
    print(f"{len(theirs)} requests of seed {arguments.seed}: the SDK and we sign alike")


if __name__ == "__main__":
    main()
