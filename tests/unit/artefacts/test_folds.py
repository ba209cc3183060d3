import json

import pytest

from mer.artefacts.folds import Split, read_folds, write_folds
from mer.core.errors import DataError
from mer.core.types import Fold


def test_what_is_written_is_read(tmp_path, tiny_demo):
    samples = {s.sample_id: s for s in tiny_demo.index()}
    ids = tuple(samples)
    split = Split(
        protocol="p",
        task="three_class",
        classes=("negative", "positive", "surprise"),
        source="stand_in",
        samples=samples,
        labels={i: s.emotion for i, s in samples.items()},
        folds=(Fold("one", ids[3:], ids[:3]),),
        subject_disjoint=False,
        pooling="fold_mean",
        times_tested={i: int(i in ids[:3]) for i in ids},
        notes=("only some",),
    )
    write_folds(tmp_path / "p.json", split)
    assert read_folds(tmp_path / "p.json") == split


def test_a_file_of_an_older_form_is_refused(tmp_path, tiny_demo):
    sample = tiny_demo.index().samples[0]
    split = Split(
        "p",
        "t",
        ("a",),
        "stand_in",
        {sample.sample_id: sample},
        {sample.sample_id: "a"},
        (),
        True,
        "pooled",
        {sample.sample_id: 1},
    )
    path = tmp_path / "p.json"
    write_folds(path, split)
    document = json.loads(path.read_text())
    del document["samples"][0]["apex"]
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match="not a complete file of folds"):
        read_folds(path)


@pytest.mark.parametrize("text", ["", "{}", '{"samples": [{"sample_id": 1}]}'])
def test_a_damaged_file_is_refused(tmp_path, text):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(DataError, match="not a complete file of folds"):
        read_folds(path)
    with pytest.raises(DataError, match="does not exist"):
        read_folds(tmp_path / "q.json")
