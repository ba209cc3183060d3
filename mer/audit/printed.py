"""Printed numbers, compared exactly with what they should be."""

import re
from dataclasses import dataclass
from fractions import Fraction

# Scores that are printed as fractions or as percentages.
RATES = ("acc", "war", "uar", "uf1", "f1")


@dataclass(frozen=True)
class Printed:
    """A number to the digits that it is printed with.

    Attributes
    ----------
    value
        As a fraction of one where it is a rate.
    step
        One unit of the last printed digit.
    percent
        Whether it is printed times a hundred.
    """

    value: Fraction
    step: Fraction
    percent: bool = False

    def agrees(self, exact: Fraction, slack: Fraction = Fraction(0)) -> bool:
        """Whether a number rounds to the printed digits; ties may go either way."""
        return abs(exact - self.value) <= self.step / 2 + slack

    def of(self, total: int) -> int | None:
        """Return k if the number is k of ``total`` to its digits; None if it is off the grid.

        Examples
        --------
        >>> printed_number("0.5244").of(246), printed_number("0.5244").of(247)
        (129, None)
        """
        count = round(self.value * total)
        return count if 0 <= count <= total and self.agrees(Fraction(count, total)) else None

    def coarser(self) -> "Printed":
        """Read two zeros at the end as padding of two digits: 0.5700 as 0.57."""
        return Printed(self.value, self.step * 100, self.percent)

    @property
    def is_padded(self) -> bool:
        """Whether the last two of at least four digits are zeros."""
        digits = self.value / self.step
        return self.step <= Fraction(1, 10_000) and digits % 100 == 0

    def __str__(self) -> str:
        return shown(self.value, self.step, percent=self.percent)


def same_number(one: Printed | None, two: Printed | None) -> bool:
    """Whether two printed numbers are one to the digits of the shorter.

    Examples
    --------
    >>> same_number(printed_number("0.578"), printed_number("0.5784"))
    True
    """
    if one is None or two is None:
        return one is two
    long, short = sorted((one, two), key=lambda printed: printed.step)
    return short.agrees(long.value)


def shown(value: Fraction, step: Fraction, *, percent: bool = False, extra: int = 0) -> str:
    """Write a number with the digits of ``step`` and ``extra`` more.

    Examples
    --------
    >>> shown(Fraction(2, 3), Fraction(1, 100)), shown(Fraction(2, 3), Fraction(1, 100), extra=2)
    ('0.67', '0.6667')
    """
    scale = 100 if percent else 1
    digits = len(str(int(1 / (step * scale)))) - 1 if step * scale < 1 else 0
    return f"{float(value * scale):.{digits + extra}f}"


def printed_number(text: str) -> Printed:
    """Read a number as it is printed, without a sign of percentage.

    Examples
    --------
    >>> printed_number("1,260,000").value, printed_number("50.11").step
    (Fraction(1260000, 1), Fraction(1, 100))
    """
    plain = text.replace(",", "").strip()
    return Printed(Fraction(plain), _step(plain))


def printed_cell(value: object, reported_as: str, metric: str) -> Printed | None:
    """Read a cell of the published results; None if it is blank.

    Parameters
    ----------
    value
        The number; a fraction of one for a rate.
    reported_as
        The text in the paper, which tells the digits.
    metric
        Its name; ``acc``, ``war``, ``uar``, ``uf1`` and ``f1`` are rates.
    """
    text = str(value)
    if text in ("", "nan"):
        return None
    number = Fraction(text)
    plain = re.sub(r"[%*]", "", reported_as).strip()
    plain = plain if re.fullmatch(r"\d*\.?\d+", plain) else text
    percent = metric in RATES and ("%" in reported_as or Fraction(plain) > 1)
    return Printed(number, _step(plain) / (100 if percent else 1), percent)


def _step(plain: str) -> Fraction:
    return Fraction(1, 10 ** len(plain.partition(".")[2]))
