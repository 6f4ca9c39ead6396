"""Row 4: at the cloud's limit of twenty requests a second for each action of an account."""

from rows.report import Line, Row
from rows.workshop import bench, digits

# As the cloud documents it, and the simulator admits.
LIMIT = 20


def measure(short):
    seconds, accounts = (4, 20) if short else (30, 1000)
    alone, shared = bench("limit", "alone", seconds), bench("limit", "shared", seconds)
    fleets = {size: fleet(size) for size in (accounts // 2, accounts)}
    rate, throttled = per_second(alone["answered"]), sum(alone["throttled"])
    halves = list(zip(halved(shared["answered"]), halved(shared["throttled"]), strict=True))
    told = "; ".join(f"{digits(per_second(answered))} answers a second together, {digits(per_second(refused))} throttled"
                     for answered, refused in halves)
    last = halves[1][0]
    most = fleets[accounts]
    return Row("4. At the cloud's limit", [
        Line("one account, alone", f"{digits(rate)} answers a second, {throttled} throttled", f"{LIMIT} a second", "",
             f"{rate / LIMIT:.1%} of the limit", ">= 97 %, none throttled", rate >= 0.97 * LIMIT and throttled == 0),
        Line("the same account, two clients that know nothing of each other; first and second half", told, f"{LIMIT} a second", "",
             f"{per_second(last) / LIMIT:.1%} of the limit in the second half, {min(last) / LIMIT:.0%} in its worst second",
             "no collapse: >= 60 % in the second half", per_second(last) >= 0.6 * LIMIT),
        Line(f"orchestrator, {accounts // 2:,} and {accounts:,} accounts on a quiet day, one after another: CPU an account",
             "; ".join(f"{digits(taken['cpu_us'] / size)} us" for size, taken in fleets.items())),
        Line("the same: memory of the process, before the first account and at most",
             "; ".join(f"{mib(taken['resting_kib'])} and {mib(taken['peak_kib'])}" for taken in fleets.values()), "", "",
             f"{mib(most['peak_kib'] - most['resting_kib'])} more for {accounts:,}"),
    ], [
        f"The first two over HTTP on loopback, for {seconds} s. The floor is what the cloud admits. Alone, the share is what "
        "the client's own pace leaves of it, on a wire without delay or jitter: it waits 51 ms between calls. The two "
        "clients each find the pace anew whenever they are throttled; they do not agree on one.",
        "The accounts of the orchestrator are in policies of 200, each with a folder of its own for its registers; the "
        "simulator is another process. There is no floor for them: each is the whole work of a day, register, look and "
        "report.",
        by_second("alone", alone), by_second("two clients", shared),
    ])


def fleet(accounts):
    taken = bench("fleet", "serve", accounts)
    assert taken["complete"] == accounts, f"{taken['complete']} of {accounts} accounts ended well"
    return taken


def halved(counts):
    return counts[:len(counts) // 2], counts[len(counts) // 2:]


def per_second(counts):
    return sum(counts) / len(counts)


def mib(kib):
    return f"{digits(kib / 1024)} MiB"


def by_second(name, taken):
    return f"Second by second, {name}: answered {taken['answered']}, throttled {taken['throttled']}."
