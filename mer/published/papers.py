"""The papers that published numbers come from."""

from pathlib import Path

import pandas as pd

_FOLDER = Path(__file__).parent


def citation(paper: str) -> str:
    """Return the reference of a paper by its short name."""
    papers = pd.read_csv(_FOLDER / "papers.csv").set_index("paper")
    return str(papers.loc[paper, "citation"])
