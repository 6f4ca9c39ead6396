"""`scim-keys run` as a player: the loop on one machine, with its register in a folder."""

import json
import os
import signal
import time
import uuid

from cloud import LIST
from player import Player, prefix
from processes import PROGRAM, ROOT, Process

PEOPLE = {name: ROOT / "tests" / "fixtures" / "notify" / name for name in ("accepts", "refuses")}
REFUSED = 1  # exit code


class ByHost(Player):
    """Plays on a `stage.Ground`. Function and loop are one process: both die, and whoever started it starts it again."""

    def __init__(self, ground, incident):
        super().__init__(ground, incident)
        self._register, self._told = ground.folder / "register", ground.folder / "told"
        self._told.touch()
        self._people = PEOPLE["accepts"]
        self._running = None
        self._answers = []

    def start(self, event):
        # Of its own: another may be read at this moment.
        file = self.ground.folder / f"event-{uuid.uuid4()}.json"
        file.write_text(json.dumps(event))
        command = [PROGRAM, "run", "--json", "--register", self._register, "--event", file, "--policy", self.ground.policy]
        command += ["--endpoint", self.ground.wire.url, "--notify", self._people]
        self._running = Process("run", command, self.ground.environment | {"TOLD": str(self._told)})
        return event, self._running

    def ended(self, started):
        event, running = started
        code = running.wait(seconds=240)
        if code == -signal.SIGKILL:
            return self.ended(self.start(event))
        if code == REFUSED:
            return "refused"
        lines = (json.loads(line) for line in running.printed().splitlines() if line.startswith("{"))
        answers = sorted((line for line in lines if "execution" in line), key=lambda line: line["account"])
        self._answers += answers
        return self._line(answers) or "ignored"

    def die(self):
        self._running.kill()

    def meet(self):
        self.ground.wire.meet(LIST, 2)

    def channel(self, how):
        self._people = PEOPLE[{"deaf": "refuses", "listening": "accepts"}[how]]

    def keep_old_generations(self):
        *old, _newest = self.generations("acme")
        for generation in old:
            file = self._file("acme", generation)
            file.unlink()
            file.mkdir()
        days_ago = time.time() - 30 * 86_400
        for generation in self.generations("acme"):
            os.utime(self._file("acme", generation), (days_ago, days_ago))

    def told(self):
        notices = (json.loads(line) for line in self._told.read_text("utf-8").splitlines())
        return [(notice["topic"], notice["text"]) for notice in notices]

    def receipts(self):
        return [(one["credential"], one["token"]) for answer in self._answers for one in answer.get("receipts", [])]

    def generations(self, account):
        names = (file.name.rpartition("-") for file in self._register.iterdir())
        return sorted(int(number) for of, _, number in names if of == prefix(account))

    def cursor(self, account, generation):
        file = self._file(account, generation)
        return file.read_text("utf-8") if file.is_file() else None

    def create(self, account, generation, cursor):
        file = self._file(account, generation)
        file.write_text(cursor, "utf-8") if cursor else file.mkdir()

    def _file(self, account, generation):
        return self._register / f"{prefix(account)}-{generation}"
