"""Values from the published confusion matrices, see the captions of the papers' figures and tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mer.published
from mer.core.errors import DataError
from mer.evaluation.metrics import (
    METRICS,
    confusion_matrix,
    every_metric,
    f1_of_means,
    f1_per_class,
    macro_precision,
    micro_f1,
    precision_per_class,
    recall_per_class,
    uar,
    uf1,
    war,
)

PUBLISHED = {
    "FR Fig. 3b": ([[209, 34, 7], [27, 77, 5], [10, 6, 67]], 0.7838, 0.7832, 0.7986),
    "FR Fig. 3a": ([[201, 37, 12], [31, 70, 8], [12, 7, 64]], 0.7360, 0.7391, 0.7579),
    "STSTNet log, composite": ([[219, 22, 9], [40, 62, 7], [21, 3, 59]], 0.7353, 0.7186, None),
    "STSTNet log, SMIC": ([[54, 10, 6], [17, 30, 4], [14, 1, 28]], 0.6801, 0.6703, None),
    "STSTNet log, CASME II": ([[83, 5, 0], [12, 19, 1], [2, 0, 23]], 0.8382, 0.8190, None),
    "STSTNet log, SAMM": ([[82, 7, 3], [11, 13, 2], [5, 2, 8]], 0.6588, 0.6415, None),
    "STSTNet release": ([[195, 39, 16], [36, 68, 5], [12, 7, 64]], 0.7209, 0.7250, None),
    "CapsuleNet log": ([[192, 30, 24], [33, 65, 11], [25, 9, 46]], 0.6520, 0.6506, None),
}


@pytest.mark.parametrize("source", PUBLISHED)
def test_published_matrices_give_the_published_scores(source):
    matrix, expected_uf1, expected_uar, expected_war = PUBLISHED[source]
    confusion = np.array(matrix)
    assert round(uf1(confusion), 4) == expected_uf1
    assert round(uar(confusion), 4) == expected_uar
    if expected_war is not None:
        assert round(war(confusion), 4) == expected_war


# UF1, UAR and WAR of the confusion matrices that the papers print; see the audit of their tables.
PRINTED = {
    ("cde2019", "basic-inception"): (0.7360, 0.7391, 0.7579),
    ("cde2019", "fr"): (0.7838, 0.7832, 0.7986),
    ("hde2018-casme2-to-samm", "resnet10-macro"): (0.4024, 0.4404, 0.5441),
    ("hde2018-samm-to-casme2", "resnet10-macro"): (0.3170, 0.3366, 0.5784),
    ("smic-hs-4-subject5fold-fold2", "unstated"): (0.6037, 0.5682, 0.5538),
    ("smic-hs-4-subject5fold-fold3", "unstated"): (0.5912, 0.6473, 0.6154),
    ("smic-hs-4-subject5fold-fold4", "unstated"): (0.5414, 0.5923, 0.5692),
}
# Folds of one figure, of which a row as printed adds up to more than its clips, see the file's notes.
WITHOUT_COUNTS = {
    ("smic-hs-4-subject5fold-fold1", "unstated"),
    ("smic-hs-4-subject5fold-fold5", "unstated"),
}


def published_confusions():
    table = pd.read_csv(Path(mer.published.__file__).parent / "confusions.csv")
    found = {}
    for key, rows in table.groupby(["protocol", "method_slug"]):
        classes = list(dict.fromkeys(rows["row_class"]))
        cells = rows.pivot_table(index="row_class", columns="col_class", values="implied_count", dropna=False)
        found[key] = cells.loc[classes, classes].to_numpy()
    return found


def test_every_published_confusion_matrix_gives_the_printed_scores():
    matrices = published_confusions()
    assert set(matrices) == set(PRINTED) | WITHOUT_COUNTS
    for key, expected in PRINTED.items():
        counts = matrices[key].astype(int)
        found = tuple(round(float(metric(counts)), 4) for metric in (uf1, uar, war))
        assert found == expected, key
        assert micro_f1(counts) == war(counts)
        assert METRICS["macro_f1"](counts) == uf1(counts)
    assert all(np.isnan(matrices[key]).any() for key in WITHOUT_COUNTS)


def test_the_holdout_of_the_resnet10_paper_is_the_mean_of_its_two_folds():
    folds = [
        matrix.astype(int) for (protocol, _), matrix in published_confusions().items() if "hde" in protocol
    ]
    assert np.mean([war(fold) for fold in folds]) == pytest.approx(0.56125, abs=1e-5)
    assert np.mean([uar(fold) for fold in folds]) == pytest.approx(0.38849, abs=1e-5)


def test_precision_by_hand():
    # Predicted are 4, 4 and 2 clips, of which 3, 2 and 2 are right.
    confusion = np.array([[3, 1, 0], [1, 2, 0], [0, 1, 2]])
    assert precision_per_class(confusion).tolist() == [0.75, 0.5, 1.0]
    assert macro_precision(confusion) == pytest.approx(0.75)
    # Recalls are 3/4, 2/3 and 2/3.
    recall = (3 / 4 + 2 / 3 + 2 / 3) / 3
    assert f1_of_means(confusion) == pytest.approx(2 * 0.75 * recall / (0.75 + recall))
    assert f1_of_means(confusion) != pytest.approx(uf1(confusion), abs=1e-4)


def test_the_uar_that_the_ststnet_paper_prints_is_macro_precision():
    """Table 2 of the FR paper cites 0.7605; the authors' log has recall 0.7186."""
    log = np.array([[219, 22, 9], [40, 62, 7], [21, 3, 59]])
    assert round(float(macro_precision(log)), 4) == 0.7605


def test_a_class_that_is_never_predicted_has_precision_zero():
    assert precision_per_class(np.array([[2, 0], [3, 0]])).tolist() == [0.4, 0.0]
    assert f1_of_means(np.zeros((2, 2), dtype=int)) == 0.0


@pytest.mark.parametrize("name", every_metric(("a", "b", "c")))
def test_every_metric_takes_many_matrices_at_once(name):
    metric = every_metric(("a", "b", "c"))[name]
    counts = np.random.default_rng(0).integers(0, 9, size=(2, 4, 3, 3))
    found = metric(counts)
    assert found.shape == (2, 4)
    single = [[float(metric(counts[i, j])) for j in range(4)] for i in range(2)]
    assert found.tolist() == single
    # Pooled draws of a bootstrap are whole numbers in floating point.
    assert metric(counts.astype(float)).tolist() == single


def test_metrics_of_a_class_are_those_of_its_place():
    confusion = np.array([[3, 1, 0], [1, 2, 0], [0, 1, 2]])
    metrics = every_metric(("a", "b", "c"))
    assert metrics["recall_a"](confusion) == 0.75
    assert metrics["f1_c"](confusion) == pytest.approx(2 * 2 / (3 + 2))


def test_always_negative_on_the_composite():
    confusion = np.array([[250, 0, 0], [109, 0, 0], [83, 0, 0]])
    assert round(war(confusion), 4) == 0.5656
    assert uar(confusion) == pytest.approx(1 / 3)
    assert uf1(confusion) == pytest.approx(2 * 250 / (442 + 250) / 3)


def test_always_negative_on_casme2_of_cdmer():
    """As 22 of the 24 cited rows of C3D in the FR paper's Table 4."""
    confusion = np.array([[73, 0, 0], [32, 0, 0], [25, 0, 0]])
    assert round(float(war(confusion)), 4) == 0.5615
    assert round(float(uf1(confusion)), 4) == 0.2397


def test_a_class_without_samples_scores_zero():
    confusion = np.array([[2, 0, 0], [0, 3, 0], [0, 0, 0]])
    assert recall_per_class(confusion).tolist() == [1, 1, 0]
    assert f1_per_class(confusion).tolist() == [1, 1, 0]


def test_counts_by_hand():
    true, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    assert confusion_matrix(true, predicted, 3).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


def test_refuses_positions_outside_the_classes():
    with pytest.raises(DataError, match="between 0 and 2, got 0 to 3"):
        confusion_matrix(np.array([0, 3]), np.array([0, 0]), 3)
    with pytest.raises(DataError, match="one shape"):
        confusion_matrix(np.array([0]), np.array([0, 0]), 3)
