"""The published numbers, and ways to change one of them."""

from dataclasses import replace

import pandas as pd
import pytest

from mer.audit.audit import published_audit
from mer.audit.published import load


@pytest.fixture(scope="session")
def published():
    return load()


@pytest.fixture(scope="session")
def checks():
    return list(published_audit())


@pytest.fixture
def changed(published):
    """Change cells of one table of the published numbers, chosen by columns; counts them."""

    def change(table, where, column, value, n=1):
        frame = getattr(published, table).copy()
        chosen = pd.Series(True, index=frame.index)
        for name, wanted in where.items():
            chosen &= frame[name] == wanted
        assert chosen.sum() == n
        frame.loc[chosen, column] = value
        return replace(published, **{table: frame})

    return change
