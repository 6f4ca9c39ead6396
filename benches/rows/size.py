"""Row 7: what is deployed, what it is built from, and what a month of it costs."""

import collections
import json
import re
import shutil
import time
import zipfile

from rows.report import Line, Row
from rows.workshop import BINARIES, FUNCTION, INSTALLED, PEERS, ROOT, TARGET, bench, figure, in_turn, node, python, run

# Unit prices in US dollars, us-east-1, without the free tier, read on 2026-11-28.
GB_SECOND = 0.0000133334  # Lambda on arm64: https://aws.amazon.com/lambda/pricing/
REQUEST = 0.20 / 1e6  # the same page
TRANSITION = 0.025 / 1000  # Step Functions, standard workflows: https://aws.amazon.com/step-functions/pricing/

# What the month is made of.
DAYS, ACCOUNTS = 30, 100
MEMORY_MB = int(re.search(r"MemorySize: (\d+)", (ROOT / "template.yaml").read_text())[1])
# At 1,769 MB a function has one CPU, and in proportion: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
CPU = MEMORY_MB / 1769
ROUND_TRIP = 0.2  # assumed, in seconds: from an AWS region to the cloud's API and back

# The states of a quiet day, as statemachine/loop.asl.json names them: one hop, which settles its cursor and tells nobody.
EXECUTION = ["Arrived", "Resolve", "Resolved", "Accounts", "Ended", "Complete"]
PASSAGE = ["Begin", "Read", "List", "Listed", "Get", "Invoke", "Answered", "Settle", "List", "Listed", "Settled", "DoFirst",
           "Notify", "Onward", "Judge", "Sweep"]
AROUND = 2  # Account, the state that holds the passage, and Delete, which Sweep does once
MACHINE = json.loads((ROOT / "statemachine" / "loop.asl.json").read_text())
# So many accounts go side by side, and each first one finds no warm function.
STARTS = min(ACCOUNTS, MACHINE["States"]["Accounts"]["MaxConcurrency"])

# What the Python peer has installed and Lambda's own runtime brings.
AWS_HAS = re.compile(
    r"(pip|setuptools|pkg_resources|_distutils_hack|awslambdaric|snapshot[_-]restore[_-]py|simplejson|runtime_client)"
)


def measure(short):
    content = {"ours": [(FUNCTION, "bootstrap")], "floor": [(BINARIES / "bare", "bootstrap")], **peers()}
    zip_mb = {name: zipped(name, files) / 1e6 for name, files in content.items()}
    beside = "; ".join(f"{name} {zip_mb[name]:.2f} MB" for name in ("Python", "Node"))
    crates, packages = dependencies()
    built, profile = (None, "") if short else clean_build()
    lines = [
        Line("stripped binary", megabytes(FUNCTION), megabytes(BINARIES / "bare")),
        Line("zip", f"{zip_mb['ours']:.2f} MB", f"{zip_mb['floor']:.2f} MB", beside,
             f"Python {zip_mb['Python'] / zip_mb['ours']:.1f} x ours", "<= 1.4 MB", zip_mb["ours"] <= 1.4),
        Line("dependencies, direct or not", f"{crates} crates", "", packages),
        Line("clean release build of the function", "not in the short form" if short else f"{built:.0f} s"),
        *money(short),
    ]
    return Row("7. Size and money", lines, [
        "The zip holds the binary as `bootstrap`, deflated; a peer's holds what its function needs beside AWS's runtime. All "
        "of it is of this machine's kind, and the template deploys arm64. Floor: row 1's, which has neither TLS nor Lambda's "
        "client library. Crates as `cargo tree` counts them for this machine, without those that only build; a peer's "
        "packages are those in its zip. The last four have no floor: what a build needs is what its crates are, and what the "
        "platform charges at least stands in the formula.",
        formula(),
        *([profile] if profile else []),
    ])


def peers():
    """What each peer's function needs beside the runtime that AWS has."""
    site = next((python().parent.parent / "lib").glob("python3*")) / "site-packages"
    packages = [(file, file.relative_to(site)) for file in files(site) if not AWS_HAS.match(str(file.relative_to(site)))]
    modules = [(file, file.relative_to(node())) for file in files(node() / "node_modules")]
    return {
        "Python": [*packages, (PEERS / "python" / "function.py", "function.py")],
        "Node": [*modules, (PEERS / "node" / "function.js", "function.js")],
    }


def files(folder):
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def megabytes(file):
    return f"{file.stat().st_size / 1e6:.2f} MB"


def zipped(name, content):
    """The bytes of a zip with this content."""
    file = INSTALLED / f"{name}.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for source, name_in_it in content:
            archive.write(source, name_in_it)
    return file.stat().st_size


def dependencies():
    tree = run("cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe")
    crates = {" ".join(line.split()[:2]) for line in tree.splitlines() if line} - {"scim-key-lifecycle v0.1.0"}
    frozen = run(python(), "-m", "pip", "freeze", "--disable-pip-version-check").splitlines()
    carried = [package for package in frozen if not AWS_HAS.match(package)]
    lock = json.loads((node() / "package-lock.json").read_text())["packages"]
    return len(crates), f"Python {len(carried)} packages; Node {len(lock) - 1} packages"


def clean_build():
    """Seconds, with nothing built before and everything fetched; and what the program's bytes are: its symbols are kept."""
    place = TARGET / "clean"
    shutil.rmtree(place, ignore_errors=True)
    began = time.monotonic()
    run("cargo", "build", "--quiet", "--release", "--locked", "--bin", "scim-key-lifecycle", "--target-dir", place,
        env={"CARGO_PROFILE_RELEASE_STRIP": "none"})
    took = time.monotonic() - began
    profile = bytes_of(place / "release" / "scim-key-lifecycle")
    shutil.rmtree(place)
    return took, profile


def bytes_of(program):
    """The largest sections, and of the code the largest crates, by the names of its functions."""
    sections = {name: int(size) for name, size in re.findall(r"^(\.\S+)\s+(\d+)", run("size", "-A", program), re.MULTILINE)
                if not name.startswith(".debug")}
    crates = collections.Counter()
    for size, name in re.findall(r"^\S+ (\S+) [tTwW] (.*)$", run("nm", "-S", "-C", program), re.MULTILINE):
        crate = re.search(r"([a-z_0-9]+)::", name)
        crates[crate[1] if crate else "C and assembly"] += int(size, 16)

    def largest(sizes, count):
        return ", ".join(f"{name} {size / 1e3:,.0f} kB" for name, size in collections.Counter(sizes).most_common(count))

    return f"What the binary's bytes are. Sections: {largest(sections, 6)}. Functions, by crate: {largest(crates, 14)}."


def money(short):
    environment = {"PYTHONPATH": str(PEERS / "python")}
    takes = {
        "ours": lambda: bench("start", FUNCTION),
        "Python": lambda: bench("start", python(), "-m", "awslambdaric", "function.handler", env=environment),
    }
    taken = in_turn(1 if short else 10, takes)
    of_functions = {name: month(samples) for name, samples in taken.items()}
    of_loop = DAYS * (len(EXECUTION) + ACCOUNTS * (len(walked()) + AROUND)) * TRANSITION
    ours, theirs = of_functions["ours"], of_functions["Python"]
    return [
        Line(f"a month, {ACCOUNTS} accounts a day: Lambda", f"${ours:.4f}", "", f"Python ${theirs:.4f}",
             f"Python {theirs / ours:.1f} x ours"),
        Line("the same: the state machine's transitions", f"${of_loop:.2f}", "", f"Python ${of_loop:.2f}"),
        Line("the same: together", f"${ours + of_loop:.2f}", "", f"Python ${theirs + of_loop:.2f}"),
    ]


def month(taken):
    """What Lambda charges: the starts, an invocation for each account and one that asks which they are."""
    start, event = (figure([one[field] for one in taken], "s", 1e-6).median for field in ("start_cpu_us", "event_cpu_us"))
    seconds = DAYS * (STARTS * start / CPU + ACCOUNTS * (event / CPU + ROUND_TRIP))
    return seconds * MEMORY_MB / 1024 * GB_SECOND + DAYS * (ACCOUNTS + 1) * REQUEST


def walked():
    """The quiet day's states, once it is sure that the machine can take that way."""
    passage = MACHINE["States"]["Accounts"]["ItemProcessor"]["States"]["Account"]["Branches"][0]
    for states, names in ((MACHINE["States"], EXECUTION), (passage["States"], PASSAGE)):
        for name, then in zip(names, names[1:]):
            state = states[name]
            ways = {state.get("Next"), state.get("Default"), *(choice["Next"] for choice in state.get("Choices", []))}
            assert then in ways, f"statemachine/loop.asl.json leads from {name} to {ways}, not to {then}: mend PASSAGE"
    return PASSAGE


def formula():
    return (
        f"The month: {DAYS} days x ({STARTS} starts, as many as go side by side, + {ACCOUNTS} accounts x (CPU of an event / "
        f"{CPU:.3f} CPUs of {MEMORY_MB} MB + one round trip of {ROUND_TRIP} s, assumed)) x {MEMORY_MB / 1024:.3f} GB x "
        f"${GB_SECOND} a GB-second, and ${REQUEST * 1e6:.2f} a million requests; and {len(EXECUTION)} transitions a day and "
        f"{len(PASSAGE) + AROUND} for each account, by the names of `statemachine/loop.asl.json`, at ${TRANSITION * 1000:.3f} "
        "a thousand. Prices of us-east-1, arm64, without the free tier, read 2026-11-28 at aws.amazon.com/lambda/pricing and "
        "aws.amazon.com/step-functions/pricing. The CPU is measured here, of row 1's event: the first one after a start, "
        "with a disable, and over plain HTTP. A quiet day has less of it; a cursor and the handshakes of TLS (row 2) come on "
        "top for both. What is the same for both is left out: the Scheduler, Secrets Manager, SNS, logs and alarms."
    )
