"""Cursors as anybody with the key can make them: what a test puts into a register."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

# Opens nothing but the cursors of these tests.
KEY = "0f" * 32


def resealed(cursor, generation, change):
    """The cursor for another generation, after `change(payload)`, sealed anew."""
    header, payload, _ = cursor.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) | {"generation": generation}
    change(content)
    signed = f"{header}.{_encode(json.dumps(content, separators=(',', ':')).encode())}"
    return f"{signed}.{_encode(hmac.digest(KEY.encode(), signed.encode(), hashlib.sha256))}"


def age_intents(minutes):
    """A change: every intent was formed so much earlier."""
    return lambda content: _age(content, timedelta(minutes=minutes))


def _age(content, by):
    for fact in content["facts"]:
        if fact["fact"] == "intended":
            fact["at"] = (datetime.fromisoformat(fact["at"]) - by).isoformat().replace("+00:00", "Z")
    content["facts"].sort(key=lambda fact: fact["at"])


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
