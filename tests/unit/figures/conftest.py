"""Numbers of a made-up protocol with many methods, one of them with a long name, one an oracle."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

CLASSES = ("negative", "positive", "surprise")
DATABASES = {"smic_hs": 5, "casme2": 8, "samm": 6}
VARIANTS = (
    "majority",
    "flow_svm",
    *(f"network_{number}" for number in range(8)),
    "basic_inception_adam_with_shared_streams",
    "best",
)


def predictions(variants=VARIANTS, seeds=(0, 1)):
    """Made-up predictions of variants that get better from the first to the last."""
    rng = np.random.default_rng(0)
    clips = [
        (database, f"{database}:s{subject:02d}", clip, CLASSES[(subject + clip) % 3])
        for database, n_subjects in DATABASES.items()
        for subject in range(n_subjects)
        for clip in range(4)
    ]
    rows = []
    for place, variant in enumerate(variants):
        for seed in seeds:
            for number, (database, subject, clip, true) in enumerate(clips):
                right = rng.random() < 0.3 + 0.05 * place
                rows.append(
                    {
                        "variant": variant,
                        "selection": "oracle_test" if variant == "best" else "last",
                        "seed": seed,
                        "fold": number % 5,
                        "database": database,
                        "subject": subject,
                        "person": subject,
                        "sample_id": f"{subject}:{clip}",
                        "true": true,
                        "predicted": true if right else CLASSES[CLASSES.index(true) - 1],
                    }
                )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def many():
    return predictions()


def drawn_texts(figure):
    """Draw a figure; returns the texts that are seen."""
    found, draw = [], Text.draw

    def noted(text, renderer, *arguments):
        if text.get_visible() and text.get_text():
            found.append(text)
        return draw(text, renderer, *arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Text, "draw", noted)
        FigureCanvasAgg(figure).draw()
    return list({id(text): text for text in found}.values())


@pytest.fixture
def made_up():
    """Frames as figures take them, of few rows that are known."""

    def intervals(*rows, scope="casme2"):
        columns = ["variant", "selection", "value", "low", "high"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.assign(scope=scope, metric="uf1", n_subjects=24)

    return SimpleNamespace(intervals=intervals)
