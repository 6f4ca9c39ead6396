"""Runs the README's commands that need a shell: each `$` line of its `shellsession` blocks, one after the other in one shell.

What the README shows below a command must be what it prints: `...` on a line of its own stands for lines that are left
out, and `[..]` for a part of one; blank lines do not count. A last line `[5]` is the exit code, where that is not 0. It
takes some minutes, since each run with a write waits one for its late look. The shell stands in a folder of its own.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = "=== the next command ==="


def blocks():
    """The commands, each with the lines that the README shows below it."""
    text = "\n".join(re.findall(r"^```shellsession\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S))
    commands = [part.split("\n") for part in re.split(r"^\$ ", text, flags=re.M)[1:]]
    return [(command, [line for line in shown if line]) for command, *shown in commands]


def pattern(shown):
    """What the lines must be like, blank ones left out."""
    lines = (
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("[..]"))) + r"\n" for line in shown
    )
    return "".join(lines)


def run(commands, folder):
    """What each command printed, and `[exit code]` where that is not 0."""
    for name in ("demo", "events"):
        (folder / name).symlink_to(ROOT / name)
    script = "".join(f'{command}\ncode=$?; ((code)) && echo "[$code]"\necho "{MARK}"\n' for command in commands)
    script = f"trap 'kill $(jobs -p)' EXIT\n{script}"
    built = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"
    path = f"{built}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "TMPDIR": str(folder), "SCIM_KEYS_LOG": "off"}
    ran = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, text=True, capture_output=True, timeout=900, check=False
    )
    sys.stderr.write(ran.stderr)
    return ran.stdout.split(f"{MARK}\n")[:-1]


def main():
    told = blocks()
    if not told:
        sys.exit("FAILED: the README has no shellsession block")
    subprocess.run(["cargo", "build", "--locked", "--quiet", "--bins"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        printed = run([command for command, _ in told], pathlib.Path(folder))
    if len(printed) != len(told):
        sys.exit(f"FAILED: the shell ended after {len(printed)} of {len(told)} commands")
    for (command, shown), output in zip(told, printed):
        lines = "".join(f"{line}\n" for line in output.split("\n") if line.strip())
        if not re.fullmatch(pattern(shown), lines):
            sys.exit(f"FAILED: $ {command}\nprinted\n{lines}\nand the README shows\n" + "\n".join(shown))
    print(f"the README's {len(told)} commands of the shell print what it shows")


main()
