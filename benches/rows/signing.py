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
    floor, two, three = ([one[part] for one in taken["ours"]] for part in ("floor", "two", "three"))
    agree(two, taken["Python"], taken["Node"])
    agree(three, taken["tencent-sdk"])
    return Row(
        "5. Signing",
        [
            line("a request as the official SDKs sign it (two headers)", floor, two, {name: taken[name] for name in ("Python", "Node")}),
            line("a request as tencent-sdk signs it (three headers)", floor, three, {"tencent-sdk": taken["tencent-sdk"]}),
        ],
        [
            "All sign the same request and get the same signature: the run fails otherwise. Nanoseconds of one call, in rounds of "
            f"{calls:,}. `tencent-sdk` is that crate's own signing, built with our settings; what it makes are the request's "
            "headers. Floor: the two hashes and the HMAC of texts of the same lengths, with a key that is derived already. Ours derives the "
            "key of a day once; the peers do at every request."
        ],
    )


def agree(*signers):
    signatures = {one["authorization"] for signer in signers for one in signer}
    assert len(signatures) == 1, f"the signatures differ: {signatures}"


def line(what, floor, ours, peers):
    floor, ours, peers = nanoseconds(floor), nanoseconds(ours), {name: nanoseconds(taken) for name, taken in peers.items()}
    fastest = min(peers.values(), key=lambda peer: peer.median).median / ours.median
    beside = "; ".join(f"{name} {peer}" for name, peer in peers.items())
    gap = f"{ours.median / floor.median:.2f} x the floor; " + ", ".join(f"{name} {peer.median / ours.median:.1f} x ours" for name, peer in peers.items())
    return Line(what, str(ours), str(floor), beside, gap, "the fastest / ours >= 2", fastest >= 2)


def nanoseconds(taken):
    return figure([ns for one in taken for ns in one["ns"]], "ns")
