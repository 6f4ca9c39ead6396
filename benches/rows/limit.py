"""Row 4: at the cloud's limit of twenty requests a second for each action of an account."""

from rows.report import Line, Row
from rows.workshop import bench, digits

LIMIT = 20


def measure(short):
    seconds, accounts = (4, 20) if short else (30, 1000)
    alone, shared = bench("limit", "alone", seconds), bench("limit", "shared", seconds)
    fleet = bench("limit", "fleet", accounts)
    assert fleet["complete"] == accounts, f"{fleet['complete']} of {accounts} accounts ended well"
    rate, throttled = per_second(alone["answered"]), sum(alone["throttled"])
    # Half of the time to settle in.
    settled = shared["answered"][seconds // 2:]
    refused = per_second(shared["throttled"][seconds // 2:])
    cpu = fleet["cpu_us"] / accounts
    memory = (fleet["peak_kib"] - fleet["resting_kib"]) / accounts
    return Row("4. At the cloud's limit", [
        Line("one account, alone", f"{digits(rate)} answers a second, {throttled} throttled", f"{LIMIT} a second", "",
             f"{rate / LIMIT:.1%} of the limit", ">= 97 %, none throttled", rate >= 0.97 * LIMIT and throttled == 0),
        Line("the same account, two clients that know nothing of each other",
             f"{digits(per_second(settled))} answers a second together, {digits(refused)} throttled (second half)", f"{LIMIT} a second", "",
             f"{per_second(settled) / LIMIT:.1%} of the limit, {min(settled) / LIMIT:.0%} in the worst second",
             "no collapse: >= 60 % once settled", per_second(settled) >= 0.6 * LIMIT),
        Line(f"orchestrator, {accounts:,} accounts on a quiet day, one after another",
             f"{digits(cpu)} us of CPU and {digits(memory)} KiB an account; {digits(fleet['peak_kib'] / 1024)} MiB in all, "
             f"{digits(fleet['seconds'])} s"),
    ], [
        f"Over HTTP on loopback, for {seconds} s; the simulator admits {LIMIT} requests in any second, as the cloud documents. The accounts "
        "of the last line are in policies of 200, each with a zone and a register of its own in a folder; the simulator is another process. "
        "Its memory is the peak less what the process had before the first account.",
        by_second("alone", alone), by_second("two clients", shared),
    ])


def per_second(counts):
    return sum(counts) / len(counts)


def by_second(name, taken):
    return f"Second by second, {name}: answered {taken['answered']}, throttled {taken['throttled']}."
