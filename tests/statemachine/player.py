"""What both loops have in common when they play a scenario: its words, and what it came to."""

import datetime
import hashlib
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import cursors
from processes import PROGRAM
from stage import OLD
from template import heartbeat

_NORMAL = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"execution \S+"), "execution NAME"),
    (re.compile(r"generation \d+"), "generation NUMBER"),
    # A run's id is a hash of its event, and no two receipts are the same.
    (re.compile(r"\b[0-9a-f]{16}\b"), "RUN"),
    # Why, only the loop knows.
    (re.compile(r"(the register could not be read): [^;]*"), r"\1"),
)


def _normal(text):
    """Without what differs from one execution to the next: times, names and numbers."""
    for what, word in _NORMAL:
        text = what.sub(word, text)
    return text


def prefix(account):
    """Of the names of an account's generations."""
    return hashlib.sha256(account.encode()).hexdigest()[:16]


def incident():
    """An incident of just now that names the old key; once for both loops, since its time is part of it."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {"source": "scim-key-lifecycle", "kind": "incident", "id": "INC-4711", "account": "acme", "time": now}
    return event | {"credentials": [OLD]}


class Player:
    """Plays the steps of a scenario. Who derives from it says how its loop does

    * `start(event)`, and `ended(started)`: one execution; how it ended, in a line (`_line`)
    * `die()`: the function dies where it stands
    * `meet()`: of the next two executions neither settles before both have read the register
    * `channel(how)`: people are `deaf` or `listening`
    * `told()`: what they have accepted, as pairs of topic and text
    * `keep_old_generations()`: all that there are become days old, and none but the newest can be deleted any more
    * `receipts()`: the ways back so far, as pairs of what is off and the sealed receipt
    * `generations(account)`: their numbers, lowest first
    * `cursor(account, generation)`: what one holds; none, if that is no cursor
    * `create(account, generation, cursor)`: one more, that holds this
    """

    def __init__(self, ground, incident):
        self.ground = ground
        self._incident = incident
        self._rounds = 0
        self._runs = []
        self._reasons = []

    def play(self, steps):
        """Plays them, and says what they came to: some lines for each aspect."""
        for step in steps:
            self._do(step)
        accounts = [account["name"] for account in self.ground.document["accounts"]]
        return {
            "the runs": self._runs,
            "the reasons": sorted(map(_normal, self._reasons)),
            "the keys": [f"{key} {status}" for key, status in self.ground.cloud.statuses().items()],
            "the ways back": [subject for subject, _ in self.receipts()],
            # Sets: which of two is first may decide how often a thing is told or seen.
            "the notices": sorted({_normal(f"{topic}: {text}") for topic, text in self.told()}),
            "the facts": sorted({_normal(line) for account in accounts for line in self._facts(account)}),
        }

    # The words of a step

    def run(self, what):
        event = self._event(what)
        self._note(lambda: [self.ended(self.start(event))])

    def run_two(self, what):
        """Both at the same time, and with the same event."""
        event = self._event(what)
        self.meet()
        with ThreadPoolExecutor() as pool:
            self._note(lambda: sorted(pool.map(self.ended, [self.start(event), self.start(event)])))

    def person(self, key, status):
        self.ground.cloud.switch(key, status)

    def throttle(self, calls):
        self.ground.wire.throttle(calls)

    def once(self, action, when, *steps):
        """When `action` is next called: `instead` of it, or when the cloud has done it (`and then`)."""

        def deed():
            for step in steps:
                self._do(step)

        {"instead": self.ground.wire.lose, "and then": self.ground.wire.after}[when](action, deed)

    def later(self, seconds):
        time.sleep(seconds)

    def ten_minutes_pass(self):
        """For every intent in the registers."""
        self._succeed(lambda cursor, generation: cursors.resealed(cursor, generation, cursors.age_intents(11)))

    def forge_the_register(self):
        self._succeed(lambda cursor, _generation: cursor[:-8] + "AAAAAAAA")

    def spoil_the_register(self):
        self._succeed(lambda _cursor, _generation: None)

    # The rest

    def _do(self, step):
        word, *arguments = step
        getattr(self, word)(*arguments)

    def _note(self, run):
        """How it ended, and what the cloud saw written meanwhile."""
        before = len(self.ground.wire.updates)
        parts = run() + [f"{key} {status}" for key, status in self.ground.wire.updates[before:]]
        self._runs.append("; ".join(parts))

    def _line(self, accounts):
        """How each account ended, in one line. Why is kept."""
        self._reasons += [f"{one['account']} {one['status']}: {one['why']}" for one in accounts if one.get("why")]
        return ", ".join(f"{one['account']} {one['status']}" for one in accounts)

    def _succeed(self, change):
        newest = self.generations("acme")[-1]
        self.create("acme", newest + 1, change(self.cursor("acme", newest), newest + 1))

    def _event(self, what):
        self._rounds += 1
        if what == "heartbeat":
            return heartbeat(f"2026-11-24T06:{self._rounds:02}:00Z")
        native = {"source": "scim-key-lifecycle"}
        return {
            "incident": self._incident,
            "restore": native | {"kind": "restore", "account": "acme", "receipt": (self.receipts() or [("", "")])[-1][1]},
            "somebody else's": {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification"},
            "malformed": native,
        }[what]

    def _facts(self, account):
        """What `scim-keys cursor show` says of the newest generation, but for the record of its run."""
        generations = self.generations(account)
        cursor = self.cursor(account, generations[-1]) if generations else None
        if cursor is None:
            return [f"{account}: no cursor"]
        command, environment = [PROGRAM, "cursor", "show", "--verify", "-"], os.environ | self.ground.environment
        shown = subprocess.run(command, input=cursor, text=True, capture_output=True, env=environment)
        if shown.returncode != 0:
            return [f"{account}: {shown.stderr.strip()}"]
        lines, about = [], ""
        for line in shown.stdout.splitlines():
            if re.match(r"account ", line):
                lines.append(line)
            elif re.match(r"  \S", line):
                about = line.strip()
            elif re.match(r"    \d{4}-", line):
                lines.append(f"{account}, {about}: {line.strip()}")
        return lines
