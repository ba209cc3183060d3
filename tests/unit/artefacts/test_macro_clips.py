import json

import pytest

from mer.artefacts.macro_clips import MacroClips, read_macro_clips, write_macro_clips
from mer.core.errors import DataError


@pytest.fixture
def clips(tiny_demo):
    samples = {sample.sample_id: sample for sample in tiny_demo.index()}
    labels = {name: sample.emotion for name, sample in samples.items()}
    return MacroClips(("negative", "positive", "surprise"), "stand_in", samples, labels)


def test_what_is_written_is_read(tmp_path, clips):
    write_macro_clips(tmp_path / "emr.json", clips)
    found = read_macro_clips(tmp_path / "emr.json")
    assert found == clips
    assert list(found.samples) == list(clips.samples)


def damaged(path, clips, change):
    write_macro_clips(path, clips)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("source"),
        lambda document: document["samples"][0].pop("label"),
        lambda document: document["samples"][0].pop("apex"),
        lambda document: document["samples"][0].update(label="joy"),
    ],
    ids=["source", "label", "older form", "foreign class"],
)
def test_a_damaged_file_is_refused(tmp_path, clips, change):
    damaged(tmp_path / "emr.json", clips, change)
    with pytest.raises(DataError, match="not a complete file of macro-expressions"):
        read_macro_clips(tmp_path / "emr.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="emr.json: the file does not exist. Run the workflow again"):
        read_macro_clips(tmp_path / "emr.json")
