"""Checks one scheduled run against the simulator: check_run.py ANSWER LOG.

ANSWER is what the function answered; LOG is what it printed. The answer must name its status and at least one disable
that was done. The log must say how the run ended, in fields of its own that a metric filter can read.
"""

import json
import sys


def is_done_disable(entry):
    """A credential of the report that was to be disabled, and was."""
    return entry.get("verdict") == "disable" and entry["outcome"]["state"] == "disabled"


def last_lines(path):
    """The JSON lines of the function's log; cargo-lambda prints lines of its own between them."""
    with open(path, encoding="utf-8") as log:
        for line in log:
            try:
                parsed = json.loads(line)
            except ValueError:
                continue
            if isinstance(parsed, dict) and parsed.get("message") == "invocation ended":
                yield parsed


def main(answer_path, log_path):
    with open(answer_path, encoding="utf-8") as file:
        answer = json.load(file)
    status = answer.get("status")
    if status not in ("complete", "continue"):
        sys.exit(f"FAILED: the run ended {status!r}, not complete or continue")
    done = [entry for entry in answer["report"]["credentials"] if is_done_disable(entry)]
    if not done:
        sys.exit("FAILED: the report has no disable that was done")
    ended = [line.get("status") for line in last_lines(log_path)]
    if status not in ended:
        sys.exit(f"FAILED: no log line has message 'invocation ended' and status {status!r} at its top level; found {ended}")
    print(f"a scheduled run ended {status}, with {len(done)} disable(s) done, and logged it")


main(*sys.argv[1:])
