import pytest

from mer.core.errors import DataError
from mer.sweep.specs.inputs import InputsSpec


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
