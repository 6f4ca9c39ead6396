"""Row 5: signing a request."""

import json

from rows.report import Line, Row
from rows.workshop import PEERS, bench, figure, in_turn, node, python, run, tencent_sdk


def measure(short):
    calls = 200 if short else 20_000
    takes = {
        "ours": lambda: bench("pure", "sign", calls),
        "tencent-sdk": lambda: json.loads(run(tencent_sdk(), calls)),
        "Node": lambda: json.loads(run("node", node() / "sign.js", calls)),
        "Python": lambda: json.loads(run(python(), PEERS / "python" / "sign.py", calls)),
    }
    taken = in_turn(1 if short else 5, takes)
    two, three = ([one[headers] for one in taken["ours"]] for headers in ("two", "three"))
    agree(two, taken["Python"], taken["Node"])
    agree(three, taken["tencent-sdk"])
    return Row(
        "5. Signing",
        [
            line("a request as the official SDKs sign it (two headers)", two, {name: taken[name] for name in ("Python", "Node")}),
            line("a request as tencent-sdk signs it (three headers)", three, {"tencent-sdk": taken["tencent-sdk"]}),
        ],
        [
            "All sign the same request and get the same signature: the run fails otherwise. Nanoseconds of one call, in rounds of "
            f"{calls:,}. `tencent-sdk` is that crate's own signing, built with our settings; what it makes are the request's "
            "headers. Floor: none is lower than the seven runs of SHA-256 and HMAC that the signature is made of."
        ],
    )


def agree(*signers):
    signatures = {one["authorization"] for signer in signers for one in signer}
    assert len(signatures) == 1, f"the signatures differ: {signatures}"


def line(what, ours, peers):
    ours, peers = nanoseconds(ours), {name: nanoseconds(taken) for name, taken in peers.items()}
    fastest = min(peers.values(), key=lambda peer: peer.median).median / ours.median
    beside = "; ".join(f"{name} {peer}" for name, peer in peers.items())
    gap = ", ".join(f"{name} {peer.median / ours.median:.1f} x ours" for name, peer in peers.items())
    return Line(what, str(ours), "", beside, gap, "the fastest / ours >= 2", fastest >= 2)


def nanoseconds(taken):
    return figure([ns for one in taken for ns in one["ns"]], "ns")
