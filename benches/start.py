#!/usr/bin/env python3
"""Measures the function's start: python3 benches/start.py [RUNS], after `cargo build --release`.

Plays AWS's Runtime API and the cloud on loopback ports. Each run starts the release binary anew, hands it
events/schedule.json at its first poll, and stops it after its answer. Prints the median (and the range) of

- start to first poll: from the start of the process to its first request for work;
- start to first call: from there to its first signed request to the cloud (the poll and the event are in between);
- peak memory of the process.

The cloud here answers every call with an error of its own, so a run is one call. Times are this machine's: compare
them only with others that were measured beside them.
"""

import http.server
import os
import statistics
import subprocess
import sys
import threading
import time

BINARY = "target/release/scim-key-lifecycle"
EVENT = open("events/schedule.json", "rb").read()
REFUSAL = b'{"Response":{"Error":{"Code":"UnauthorizedOperation","Message":"x"},"RequestId":"r"}}'


class Stage(http.server.BaseHTTPRequestHandler):
    """Both servers in one: Runtime API paths, and `POST /` for the cloud."""

    protocol_version = "HTTP/1.1"

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        now = time.perf_counter()
        if "poll" in self.server.seen:
            self.server.answered.wait()
            return
        self.server.seen["poll"] = now
        deadline = str(int((time.time() + 60) * 1000))
        self.reply(200, EVENT, [("Lambda-Runtime-Aws-Request-Id", "1"), ("Lambda-Runtime-Deadline-Ms", deadline)])

    def do_POST(self):
        now = time.perf_counter()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/":
            self.server.seen.setdefault("call", now)
            self.reply(200, REFUSAL)
        else:
            self.reply(202, b"")
            self.server.answered.set()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of a function that is stopped while it polls."""

    def handle_error(self, request, client_address):
        pass


def run():
    server = Server(("127.0.0.1", 0), Stage)
    server.seen, server.answered = {}, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"127.0.0.1:{server.server_port}"
    environment = {
        "AWS_LAMBDA_RUNTIME_API": here,
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_STREAM_NAME": "",
        "AWS_LAMBDA_LOG_GROUP_NAME": "",
        "SCIM_KEYS_ENDPOINT": f"http://{here}",
        "SCIM_KEYS_POLICY_FILE": "demo/policy.json",
        "TENCENTCLOUD_SECRET_ID": "AKIDNOTREAL",
        "TENCENTCLOUD_SECRET_KEY": "not-real",
    }
    began = time.perf_counter()
    process = subprocess.Popen([BINARY], env=environment, stdout=subprocess.DEVNULL)
    if not server.answered.wait(10):
        process.kill()
        sys.exit("the function did not answer within 10 s")
    peak = peak_memory(process.pid)
    process.kill()
    process.wait()
    server.shutdown()
    return (server.seen["poll"] - began) * 1e3, (server.seen["call"] - began) * 1e3, peak


def peak_memory(pid):
    """In MiB, of the program alone: the kernel's own sum for a child would count the Python that started it."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    run()
    columns = zip(*(run() for _ in range(runs)))
    for name, unit, column in zip(("start to first poll", "start to first call", "peak memory"), ("ms", "ms", "MiB"), columns):
        print(f"{name:<20} {statistics.median(column):7.2f} {unit:<3} ({min(column):.2f} to {max(column):.2f}, {runs} runs)")
    print(f"{'binary':<20} {os.path.getsize(BINARY) / 1e6:7.2f} MB")


main()
