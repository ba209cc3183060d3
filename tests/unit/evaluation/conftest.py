"""Predictions of methods on a few invented clips."""

import pandas as pd
import pytest

CLASSES = ("a", "b", "c")


@pytest.fixture(scope="session")
def predict():
    """Make predictions of S subjects with three clips each, one per class; the first ``n_right`` are right."""

    def make(n_right, n_subjects=8, seeds=(0,), folds=4, databases=1):
        rows = []
        for seed in seeds:
            for subject in range(n_subjects):
                for number, true in enumerate(CLASSES):
                    right = 3 * subject + number < n_right
                    wrong = CLASSES[(number + 1) % 3]
                    database = f"d{subject % databases}"
                    rows.append(
                        {
                            "sample_id": f"{database}:s{subject}:{true}",
                            "person": f"{database}:s{subject}",
                            "database": database,
                            "seed": seed,
                            "fold": subject % folds,
                            "true": true,
                            "predicted": true if right else wrong,
                        }
                    )
        return pd.DataFrame(rows)

    return make
