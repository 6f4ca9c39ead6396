"""Row 2: the first signed request over TLS."""

import contextlib
import json
import pathlib
import subprocess
import tempfile

from rows.report import Line, Row
from rows.workshop import BINARIES, bench, figure, handshake, in_turn, ratio

# Where Debian has the authorities that a machine trusts.
MACHINES_LIST = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def measure(short):
    with tempfile.TemporaryDirectory() as folder, server(folder) as (port, authority):
        everybody = pathlib.Path(folder) / "everybody.pem"
        everybody.write_text((MACHINES_LIST.read_text() if MACHINES_LIST.exists() else "") + authority.read_text())

        def trusting(file):
            return {"SSL_CERT_FILE": str(file), "SSL_CERT_DIR": None}

        def take(who, roots, file=authority):
            return lambda: bench("first-request", who, roots, port, authority, env=trusting(file))["cpu_us"]

        def other(library):
            # OpenSSL reads the list that the machine trusts even where none of it is to count.
            return lambda: bench(handshake(), library, port, authority, env=trusting(authority))

        taken = in_turn(3 if short else 40, {
            "bare, one authority": take("bare", "one"),
            "bare, Mozilla's": take("bare", "mozilla"),
            "bare, the machine's": take("bare", "system", everybody),
            "aws-lc-rs": other("aws-lc"),
            "OpenSSL": other("openssl"),
            "ours, Mozilla's": take("ours", "mozilla"),
            "ours, one authority": take("ours", "system"),
            "ours, the machine's": take("ours", "system", everybody),
        })
        known = everybody.read_text().count("BEGIN CERTIFICATE")
    others = "; ".join(f"{name} {alternative(taken.pop(name))}" for name in ("aws-lc-rs", "OpenSSL"))
    cpu = {name: figure(samples, "us") for name, samples in taken.items()}
    one, machines = cpu["bare, one authority"], ("bare, the machine's", "ours, the machine's")
    long_file = [str(ratio(cpu[name], one)) for name in machines]
    return Row(
        "2. First signed TLS request",
        [
            line("webpki roots (the default): Mozilla's list, built in", cpu["ours, Mozilla's"], cpu["bare, Mozilla's"]),
            line("system roots, a file with one authority", cpu["ours, one authority"], cpu["bare, one authority"],
                 f"bare: {others}"),
            line(f"system roots, a file with {known} authorities", cpu["ours, the machine's"], cpu["bare, the machine's"]),
        ],
        [
            "CPU of the client's process, user and system, from its first line until the far end hangs up on the whole "
            "request: the client's making, the handshake (TLS 1.3, ring, a P-256 certificate), the signature and the write. "
            "The far end is another process on loopback. Floor: the same request on a bare rustls connection over a blocking "
            "socket, with the same authorities. No name is looked up. The alternatives are the floor's work over rustls with "
            "aws-lc-rs, and over OpenSSL (`native-tls`), with one authority; what they set up once a process, a second "
            "request shows.",
            f"What system roots cost is the reading and the parsing of the file, once a process: of {known} authorities the "
            f"floor needs {long_file[0]}, and ours {long_file[1]}, what a bare handshake with one takes.",
        ],
    )


def alternative(taken):
    """What the first request of a process takes, and a second."""
    first, again = (figure([one[field] for one in taken], "us") for field in ("cpu_us", "again_us"))
    return f"{first}, and {again} for a second one"


def line(what, ours, floor, peers=""):
    over = ratio(ours, floor)
    return Line(what, str(ours), str(floor), peers, str(over), "<= 1.5 x", over.median <= 1.5)


@contextlib.contextmanager
def server(folder):
    """A far end that hangs up on every request, and the file with its authority."""
    authority = pathlib.Path(folder) / "authority.pem"
    with subprocess.Popen([BINARIES / "first-request", "serve", authority], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())["port"], authority
        finally:
            process.kill()
