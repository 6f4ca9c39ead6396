"""Row 3: from an incident to the disable that the cloud acknowledges, in round trips."""

from rows.report import Line, Row
from rows.workshop import FUNCTION, bench, figure


def measure(short):
    taken = [bench("containment", FUNCTION) for _ in range(1 if short else 5)]
    cold, warm, closed, silent = (
        figure([one[case]["round_trips"] for one in taken], "round trips") for case in ("cold", "warm", "closed", "silent")
    )
    cold_floor, warm_floor = (figure([one[floor] for one in taken], "round trips") for floor in ("cold_floor", "warm_floor"))
    lines = [
        alive("cold: a new connection", cold, cold_floor, 4.1),
        alive("warm: the connection of the last event", warm, warm_floor, 2.05),
        dead("frozen, and the connection was closed meanwhile", "closed", closed, cold_floor, taken),
        dead("frozen, and the connection went silent meanwhile", "silent", silent, cold_floor, taken),
    ]
    traces = [trace(case, sorted((one[case] for one in taken), key=lambda story: story["round_trips"])[len(taken) // 2])
              for case in ("cold", "warm", "silent")]
    return Row("3. Containment in round trips", lines, [
        "From an event at the Runtime API to the moment at which the acknowledgement of the disable reaches the function. "
        "Real TLS 1.3 with a certificate of the bench's own, system roots; a proxy on loopback makes a round trip of 50 ms, "
        "the connection's own included; no name is looked up. Connection, handshake, look and disable are one round trip "
        "each. Floor: these on a bare rustls connection over the same wire. The policy names the zone (with `auto` there is "
        "one more at the first run of a process).",
        "A connection that died while the function was frozen costs at most one look, and no write: of every incident here "
        "the cloud got exactly one, which had its effect, or the run fails. Lost are the requests that left the function "
        "before the disable was acknowledged and that the cloud never saw. A connection that went silent is found dead by "
        "the time-out of an attempt, after which the function waits a little before it tries again: the trace shows both.",
        *traces,
    ])


def alive(what, took, floor, aim):
    return Line(what, trips(took), trips(floor), "", f"{took.median / floor.median:.3f} x", f"<= {aim}", took.median <= aim)


def dead(what, case, took, floor, taken):
    """A connection that died: what was lost on it, what the cloud saw, and the time."""
    calls = {tuple(one[case]["calls"]) for one in taken}
    lost = max(one[case]["lost"] for one in taken)
    told = f"{lost} lost; the cloud saw " + " or ".join(", ".join(called) for called in sorted(calls))
    return Line(what, trips(took), trips(floor), "", told, "one look lost at most, one write", lost <= 1)


def trips(figure):
    low, high = min(figure.samples), max(figure.samples)
    return f"{figure.median:.3f} round trips ({low:.3f} to {high:.3f})"


def trace(case, story):
    lines = "\n".join(story["trace"])
    return f"Trace, {case}, in round trips (the median run):\n\n```text\n{lines}\n```"
