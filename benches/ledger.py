#!/usr/bin/env python3
"""The ledger of limits: what the function costs, beside its physical floors and its peers, measured in one run.

    python3 benches/ledger.py              every row, and docs/performance.md written anew
    python3 benches/ledger.py ROW...       these rows only, printed
    python3 benches/ledger.py --short      in a few rounds and not optimised, printed: does it all still run?

Rows: start, tls, containment, limit, signing, deciding, size. Needs git, cargo, a C compiler, pkg-config and OpenSSL's headers,
binutils, valgrind, python3 with venv, node and npm, and their package registries. What it builds and installs is in target/.
Times are this machine's, so only the ratios of one run are compared.
"""

import argparse
import sys

from rows import containment, deciding, limit, report, signing, size, start, tls, workshop

ROWS = {
    "start": start,
    "tls": tls,
    "containment": containment,
    "limit": limit,
    "signing": signing,
    "deciding": deciding,
    "size": size,
}


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=True)
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS], metavar="ROW")
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args()
    writes = not asked.rows and not asked.short
    where = report.machine() if writes else ""
    workshop.prepare()
    sections = []
    for name in asked.rows or ROWS:
        print(f"measuring {name}", file=sys.stderr)
        sections.append(report.section(name, ROWS[name].measure(asked.short)))
        if not writes:
            print(sections[-1])
    if writes:
        report.write(where, sections)


if __name__ == "__main__":
    main()
