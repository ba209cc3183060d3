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
    )
    write_folds(tmp_path / "p.json", split)
    assert read_folds(tmp_path / "p.json") == split


@pytest.mark.parametrize("text", ["", "{}", '{"samples": [{"sample_id": 1}]}'])
def test_a_damaged_file_is_refused(tmp_path, text):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(DataError, match="not a complete file of folds"):
        read_folds(path)
    with pytest.raises(DataError, match="does not exist"):
        read_folds(tmp_path / "q.json")
