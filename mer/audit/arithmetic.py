"""Kinds of claims that state a number: differences, sums, products and equality."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import ceil, prod

from mer.audit.check import Cell
from mer.audit.operands import Operand
from mer.audit.printed import printed_number, same_number

Side = Sequence[Operand]


@dataclass(frozen=True)
class Claim:
    """What a claim prints, the scale of its number, and its two sides."""

    printed: str
    scale: int
    left: Side
    right: Side


@dataclass(frozen=True)
class Outcome:
    """What a claim came to; ``is_right`` is None where nothing is printed to compare with."""

    is_right: bool | None
    recomputed: str
    reason: str = ""
    cells: tuple[Cell, ...] = ()


def difference(claim: Claim) -> Outcome:
    """Compare the printed number with left minus right."""
    exact = _sum(claim.left) - _sum(claim.right)
    return _number(claim, exact, f"{_joined(claim.left, ' + ')} - {_joined(claim.right, ' - ')}")


def mean_difference(claim: Claim) -> Outcome:
    """Compare the printed number with the difference of two means."""
    exact = _mean(claim.left) - _mean(claim.right)
    return _number(claim, exact, f"means of {len(claim.left)} and {len(claim.right)} cells")


def common_mean_difference(claim: Claim) -> Outcome:
    """Compare the printed number with the difference of two means over the columns that both sides have."""
    places = {one.place for one in claim.left} & {one.place for one in claim.right}
    left, right = ([one for one in side if one.place in places] for side in (claim.left, claim.right))
    exact = _mean(left) - _mean(right)
    return _number(
        claim, exact, f"means over the {len(places)} common columns: {_short(left)} and {_short(right)}"
    )


def total(claim: Claim) -> Outcome:
    """Compare the printed number, or the sum on the right, with the sum on the left."""
    exact = _sum(claim.left)
    working = f"{_joined(claim.left, ' + ')} = {exact}"
    if claim.right:
        return Outcome(exact == _sum(claim.right), working)
    return Outcome(printed_number(claim.printed).agrees(exact * claim.scale), working)


def product(claim: Claim) -> Outcome:
    """Compare the printed number with the product on the left over that on the right."""
    exact = prod((one.value for one in claim.left), start=Fraction(1))
    exact /= prod((one.value for one in claim.right), start=Fraction(1))
    over = "".join(f" / {one.text}" for one in claim.right)
    text = str(exact) if exact.denominator == 1 else f"{float(exact):.1f}"
    right = printed_number(claim.printed).agrees(exact * claim.scale)
    return Outcome(right, f"{_joined(claim.left, ' * ')}{over} = {text}")


def differences(claim: Claim) -> Outcome:
    """Compare the printed number with left minus right in every column."""
    printed = printed_number(claim.printed)
    left = {one.place: one for one in claim.left}
    found: dict[str, list[Fraction]] = {}
    for one in claim.right:
        found.setdefault(one.owner, []).append((left[one.place].value - one.value) * claim.scale)
    texts = [f"{name} {' / '.join(f'{float(v):.2f}' for v in values)}" for name, values in found.items()]
    right = [name for name, values in found.items() if all(map(printed.agrees, values))]
    return Outcome(
        len(right) == len(found),
        "; ".join(texts),
        f"rounds to {claim.printed} in every column for {', '.join(right) or 'none'}",
    )


def equal(claim: Claim) -> Outcome:
    """Compare both sides one by one, to the digits of the shorter number."""
    pairs = list(zip(claim.left, claim.right, strict=True))
    wrong = [(one, two) for one, two in pairs if not same_number(one.printed, two.printed)]
    cells = [
        side.number.noted(f"{other.text} elsewhere in the paper")
        for one, two in wrong
        for side, other in ((one, two), (two, one))
        if side.number
    ]
    text = "; ".join(f"{one.text} and {two.text}" for one, two in pairs)
    return Outcome(not wrong, text, "" if not wrong else "two values for one quantity", tuple(cells))


def fits(claim: Claim) -> Outcome:
    """Check that no number on the left exceeds that on the right, and say which orders would do."""
    wrong = [(one, two) for one, two in zip(claim.left, claim.right, strict=True) if one.value > two.value]
    texts = [f"{one.text} of {two.text} in {two.owner}" for one, two in wrong]
    return Outcome(not wrong, "; ".join(texts) or "all fit", _orders(claim) if wrong else "")


def layer_sizes(claim: Claim) -> Outcome:
    """Check sizes after layers, each written as kernel/stride, with ``up`` where the size is rounded up."""
    texts, sizes = [], []
    for chain in claim.left:
        size, *layers = chain.text.split()
        steps = list(_sizes(int(size), layers))
        sizes.append(steps[-1])
        texts.append(" -> ".join(map(str, [int(size), *steps])))
    return Outcome(sizes == [one.value for one in claim.right], "; ".join(texts))


def _sizes(size: int, layers: Sequence[str]) -> Iterator[int]:
    for layer in layers:
        kernel, _, stride = layer.removesuffix("up").partition("/")
        steps = Fraction(size - int(kernel), int(stride))
        size = (ceil(steps) if layer.endswith("up") else int(steps)) + 1
        yield size


def _orders(claim: Claim) -> str:
    possible = [
        ", ".join(f"{two.owner} {one.text}" for one, two in zip(order, claim.right, strict=True))
        for order in permutations(claim.left)
        if all(one.value <= two.value for one, two in zip(order, claim.right, strict=True))
    ]
    return f"the orders that fit: {'; '.join(possible) or 'none'}"


def _number(claim: Claim, exact: Fraction, working: str) -> Outcome:
    text = f"{float(exact * claim.scale):.4f}"
    if not claim.printed:
        return Outcome(None, text, working)
    return Outcome(printed_number(claim.printed).agrees(exact * claim.scale), text, working)


def _sum(side: Side) -> Fraction:
    return sum((one.value for one in side), Fraction(0))


def _mean(side: Side) -> Fraction:
    return _sum(side) / len(side)


def _joined(side: Side, sign: str) -> str:
    return sign.join(one.text for one in side)


def _short(side: Side) -> str:
    return f"{float(_mean(side)):.4f}"
