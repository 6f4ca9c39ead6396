"""Instructions, which do not depend on how busy the machine is."""

import functools
import re
import shutil
import subprocess
import sys

from rows.workshop import MANIFEST, TARGET, run


@functools.cache
def pure():
    """Builds the program `pure`, always as it is released."""
    run("cargo", "build", "--quiet", "--release", "--locked", "--target-dir", TARGET, "--manifest-path", MANIFEST, "--bin", "pure")
    return TARGET / "release" / "pure"


def instructions(*arguments):
    """How many the program `pure` takes with these arguments, from its start to its end. Needs valgrind."""
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not there, and it counts the instructions")
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", pure(), *map(str, arguments)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode != 0 or not found:
        sys.exit(f"pure {arguments} was not counted:\n{ran.stderr}")
    return int(found[1])
