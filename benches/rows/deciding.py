"""Row 6: deciding about a zone, and sealing and opening a cursor at its bound."""

from rows.counting import instructions
from rows.report import Line, Row
from rows.workshop import bench, figure, in_turn

# Keys, rules and facts. Two keys are a zone's most (four are still looked at), and two hundred facts fill a cursor to its bound.
USUAL = (2, 20, 200)
DOUBLED = {"keys": [USUAL, (4, 20, 200)], "rules": [(2, 10, 200), USUAL, (2, 40, 200)],
           "facts": [(2, 20, 100), USUAL, (2, 20, 400)]}
CURSORS = (50, 100, 200)
BOUND = 48 * 1024


def measure(short):
    calls = 20 if short else 100
    sizes = sorted({size for doubled in DOUBLED.values() for size in doubled})
    takes = {size: lambda size=size: bench("pure", "decide", *size, calls) for size in sizes}
    takes |= {
        (deed, facts): lambda deed=deed, facts=facts: bench("pure", deed, facts, calls)
        for deed in ("seal", "open", "mac") for facts in CURSORS
    }
    taken = in_turn(1 if short else 5, takes)
    decided = {size: microseconds(taken[size]) for size in sizes}
    lines = [Line("one `decide` of two keys, twenty rules and 200 facts", str(decided[USUAL]))]
    lines += [
        growth(f"{what} doubled: {', '.join(named(what, size) for size in grown)}", [decided[size] for size in grown],
               [counted("decide", *size) for size in grown])
        for what, grown in DOUBLED.items()
    ]
    lengths = ", ".join(f"{taken['seal', facts][0]['bytes']:,}" for facts in CURSORS)
    floors = [microseconds(taken["mac", facts]) for facts in CURSORS]
    lines += [
        growth(f"{deed} a cursor of {lengths} bytes", [microseconds(taken[deed, facts]) for facts in CURSORS],
               [counted(deed, facts) for facts in CURSORS], floors)
        for deed in ("seal", "open")
    ]
    return Row("6. Deciding", lines, [
        "Pure: no peer does this. Whether it is linear is judged by the instructions that callgrind counts, which are the "
        f"same on a busy machine: a doubling takes at most 2.05 times as many. The bound of a cursor is {BOUND:,} bytes; its "
        "floor is the HMAC of as many, which a JWS cannot do without. A decision has no floor: nothing less decides the same."
    ])


def counted(*work):
    """The instructions of five calls, without those of what they are made from."""
    return instructions(*work, 5) - instructions(*work, 0)


def named(what, size):
    return str(size[list(DOUBLED).index(what)])


def growth(what, figures, counts, floors=()):
    """A line of sizes, each twice the one before: what they take, and how their instructions grow."""
    steps = [after / before for before, after in zip(counts, counts[1:])]
    gap = ", then ".join(f"{step:.3f} x" for step in steps) + " the instructions"
    ours, floor = "; ".join(map(str, figures)), "; ".join(map(str, floors))
    return Line(what, ours, floor, "", gap, "linear: each <= 2.05 x", max(steps) <= 2.05)


def microseconds(taken):
    return figure([ns for one in taken for ns in one["ns"]], "us", 1e-3)
