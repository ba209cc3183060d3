import pytest

from mer.core.errors import DataError
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.start import drop_hollow_lists


def test_a_list_is_read_as_it_was_written(tmp_path):
    spec = InputsSpec(folds="folds.json", lists=("a/parts.json", "b/parts.json"), macro="macro.json")
    (tmp_path / "a.json").write_text(f"{spec.as_json()}\n")
    assert InputsSpec.read(tmp_path / "a.json") == spec


@pytest.mark.parametrize("text", ["", '{"lists": ["a"', '{"folds": "a"}', "\xff"])
def test_a_list_that_is_not_whole_is_refused(text, tmp_path):
    (tmp_path / "a.json").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match="a.json: not a complete list of inputs. Delete it and run again"):
        InputsSpec.read(tmp_path / "a.json")


def test_a_list_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="a.json: the file does not exist. Run the workflow again"):
        InputsSpec.read(tmp_path / "a.json")


@pytest.mark.parametrize("gone", [None, "audit.md", "folds.json", "a/parts.json", "macro.json"])
def test_a_list_of_what_is_gone_is_removed(gone, tmp_path):
    split = tmp_path / "results/runs/p-00000000"
    paths = {name: split / name for name in ("audit.md", "folds.json", "a/parts.json", "macro.json")}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if name != gone:
            path.touch()
    below = {name: str(path.relative_to(tmp_path)) for name, path in paths.items()}
    spec = InputsSpec(folds=below["folds.json"], lists=(below["a/parts.json"],), macro=below["macro.json"])
    whole, damaged = split / "inputs/00000000.json", split / "inputs/11111111.json"
    whole.parent.mkdir()
    whole.write_text(spec.as_json())
    damaged.write_text("{")
    drop_hollow_lists(tmp_path / "results")
    assert whole.exists() == (gone is None)
    assert not damaged.exists()
