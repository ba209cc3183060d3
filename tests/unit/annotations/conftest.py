"""Databases that exist only in memory: a few rows and the names of a few frames."""

from collections.abc import Mapping

import pytest

from mer.annotations.records import Record
from mer.annotations.tree import PlannedTree
from mer.core.location import Location
from mer.datasets import DATASETS


@pytest.fixture
def tree():
    """Make a database of tables and folders; a number stands for the frame ``img<number>.jpg``."""

    def make(tables=None, frames=None, texts=None, note=None):
        sheets = {
            path: table if isinstance(table, Mapping) else {"Sheet1": table}
            for path, table in (tables or {}).items()
        }
        files = {
            folder: tuple(name if isinstance(name, str) else f"img{name}.jpg" for name in names)
            for folder, names in (frames or {}).items()
        }
        return PlannedTree("copy", sheets, files, texts or {}, note or {})

    return make


@pytest.fixture
def record():
    """Make a record of the clip sub01/c1."""

    def make(onset=10, apex=12, offset=14, **more):
        plain = {"subject": "sub01", "clip": "c1", "emotion": "disgust", "folders": ("sub01/c1",)}
        return Record(
            **{**plain, "place": "coding.xlsx, row 2", **more}, onset=onset, apex=apex, offset=offset
        )

    return make


@pytest.fixture
def read(tree):
    """Read a database of these tables and folders with its reader."""

    def records(key, tables, frames=None, **settings):
        spec = DATASETS[key]
        params = spec.params.from_plain({**settings, "stand_in": {"scale": 0.01, "size": 16}})
        return spec.build(params, Location(key, None)).read(tree(tables, frames))

    return records


def marks(found):
    """Onset, apex and offset of every clip."""
    return [(one.onset, one.apex, one.offset) for one in found.records]
