"""Row 1: from the start of the process to its first poll, and to the first disable that the cloud acknowledges."""

from rows.report import Line, Row
from rows.workshop import BINARIES, FUNCTION, PEERS, bench, figure, in_turn, node, python, ratio

# Cold starts on Lambda in ms, at 128 MB on arm64: lambda-perf (https://maxday.github.io/lambda-perf/), 2026-08-22.
ON_LAMBDA = {"Rust": 13.87, "Go": 42.1, "Python 3.13": 80.6, "Node 24": 116.5}
# In MB, by the same figures.
USED_ON_LAMBDA = 14.9


def measure(short):
    programs = {
        "floor": ([BINARIES / "bare"], {}),
        "ours": ([FUNCTION], {}),
        "Python": ([python(), "-m", "awslambdaric", "function.handler"], {"PYTHONPATH": str(PEERS / "python")}),
        "Node": (["node", node() / "function.js"], {}),
    }
    takes = {
        name: lambda program=program, env=env: bench("start", *program, env=env)
        for name, (program, env) in programs.items()
    }
    samples = in_turn(2 if short else 30, takes)

    def figures(field, unit, scale):
        return {name: figure([one[field] for one in taken], unit, scale) for name, taken in samples.items()}

    poll, disable, peak = (
        figures(*field)
        for field in (("first_poll_us", "ms", 1e-3), ("first_disable_us", "ms", 1e-3), ("peak_kib", "MiB", 1 / 1024))
    )
    calls = {name: taken[-1]["calls"] for name, taken in samples.items()}
    return Row(
        "1. Start",
        [
            line("start to first poll, at most 1.6 x the floor", poll, "ours / floor <= 1.6",
                 over(poll, "ours", "floor").median <= 1.6),
            Line("the same, beside Python", str(poll["ours"]), "", f"Python {poll['Python']}", str(over(poll, "Python", "ours")),
                 "Python / ours >= 60", over(poll, "Python", "ours").median >= 60),
            line("start to first disable acknowledged", disable),
            line("peak memory", peak, "<= 5 MiB", peak["ours"].median <= 5),
        ],
        [what_it_is(calls), memory(samples), path(short), on_lambda()],
    )


def over(figures, one, other):
    return ratio(figures[one], figures[other])


def line(what, figures, aim="", met=None):
    peers = "; ".join(f"{name} {figures[name]}" for name in ("Python", "Node"))
    of_python, of_node = (over(figures, peer, "ours") for peer in ("Python", "Node"))
    gap = f"{over(figures, 'ours', 'floor')} the floor; Python {of_python}, Node {of_node} ours"
    return Line(what, str(figures["ours"]), str(figures["floor"]), peers, gap, aim, met)


def what_it_is(calls):
    return (
        "Each run starts the program anew between a Runtime API and the simulator on loopback ports, over plain HTTP; both "
        "are in one other process. The job: find the zone, list its keys, disable one. Floor: `benches/src/bin/bare.rs`, the "
        "same job on blocking sockets without policy, client library or checks. Python: `awslambdaric` with the official SDK. "
        "Node: the official SDK on a loop of our own, because AWS's runtime client for Node does not install here (it wants "
        "cmake and Node 22); it starts faster so. Only ours looks again after the disable. Calls of a run: "
        + ", ".join(f"{name} {count}" for name, count in calls.items()) + "."
    )


def memory(samples):
    parts = {
        name: tuple(figure([one[kind] for one in taken], "MiB", 1 / 1024) for kind in ("file_kib", "anonymous_kib"))
        for name, taken in samples.items()
    }
    return "What the memory is, at the end of a run: " + "; ".join(
        f"{name}: {file} of the program's and its libraries' own files, {anonymous} of its own making"
        for name, (file, anonymous) in parts.items()
    ) + "."


def path(short):
    taken = [bench("start-path") for _ in range(2 if short else 30)]
    parts = "\n".join(f"| {part[0][0]} | {figure([took for _, took in part], 'us')} |" for part in zip(*taken))
    return (
        "What lies on our start path before the first poll, each part timed in a fresh process "
        "(`benches/src/bin/start-path.rs`). The rest is the kernel's, the loader's, and the connection to the Runtime API.\n\n"
        f"| part | time |\n|---|---|\n{parts}"
    )


def on_lambda():
    figures = ", ".join(f"{name} {ms} ms" for name, ms in ON_LAMBDA.items())
    honest = ON_LAMBDA["Python 3.13"] / ON_LAMBDA["Rust"]
    return (
        "What this is worth on Lambda: the platform's own start dominates there. Public figures (lambda-perf, 2026-08-22, "
        f"128 MB, arm64): {figures}; Rust used {USED_ON_LAMBDA} MB of memory. So the honest ratio to Python there is about "
        f"{honest:.0f}."
    )
