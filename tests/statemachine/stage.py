"""The stage of one scenario: a simulated cloud, the wire to it, the real function, and the state machine."""

import json
import threading

import cloud
import cursors
import engine
from function import Function, Invoker
from loop import Loop
from template import heartbeat

OLD = "scimcred-acme0old0001"
NEW = "scimcred-acme0new0001"
KEYS = [
    {"credential": OLD, "status": "Enabled", "age": "200d", "lifetime": "365d"},
    {"credential": NEW, "status": "Enabled", "age": "20d", "lifetime": "365d"},
]
DISABLE = {"id": "old", "on": "schedule", "when": {"older_than": "90d"}, "then": "disable"}
LADDER = DISABLE | {"warn_before": ["4s", "2s"]}
LONG_LADDER = DISABLE | {"warn_before": ["30d", "1d"]}


def policy(*rules, accounts=("acme",), broken=()):
    """A policy in enforce, of at most two accounts, in the same simulated zone; `broken` are ones whose secret is nowhere."""
    # A secret belongs to one account of a site.
    sites = zip(accounts, ("intl", "cn"))
    entries = [{"name": name, "site": site, "zone": "auto", "secret": "env"} for name, site in sites]
    entries += [{"name": name, "site": "intl", "zone": "auto", "secret": "profile:nowhere"} for name in broken]
    known = [{"credential": NEW, "note": "Okta, change 4711"}]
    return {"version": 1, "mode": "enforce", "accounts": entries, "known": known, "rules": list(rules)}


class Stage:
    """What a scenario plays on. `folder` is for its files."""

    def __init__(self, document, folder, patch):
        (folder / "policy.json").write_text(json.dumps(document))
        (folder / "zone.json").write_text(json.dumps({"keys": KEYS}))
        self.cloud = cloud.Simulator(folder / "zone.json")
        self.wire = cloud.Wire(self.cloud)
        surroundings = {
            "SCIM_KEYS_POLICY_FILE": str(folder / "policy.json"),
            "SCIM_KEYS_ENDPOINT": self.wire.url,
            "SCIM_KEYS_CURSOR_KEY": cursors.KEY,
        }
        self.function = Function(surroundings | self.cloud.secret)
        self.invoker = Invoker(self.function)
        engine.install(patch, self.invoker)
        self.loop = Loop()

    def register(self, account="acme"):
        """The prefix of the names of an account's generations, as the function says it."""
        event = {"source": "scim-key-lifecycle", "kind": "resolve", "event": heartbeat()}
        _, body = self.function.post(json.dumps(event))
        return next(one["register"] for one in json.loads(body)["accounts"] if one["account"] == account)

    def answers_meet(self, count):
        """The next so many hops: no answer reaches the state machine before all have been given."""
        meeting = threading.Barrier(count, timeout=60)
        for _ in range(count):
            self.invoker.after("hop", lambda _asked, _answer: meeting.wait())
