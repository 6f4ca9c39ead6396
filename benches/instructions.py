#!/usr/bin/env python3
"""Counts the instructions of what computes and touches nothing, and compares them with the committed ones.

    python3 benches/instructions.py            fails if a count is more than 3 % above benches/instructions.json
    python3 benches/instructions.py --renew    writes that file anew

Needs cargo and valgrind. A count does not depend on how busy the machine is. It does on the compiler, whose version is kept
beside it: renew with the one that CI has. A count that fell by more than 3 % is told too, and fails nothing: renew it, so that
the gain is not lost unseen.
"""

import json
import pathlib
import sys

from rows.counting import instructions
from rows.workshop import run

COMMITTED = pathlib.Path(__file__).with_suffix(".json")
SHARE = 0.03
PROGRAMS = (
    "sign 50", "decide 2 20 200 5", "decide 4 20 200 5", "decide 2 40 200 5", "decide 2 20 400 5", "seal 200 2", "open 200 2",
)


def main():
    compiler = run("rustc", "--version").strip()
    counts = {arguments: instructions(*arguments.split()) for arguments in PROGRAMS}
    if sys.argv[1:] == ["--renew"]:
        COMMITTED.write_text(json.dumps({"compiler": compiler, "counts": counts}, indent=2) + "\n", encoding="utf8")
        return
    if sys.argv[1:]:
        sys.exit(__doc__)
    known = json.loads(COMMITTED.read_text(encoding="utf8"))
    committed = known["counts"]
    if committed.keys() != counts.keys():
        sys.exit("benches/instructions.json is about other programs: renew it")
    shares = {arguments: counts[arguments] / committed[arguments] - 1 for arguments in PROGRAMS}
    for arguments, share in shares.items():
        told = " FAILED" if share > SHARE else ", which is less: renew" if share < -SHARE else ""
        print(f"pure {arguments}: {counts[arguments]:,} instructions, {share:+.2%} of the committed{told}")
    if max(shares.values()) > SHARE:
        other = "" if known["compiler"] == compiler else f" ({known['compiler']} counted those, and this is {compiler})"
        sys.exit(
            f"more instructions than committed{other}: find out why; `python3 benches/instructions.py --renew` if it must be so"
        )


if __name__ == "__main__":
    main()
