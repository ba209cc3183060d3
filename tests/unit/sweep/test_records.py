import os

import pytest
from snakemake.persistence.file import FilePersistence

from mer.sweep.records import Records

# Longer than a file name may be, once it is written in base64.
LONG = f"results/runs/{'p' * 200}-0123abcd/net-0123abcd/s0/000-002.parquet"


@pytest.fixture
def note():
    """Write a note by Snakemake's own code."""
    snakemake = FilePersistence.__new__(FilePersistence)
    snakemake._max_len = None

    def write(folder, path):
        folder.mkdir(parents=True, exist_ok=True)
        snakemake._io_write(str(folder), {"external_jobid": None}, path)
        return snakemake._record_path(str(folder), path)

    return write


@pytest.mark.parametrize("path", ["results/demo/sweep.json", LONG, "results/ä?>/x.parquet"])
def test_notes_are_read_as_snakemake_writes_them(note, tmp_path, path):
    written = note(tmp_path / "incomplete", path)
    note(tmp_path / "metadata", path)
    os.utime(written, (5, 1000))
    assert dict(Records(tmp_path).started) == {path: 1000.0}
    assert Records(tmp_path).made == {path}


def test_what_is_no_note_is_overlooked(note, tmp_path):
    note(tmp_path / "incomplete", "a")
    (tmp_path / "incomplete" / "migration_underway").touch()
    (tmp_path / "incomplete" / "x").touch()
    assert "a" in Records(tmp_path).started


def test_a_lock_says_since_when_and_what_is_made(tmp_path):
    assert Records(tmp_path).lock is None
    locks = tmp_path / "locks"
    locks.mkdir()
    assert Records(tmp_path).lock is None
    for name, text in {"0.input.lock": "config.yaml\n", "0.output.lock": "a b\nc\n"}.items():
        (locks / name).write_text(text)
        os.utime(locks / name, (5, 1000))
    assert Records(tmp_path).lock.since == 1000
    assert Records(tmp_path).lock.outputs == {"a b", "c"}
