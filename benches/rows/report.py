"""The ledger's text: one section for each row, with its table and whatever shows why."""

import dataclasses
import datetime
import os
import pathlib
import platform
import re

from rows.workshop import ROOT, run

LEDGER = ROOT / "docs" / "performance.md"

PREFACE = """# Performance: a ledger of limits

`python3 benches/ledger.py` measured and wrote this whole file in one run on one machine: but for prices, and what is named as
somebody else's figure, none is typed by hand. *Floor* is the least that the same work can cost here, measured the same way; a
row without one says why. Where it and the peers are programs, they and ours took turns, round by round. A figure is a median,
with its range in brackets where several were taken. Times are that machine's: compare the ratios. Of programs that took turns
a ratio is the median of the rounds' own, with its quartiles in brackets.
"""

HEAD = "| what | floor | ours | peers | gap | aim | met |\n|---|---|---|---|---|---|---|\n"


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a table: what was measured, and what came of it."""

    what: str
    ours: str
    floor: str = ""
    peers: str = ""
    gap: str = ""
    aim: str = ""
    met: bool | None = None

    def __str__(self):
        met = "" if self.met is None else ("yes" if self.met else "**no**")
        return f"| {self.what} | {self.floor} | {self.ours} | {self.peers} | {self.gap} | {self.aim} | {met} |\n"


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the ledger."""

    title: str
    lines: list
    notes: list


def section(name, row):
    """The row as Markdown, with the command that prints it."""
    notes = "".join(f"\n{note}\n" for note in row.notes)
    return f"## {row.title}\n\n`python3 benches/ledger.py {name}`\n\n{HEAD}{''.join(map(str, row.lines))}{notes}"


def machine():
    """Where and when, in one paragraph. Taken before anything is built or measured: the load is that of others."""
    cpus = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = cpus[1] if cpus else "CPU"
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    load = os.getloadavg()[0]
    versions = ", ".join(run(*command).strip() for command in (("rustc", "--version"), ("python3", "--version")))
    return (
        f"Measured {when} at commit {run('git', 'describe', '--always', '--dirty').strip()}, on {os.cpu_count()} x {model} "
        f"({platform.machine()}), Linux {platform.release()}, {versions}, Node {run('node', '--version').strip()}; load "
        f"average before it: {load:.1f}."
    )


def write(where, sections):
    LEDGER.write_text(f"{PREFACE}\n{where}\n\n" + "\n".join(sections), encoding="utf8")
