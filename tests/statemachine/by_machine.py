"""The state machine as a player."""

import json

from player import Player, prefix


class ByMachine(Player):
    """Plays on a `stage.Stage`. Only the function dies; the state machine asks it again."""

    def start(self, event):
        return self.ground.loop.start(event)

    def ended(self, started):
        ended = self.ground.loop.wait(started, seconds=240)
        if ended.accounts:
            return self._line(ended.accounts)
        known = {None: "ignored", "EventRefused": "refused"}
        return known.get(ended.error) or f"{ended.error}: {ended.cause}"

    def die(self):
        self.ground.function.restart()

    def meet(self):
        self.ground.answers_meet(2)

    def channel(self, how):
        {"deaf": self.ground.loop.close, "listening": self.ground.loop.open}[how]("notices")

    def keep_old_generations(self):
        self.ground.loop.age(days=30)
        self.ground.loop.keep_generations()

    def told(self):
        return self.ground.loop.notices()

    def receipts(self):
        # The last answer of an execution has them all.
        last = {tuple(asked["execution"].split("/")[:2]): answer for asked, answer in self.ground.invoker.hops}
        return [(one["credential"], one["token"]) for answer in last.values() for one in answer.get("receipts", [])]

    def generations(self, account):
        return self.ground.loop.generations(prefix(account))

    def cursor(self, account, generation):
        return json.loads(self.ground.loop.schedule(prefix(account), generation)["Target"]["Input"]).get("cursor")

    def create(self, account, generation, cursor):
        self.ground.loop.fill(prefix(account), generation, json.dumps({"cursor": cursor} if cursor else {}))
