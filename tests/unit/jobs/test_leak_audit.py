from dataclasses import replace

import pytest

from mer.artefacts.folds import read_folds, write_folds
from mer.core.errors import LeakageError
from mer.jobs import leak_audit


def test_the_report_says_what_was_checked(prepared, tmp_path):
    leak_audit.run(prepared.folds, tmp_path / "p.md")
    text = (tmp_path / "p.md").read_text()
    assert "- 24 stand-in clips of 4 people in 4 folds." in text
    assert "- No person is in both the training and the test set of any fold." in text
    assert "- 24 clips are tested in exactly one fold, as the protocol declares." in text
    assert "| demo:s01 | 18 | 6 | 3 | 1 |" in text


def test_folds_that_leak_give_no_report(prepared, tmp_path):
    split = read_folds(prepared.folds)
    first, *rest = split.folds
    leaky = replace(first, train=(*first.train, first.test[0]))
    write_folds(tmp_path / "folds.json", replace(split, folds=(leaky, *rest)))
    with pytest.raises(LeakageError, match="in both train and test"):
        leak_audit.run(tmp_path / "folds.json", tmp_path / "p.md")
    assert not (tmp_path / "p.md").exists()


def test_a_protocol_that_shares_people_says_so(prepared, tmp_path):
    split = read_folds(prepared.folds)
    mixed = tuple(
        replace(fold, train=tuple(i for i in split.samples if i != fold.test[0]), test=fold.test[:1])
        for fold in split.folds
    )
    times = {i: int(any(i in fold.test for fold in mixed)) for i in split.samples}
    changed = replace(split, folds=mixed, subject_disjoint=False, times_tested=times)
    write_folds(tmp_path / "folds.json", changed)
    leak_audit.run(tmp_path / "folds.json", tmp_path / "p.md")
    text = (tmp_path / "p.md").read_text()
    assert "- **Not subject-disjoint**: 4 of 4 people are on both sides of some fold." in text
    assert "- 20 clips are tested never, as the protocol declares." in text
