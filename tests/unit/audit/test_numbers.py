"""Small values by hand: printed digits, integer rows, reachable scores, kinds of claims."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from mer.audit.arithmetic import Claim, common_mean_difference, differences, equal, fits, layer_sizes
from mer.audit.claims import check_claims
from mer.audit.grids import count_of
from mer.audit.matrices import exact_scores, integer_row, nearest_row
from mer.audit.micro_f1 import macro_precision
from mer.audit.operands import Operand, operands
from mer.audit.printed import printed_cell, printed_number
from mer.audit.rankings import greater, mostly_best, only_above, outperforms, same_names
from mer.audit.reachable import all_uf1, correct_with_total, correct_with_uar, uf1_span
from mer.audit.t_tests import interval
from mer.core.errors import DataError
from mer.evaluation.metrics import uar, uf1, war


@pytest.mark.parametrize(
    ("value", "reported", "metric", "step", "shown"),
    [
        ("0.7617", "76.17", "acc", "1/10000", "76.17"),
        ("0.5909", "59.09%", "acc", "1/10000", "59.09"),
        ("0.409", "0.4090*", "acc", "1/10000", "0.4090"),
        ("15.061", "15.0610", "exec_seconds", "1/10000", "15.0610"),
        ("0.44", "0.44", "uar", "1/100", "0.44"),
        ("0.493", "0.4.30", "acc", "1/1000", "0.493"),
    ],
)
def test_digits_are_those_of_the_printed_text(value, reported, metric, step, shown):
    printed = printed_cell(value, reported, metric)
    assert printed.value == Fraction(value)
    assert printed.step == Fraction(step)
    assert str(printed) == shown


def test_a_blank_cell_is_none():
    assert printed_cell("", "-", "acc") is None


def test_a_tie_may_be_rounded_either_way():
    assert printed_number("0.388").agrees(Fraction("0.3885"))
    assert printed_number("0.389").agrees(Fraction("0.3885"))
    assert not printed_number("0.389").agrees(Fraction("0.38849"))


def test_zeros_are_read_as_padding_only_where_a_table_pads():
    padded, full = printed_number("0.5700"), printed_number("0.5692")
    assert count_of(padded, (253,), is_padded=False) is None
    assert count_of(padded, (253,), is_padded=True) == (144, 253, True)
    assert count_of(full, (253,), is_padded=True) == (144, 253, False)


def row(*texts):
    return [printed_number(text) for text in texts]


def test_a_printed_row_has_integer_counts_or_a_nearest_row():
    assert integer_row(row("0.706", "0.118", "0.000", "0.176"), 17) == [12, 2, 0, 3]
    broken = row("0.333", "0.000", "0.429", "0.333")
    assert integer_row(broken, 7) is None
    assert nearest_row(broken, 7) == [2, 0, 3, 2]
    assert nearest_row(row("0.684", "0.118", "0.118", "0.118"), 17) == [11, 2, 2, 2]


@pytest.mark.parametrize(
    ("texts", "total"),
    [(("0.35", "0.41", "0.39"), 11), (("0.31", "0.34", "0.30"), 10), (("0.52", "0.55", "0.30"), 10)],
)
def test_the_nearest_row_is_the_best_of_all_rows(texts, total):
    """Of rows whose whole parts sum to the total, to less, and to more."""
    printed = row(*texts)
    rows = [one for one in product(range(total + 1), repeat=3) if sum(one) == total]
    best = min(
        rows, key=lambda one: sum((n - total * cell.value) ** 2 for n, cell in zip(one, printed, strict=True))
    )
    assert nearest_row(printed, total) == list(best)


def test_exact_scores_are_those_of_the_metrics():
    counts = np.array([[5, 1, 0], [2, 3, 1], [0, 0, 4]])
    exact = exact_scores(counts)
    for name, metric in {"uf1": uf1, "uar": uar, "war": war}.items():
        assert float(exact[name]) == pytest.approx(metric(counts), abs=1e-15)
    assert exact["war"] == Fraction(12, 16)


def all_matrices(sizes):
    rows = [[one for one in product(range(n + 1), repeat=len(sizes)) if sum(one) == n] for n in sizes]
    return [np.array(rows) for rows in product(*rows)]


SIZES = (4, 3, 2)


def test_reachable_scores_are_those_of_all_confusion_matrices():
    """Every matrix of a small task, one by one, has no other UF1 than those that are enumerated."""
    by_correct = {}
    for matrix in all_matrices(SIZES):
        by_correct.setdefault(tuple(np.diag(matrix)), set()).add(round(uf1(matrix), 12))
    assert len(by_correct) == 60
    for correct, scores in by_correct.items():
        assert set(all_uf1(SIZES, np.array(correct)).round(12)) == scores


def test_reachable_scores_of_four_classes_too():
    sizes = (2, 1, 2, 1)
    found = {round(uf1(one), 12) for one in all_matrices(sizes) if tuple(np.diag(one)) == (1, 0, 0, 1)}
    assert set(all_uf1(sizes, np.array([1, 0, 0, 1])).round(12)) == found


def test_a_uf1_between_reachable_ones_is_not_reached():
    correct = correct_with_total(SIZES, 9)
    assert correct.tolist() == [[4, 3, 2]]
    assert uf1_span(SIZES, correct, printed_number("1.000")).is_reached
    assert uf1_span(SIZES, correct, printed_number("0.999")) == uf1_span(
        SIZES, correct, printed_number("0.5")
    )
    assert uf1_span(SIZES, correct, printed_number("0.999")).low == 1.0
    assert uf1_span(SIZES, correct[:0], printed_number("0.5")).low is None


def test_correct_counts_with_a_uar_are_exact():
    found = {tuple(one) for one in correct_with_uar(SIZES, printed_number("0.667")).tolist()}
    all_counts = product(*(range(n + 1) for n in SIZES))
    by_hand = {
        t for t in all_counts if round(sum(a / n for a, n in zip(t, SIZES, strict=True)) / 3, 3) == 0.667
    }
    assert found == by_hand
    assert (4, 3, 0) in found


def test_macro_precision_inverts_the_harmonic_mean():
    assert float(macro_precision(Fraction("0.5"), Fraction("0.4396"))) == pytest.approx(0.5796, abs=5e-5)
    assert macro_precision(Fraction("0.9"), Fraction("0.4")) is None


def test_intervals_of_p():
    assert interval("p < 0.05") == (0.0, 0.05)
    with pytest.raises(ValueError, match="'often' is no interval of p"):
        interval("often")


def operand(
    text,
    place="p",
    owner="",
):
    return Operand(text, printed_number(text), (place, "s", "acc"), owner)


def side(*texts, owner="m"):
    return [operand(text, f"p{number}", owner) for number, text in enumerate(texts)]


def claim(left, right=(), printed="", scale=1):
    return Claim(printed, scale, left, right)


def test_order_within_columns_and_across():
    assert outperforms(claim(side("0.5", "0.6"), side("0.4", "0.5"))).is_right
    assert not outperforms(claim(side("0.5", "0.6"), side("0.4", "0.6"))).is_right
    assert not greater(claim(side("0.5", "0.6"), side("0.4", "0.5"))).is_right
    assert mostly_best(claim(side("0.5", "0.6"), side("0.4", "0.7"))).is_right
    assert not mostly_best(claim(side("0.5", "0.6", "0.1"), side("0.4", "0.7", "0.2"))).is_right


def test_exactly_the_named_ones_are_above():
    others = [operand("0.7", owner="A"), operand("0.5", owner="B"), operand("0.8", owner="C")]
    assert only_above(claim([operand("0.6")], others, "C; A")).is_right
    assert not only_above(claim([operand("0.6")], others, "C")).is_right


def test_common_columns_only():
    right = [operand("0.4", "p0"), operand("0.3", "p2")]
    outcome = common_mean_difference(claim(side("0.5", "0.9"), right, "10", 100))
    assert outcome.is_right
    assert outcome.recomputed == "10.0000"


def test_differences_in_every_column():
    assert differences(claim(side("0.70", "0.72"), side("0.67", "0.69"), "3", 100)).is_right
    assert not differences(claim(side("0.70", "0.72"), side("0.67", "0.66"), "3", 100)).is_right


def test_equal_goes_by_the_shorter_number():
    assert equal(claim([operand("0.578")], [operand("0.5784")])).is_right
    assert not equal(claim([operand("0.5780")], [operand("0.5784")])).is_right


def test_a_selection_fits_and_the_possible_orders_are_named():
    sizes = [operand("164", owner="smic"), operand("247", owner="casme2")]
    outcome = fits(claim([operand("167"), operand("157")], sizes))
    assert not outcome.is_right
    assert outcome.reason == "the orders that fit: smic 157, casme2 167"


def test_layers_round_down_unless_told():
    down, up = Operand("55 5/2 3/2"), Operand("55 5/2 3/2up")
    assert layer_sizes(claim([down], [operand("12")])).is_right
    assert layer_sizes(claim([up], [operand("13")])).is_right


def test_names_are_compared_as_sets():
    a, b = [Operand("x"), Operand("y")], [Operand("y"), Operand("z")]
    assert same_names(claim(a, a[::-1])).is_right
    assert same_names(claim(a, b)).recomputed == "only in one: x; only in one: z"


def test_operands_are_keys_numbers_and_words(published):
    (cell,) = operands(published, "results:fr/Table 2/cde2019/composite/fr/uf1")
    assert (cell.text, cell.owner) == ("0.7838", "FR")
    assert [one.text for one in operands(published, "32; word; 1,200")] == ["32", "word", "1,200"]
    counts = operands(published, "counts:fr/Table 13/casme2/single-casme2-5/{disgust,repression}")
    assert sum(one.value for one in counts) == 91
    with pytest.raises(DataError, match="'results:fr/Table 99/.*' names no cell of the published results"):
        operands(published, "results:fr/Table 99/*/*/*/*")
    with pytest.raises(DataError, match="'word' is no number"):
        _ = operands(published, "word")[0].value


def test_an_unknown_kind_of_claim_is_explained(changed):
    wrong = changed("claims", {"item": "Input depth of SE"}, "kind", "totl")
    with pytest.raises(DataError, match="Unknown kind 'totl'. Did you mean 'total'"):
        list(check_claims(wrong))
