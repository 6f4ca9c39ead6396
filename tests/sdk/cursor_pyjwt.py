#!/usr/bin/env python3
"""Seals and opens cursors and receipts with PyJWT, which shares no code with ours.

    pip install -r tests/sdk/requirements.txt
    python3 tests/sdk/cursor_pyjwt.py [--write]

PyJWT makes tests/fixtures/cursor/pyjwt.json. `cargo test` opens every text in there and seals the same payloads to the
same texts, byte for byte; so what this script reads is also what we seal. It makes the texts anew and compares
(`--write` writes them instead), then has PyJWT verify each with its key and refuse it under the other one.

No network. Exits 0 if all of this holds; otherwise 1, with the first thing that does not.
"""

import argparse
import hashlib
import hmac
import json
import pathlib
import sys

import jwt
from jwt.api_jws import PyJWS

FIXTURE = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "cursor" / "pyjwt.json"
# Made up; they never sealed anything else.
KEYS = {
    "current": "0123456789abcdef" * 4,
    "previous": "EXAMPLE#key~of\"32\\characters/+==",
}
CURSOR = {
    "version": 1,
    "account": "acme",
    "generation": 7,
    "as_of": "2026-11-24T06:00:00Z",
    "facts": [{"key": "scimcred-éß未🔑", "fact": "seen", "status": "Enabled"}],
}


def kid(key):
    """The name of a key, as src/cursor/keys.rs derives it."""
    return hmac.new(key.encode(), b"scim-key-lifecycle kid", hashlib.sha256).hexdigest()[:16]


def case(key, typ, payload, our_order=True):
    """One text of PyJWT's. Its header is in our order of members, or in PyJWT's own (typ, alg, kid)."""
    written = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    strict = PyJWS(options={"enforce_minimum_key_length": True})
    headers = {"typ": typ, "kid": kid(KEYS[key])}
    text = strict.encode(written.encode(), KEYS[key], "HS256", headers, sort_headers=our_order)
    return {"key": key, "typ": typ, "kid": kid(KEYS[key]), "payload": written, "our_order": our_order, "jws": text}


def cases():
    return [
        case("current", "scim-keys-cursor", CURSOR),
        case("current", "scim-keys-receipt", {"version": 1, "account": "acme"}),
        # Payloads of each length modulo 3, which end differently in base64.
        case("current", "scim-keys-cursor", {}),
        case("current", "scim-keys-cursor", {"": 1}),
        case("current", "scim-keys-cursor", {"a": 12}),
        case("current", "scim-keys-cursor", CURSOR, our_order=False),
        case("previous", "scim-keys-cursor", CURSOR),
    ]


def verify(case):
    """PyJWT takes the text for what it is, with its own key only."""
    opened = jwt.decode_complete(case["jws"], KEYS[case["key"]], algorithms=["HS256"])
    if opened["header"] != {"alg": "HS256", "kid": case["kid"], "typ": case["typ"]}:
        sys.exit(f"the header is {opened['header']}, for {case}")
    if opened["payload"] != json.loads(case["payload"]):
        sys.exit(f"the payload is {opened['payload']}, for {case}")
    for name, other in KEYS.items():
        if name != case["key"]:
            try:
                jwt.decode(case["jws"], other, algorithms=["HS256"])
            except jwt.InvalidSignatureError:
                continue
            sys.exit(f"key {name!r} verifies what {case['key']!r} sealed: {case}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--write", action="store_true", help="write the fixture instead of comparing with it")
    arguments = arguments.parse_args()

    made = cases()
    text = json.dumps({"keys": KEYS, "cases": made}, ensure_ascii=False, indent=2) + "\n"
    if arguments.write:
        FIXTURE.write_text(text, encoding="utf-8")
    elif FIXTURE.read_text(encoding="utf-8") != text:
        sys.exit(f"PyJWT {jwt.__version__} does not make what {FIXTURE} holds; --write writes it")
    for one in made:
        verify(one)
    print(f"PyJWT {jwt.__version__} seals {len(made)} texts as the fixture has them, and opens each with its key alone")


if __name__ == "__main__":
    main()
