"""Programs that run beside the test, on loopback ports."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "debug" / "scim-keys"
_running = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One program in a process group of its own. What it prints goes to a file."""

    def __init__(self, name, command, environment):
        self._name = name
        self._output = tempfile.NamedTemporaryFile(prefix=f"{name}-")
        self._child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.append(self)

    def printed(self):
        return pathlib.Path(self._output.name).read_text(encoding="utf-8", errors="replace")

    def wait_for(self, what, seconds, is_there):
        """Until `is_there()`, while the program runs."""
        until = time.monotonic() + seconds
        while not is_there():
            gone = self._child.poll() is not None
            if gone or time.monotonic() > until:
                raise AssertionError(f"no {what} ({'it ended' if gone else 'too slow'}):\n{self.printed()[-4000:]}")
            time.sleep(0.1)

    def wait(self, seconds):
        """Its exit code, as soon as it has ended; -9 if it was killed."""
        return self._child.wait(seconds)

    def kill(self):
        if self in _running:
            _running.remove(self)
            if self._child.poll() is None:
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def stop_all():
    """Whatever a test started ends with it."""
    for process in list(_running):
        process.kill()
