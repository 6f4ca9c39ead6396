"""Row 5: signing a request."""

import json

from rows.report import Line, Row
from rows.workshop import PEERS, bench, figure, in_turn, node, python, ratio, run, tencent_sdk


def measure(short):
    calls = 200 if short else 20_000
    takes = {
        "ours, two": lambda: bench("pure", "sign", calls),
        "floor, two": lambda: bench("pure", "hashes", 2, calls),
        "ours, three": lambda: bench("pure", "headers", calls),
        "floor, three": lambda: bench("pure", "hashes", 3, calls),
        "tencent-sdk": lambda: json.loads(run(tencent_sdk(), calls)),
        "Node": lambda: json.loads(run("node", node() / "sign.js", calls)),
        "Python": lambda: json.loads(run(python(), PEERS / "python" / "sign.py", calls)),
    }
    taken = in_turn(1 if short else 5, takes)
    agree(taken["ours, two"], taken["Python"], taken["Node"])
    agree(taken["ours, three"], taken["tencent-sdk"])
    figures = {name: figure([ns for one in samples for ns in one["ns"]], "ns") for name, samples in taken.items()}
    return Row(
        "5. Signing",
        [
            line("a request as the official SDKs sign it (two headers)", figures, "two", ("Python", "Node")),
            line("all headers of a request as tencent-sdk makes them (three are signed)", figures, "three", ("tencent-sdk",)),
        ],
        [
            "All sign the same request and get the same signature: the run fails otherwise. Nanoseconds of one call, in "
            f"rounds of {calls:,}. `tencent-sdk` is that crate's own, built with our settings: it makes the six headers of a "
            "request, in a map, and ours makes the same six, in the list that our client hands on. Floor: the two hashes and "
            "the HMAC of texts of the same lengths, with a key that is derived already. Ours derives the key of a day once; "
            "the peers do at every request."
        ],
    )


def agree(*signers):
    signatures = {one["authorization"] for signer in signers for one in signer}
    assert len(signatures) == 1, f"the signatures differ: {signatures}"


def line(what, figures, headers, names):
    ours, floor, peers = figures[f"ours, {headers}"], figures[f"floor, {headers}"], {name: figures[name] for name in names}
    ratios = {name: ratio(peer, ours) for name, peer in peers.items()}
    fastest = min(peer.median for peer in ratios.values())
    beside = "; ".join(f"{name} {peer}" for name, peer in peers.items())
    gap = f"{ratio(ours, floor)} the floor; " + ", ".join(f"{name} {over} ours" for name, over in ratios.items())
    return Line(what, str(ours), str(floor), beside, gap, "the fastest / ours >= 2", fastest >= 2)
