"""The stage of one scenario: a simulated cloud and the wire to it; the real function, and the state machine."""

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
    {"credential": OLD, "status": "Enabled", "lifetime": "365d"},
    {"credential": NEW, "status": "Enabled", "lifetime": "365d"},
]
DISABLE = {"id": "old", "on": "schedule", "when": {"older_than": "90d"}, "then": "disable"}
LADDER = DISABLE | {"warn_before": ["4s", "2s"]}
LONG_LADDER = DISABLE | {"warn_before": ["30d", "1d"]}


def policy(*rules, mode="enforce", accounts=("acme",), broken=(), known=(NEW,)):
    """A policy of at most two accounts, in the same simulated zone; `broken` are ones whose secret is nowhere."""
    # A secret belongs to one account of a site.
    sites = zip(accounts, ("intl", "cn"))
    entries = [{"name": name, "site": site, "zone": "auto", "secret": "env"} for name, site in sites]
    entries += [{"name": name, "site": "intl", "zone": "auto", "secret": "profile:nowhere"} for name in broken]
    known = [{"credential": key, "note": "Okta, change 4711"} for key in known]
    return {"version": 1, "mode": mode, "accounts": entries, "known": known, "rules": list(rules)}


class Ground:
    """What either loop stands on: a policy, a cloud and the wire to it. `folder` is for its files."""

    def __init__(self, document, folder, ages=(200, 20)):
        folder.mkdir(exist_ok=True)
        self.folder, self.document, self.policy = folder, document, folder / "policy.json"
        self.policy.write_text(json.dumps(document))
        keys = [key | {"age": f"{age}d"} for key, age in zip(KEYS, ages)]
        (folder / "zone.json").write_text(json.dumps({"keys": keys}))
        self.cloud = cloud.Simulator(folder / "zone.json")
        self.wire = cloud.Wire(self.cloud)
        self.environment = self.cloud.secret | {"SCIM_KEYS_CURSOR_KEY": cursors.KEY}


class Stage(Ground):
    """The state machine, and what it stands on."""

    def __init__(self, document, folder, patch, ages=(200, 20)):
        super().__init__(document, folder, ages)
        place = {"SCIM_KEYS_POLICY_FILE": str(self.policy), "SCIM_KEYS_ENDPOINT": self.wire.url}
        self.function = Function(self.environment | place)
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
