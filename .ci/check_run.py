"""Checks runs against the simulator: two scheduled ones, the second with the cursor of the first, and an incident's.

    check_run.py first ANSWER LOG
    check_run.py second ANSWER LOG
    check_run.py incident ANSWER LOG

ANSWER is what the function answered; LOG is what it has printed so far. The first answer must name at least one disable
that was done, and have a cursor. The second must believe its event's cursor and say what the first did, and no write may
have been sent for it. That of the incident must have disabled one key. The log must say how each run ended, in fields
of its own.
"""

import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def lines(path, message):
    """The JSON lines of the function's log with this message; cargo-lambda prints lines of its own between them."""
    with open(path, encoding="utf-8") as log:
        for line in log:
            try:
                parsed = json.loads(line)
            except ValueError:
                continue
            if isinstance(parsed, dict) and parsed.get("message") == message:
                yield parsed


def is_done_disable(entry):
    """A credential of the report that was to be disabled, and was."""
    return entry.get("verdict") == "disable" and entry["outcome"]["state"] == "disabled"


def ended(answer, log_path, runs):
    """The answer's status, if the log has so many ends of runs and this is the last."""
    status = answer.get("status")
    if status not in ("complete", "continue"):
        sys.exit(f"FAILED: the run ended {status!r}, not complete or continue")
    logged = [line.get("status") for line in lines(log_path, "invocation ended")]
    if len(logged) != runs or logged[-1] != status:
        sys.exit(f"FAILED: no log line has message 'invocation ended' and status {status!r} at its top level; found {logged}")
    return status


def writes(log_path):
    """How many writes the function has sent so far."""
    return len(list(lines(log_path, "write")))


def first(answer_path, log_path):
    answer = read(answer_path)
    status = ended(answer, log_path, runs=1)
    done = [entry for entry in answer["report"]["credentials"] if is_done_disable(entry)]
    if not done or writes(log_path) != len(done):
        sys.exit(f"FAILED: {len(done)} disable(s) were done, and {writes(log_path)} write(s) sent")
    if not answer.get("cursor"):
        sys.exit("FAILED: the answer has no cursor")
    print(f"a scheduled run ended {status}, with {len(done)} disable(s) done, and logged it")


def second(answer_path, log_path):
    answer = read(answer_path)
    status = ended(answer, log_path, runs=2)
    believed = answer["report"]["memory"]["state"]
    if believed != "event":
        sys.exit(f"FAILED: of the past the second run believed {believed!r}, not its event's cursor")
    run = answer["report"]["run"]
    if not answer["report"].get("looked_at"):
        sys.exit("FAILED: the second run has not looked")
    before = [did["did"] for did in answer["report"].get("delivered_before", [])]
    if before != ["disabled"]:
        sys.exit(f"FAILED: of the first run the second one says {before}, and not what it disabled")
    if writes(log_path) != 1:
        sys.exit(f"FAILED: after the second run {writes(log_path)} writes are logged, not only the first run's")
    print(f"the second run, {run}, believed the cursor, ended {status} and sent no write")


def incident(answer_path, log_path):
    answer = read(answer_path)
    status = ended(answer, log_path, runs=1)
    done = [entry["credential"] for entry in answer["report"]["credentials"] if is_done_disable(entry)]
    if len(done) != 1 or writes(log_path) != 1:
        sys.exit(f"FAILED: {done} went off, with {writes(log_path)} write(s)")
    if "receipts" in answer:
        sys.exit("FAILED: the answer has a receipt, which nothing outside of a loop would take")
    print(f"an incident's run ended {status}, and {done[0]} is off")


{"first": first, "second": second, "incident": incident}[sys.argv[1]](*sys.argv[2:])
