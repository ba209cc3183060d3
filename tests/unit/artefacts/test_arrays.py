import numpy as np
import pytest
from safetensors import SafetensorError

from mer.artefacts.arrays import Arrays, Part, joined, read_arrays, read_part, write_part, write_parts
from mer.core.errors import DataError


@pytest.fixture
def two_parts(tmp_path):
    for name, ids in (("a", ("x", "y")), ("b", ("z",))):
        data = np.array([[ord(i), 0.5] for i in ids], dtype=np.float32)
        write_part(tmp_path / f"{name}.safetensors", data, Part(ids, "{}", "d"))
    write_parts(tmp_path / "parts.json", {"a": "d", "b": "d"})
    return tmp_path


def test_a_part_says_what_it_holds(two_parts):
    part, data = read_part(two_parts / "a.safetensors")
    assert part == Part(("x", "y"), "{}", "d")
    assert data.dtype == np.float32
    assert data.tolist() == [[120, 0.5], [121, 0.5]]


def test_a_part_is_mapped_into_memory_and_cannot_be_written_to(two_parts):
    _, data = read_part(two_parts / "a.safetensors")
    assert isinstance(data, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        data[0, 0] = 1


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(3, 2), (3, 0), (0,)])
def test_every_type_comes_back(tmp_path, dtype, shape):
    data = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    write_part(tmp_path / "a.safetensors", data, Part(tuple("xyz"[: shape[0]]), "{}", "d"))
    _, again = read_part(tmp_path / "a.safetensors")
    assert again.dtype == dtype
    assert np.array_equal(again, data)


def test_samples_that_are_left_out_keep_their_reason(two_parts):
    part = Part((), "{}", "d", {"z": "no face"})
    write_part(two_parts / "b.safetensors", np.empty((0,), np.float32), part)
    assert read_part(two_parts / "b.safetensors")[0] == part
    arrays = read_arrays([two_parts / "parts.json"], ["z", "y", "x"])
    assert arrays.left_out == {"z": "no face"}
    assert arrays.kept(["z", "x", "y"]) == ("x", "y")
    assert arrays.take(["y"]).tolist() == [[121, 0.5]]
    with pytest.raises(DataError, match="All samples are left out: reasons:\n  no face"):
        read_arrays([two_parts / "parts.json"], ["z"])


def test_samples_may_have_several_arrays(tmp_path):
    arrays = {"x": np.arange(6.0).reshape(3, 2), "y": np.arange(2.0).reshape(1, 2)}
    data, counts = joined(arrays, several=True)
    assert counts == (3, 1)
    write_part(tmp_path / "a.safetensors", data, Part(("x", "y"), "{}", "d", counts=counts))
    write_parts(tmp_path / "parts.json", {"a": "d"})
    back = read_arrays([tmp_path / "parts.json"], ["y", "x"])
    assert back.data.shape == (2,)
    assert [rows.tolist() for rows in back.take(["x", "y"])] == [rows.tolist() for rows in arrays.values()]
    with pytest.raises(DataError, match="differ in shape"):
        joined({"x": np.zeros((3, 2)), "y": np.zeros((1, 3))}, several=True)
    with pytest.raises(DataError, match="4 rows for 5 samples or windows"):
        write_part(tmp_path / "b.safetensors", data, Part(("x", "y"), "{}", "d", counts=(3, 2)))


def test_samples_are_joined_by_name_in_the_order_asked_for(two_parts):
    assert read_arrays([two_parts / "parts.json"], ["z", "x"]).data[:, 0].tolist() == [122, 120]


def test_missing_samples_are_listed(two_parts):
    with pytest.raises(DataError, match="No array was prepared for these samples:\n  q"):
        read_arrays([two_parts / "parts.json"], ["x", "q"])


def test_a_sample_in_two_parts_is_refused(two_parts):
    lists = [two_parts / "parts.json"] * 2
    with pytest.raises(DataError, match="sample x occurs in two parts"):
        read_arrays(lists, ["x"])


def test_parts_of_different_shape_are_refused(two_parts):
    write_part(two_parts / "b.safetensors", np.zeros((1, 3), np.float32), Part(("z",), "{}", "d"))
    with pytest.raises(DataError, match=r"(?s)set 'length' in the preprocessing.*\(2,\) in x\n.*\(3,\) in z"):
        read_arrays([two_parts / "parts.json"], ["x", "z"])


def test_rows_and_samples_must_agree(tmp_path):
    with pytest.raises(DataError, match="2 rows for 1 samples or windows"):
        write_part(tmp_path / "a.safetensors", np.zeros((2, 1)), Part(("x",), "{}", "d"))
    assert not list(tmp_path.iterdir())


def test_values_that_are_no_numbers_are_refused_by_name(tmp_path):
    data = np.array([[1.0], [np.nan]])
    with pytest.raises(DataError, match="no finite numbers in:\n  y"):
        write_part(tmp_path / "a.safetensors", data, Part(("x", "y"), "{}", "d"))


@pytest.mark.parametrize("keep", [0, 20, -3])
def test_a_truncated_file_is_refused(two_parts, keep):
    path = two_parts / "a.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"a.safetensors: not a complete file of arrays"):
        read_part(path)
    with pytest.raises(DataError, match=r"Delete .*parts.json and the named part"):
        read_arrays([two_parts / "parts.json"], ["x"])


def test_a_missing_part_names_what_to_delete(two_parts):
    (two_parts / "b.safetensors").unlink()
    with pytest.raises(DataError, match=r"b.safetensors: the file does not exist. Delete .*parts.json"):
        read_arrays([two_parts / "parts.json"], ["x"])


def test_a_part_that_was_made_otherwise_is_refused(two_parts):
    write_part(two_parts / "b.safetensors", np.zeros((1, 2), np.float32), Part(("z",), "{}", "older"))
    with pytest.raises(DataError, match=r"b.safetensors is not the part that the list means"):
        read_arrays([two_parts / "parts.json"], ["x"])


@pytest.mark.parametrize("text", [None, "", "[1"])
def test_a_list_that_is_none_is_refused(two_parts, text):
    path = two_parts / "parts.json"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(DataError, match="parts.json: not a list of parts"):
        read_arrays([path], ["x"])


def test_a_file_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    def full(*_):
        raise SafetensorError("No space left on device")

    monkeypatch.setattr("mer.artefacts.arrays.save_file", full)
    with pytest.raises(
        DataError, match=r"a.safetensors: cannot be written .*No space left.*Is the disk full"
    ):
        write_part(tmp_path / "a.safetensors", np.zeros((1, 2)), Part(("x",), "{}", "d"))
    assert not list(tmp_path.iterdir())


def test_a_digest_is_of_samples_values_and_reasons():
    data, rows, left_out = np.arange(6.0).reshape(2, 3), {"a": 0, "b": 1}, {"c": "no face"}
    several = np.empty(2, dtype=object)
    several[:] = [np.zeros((2, 3)), np.zeros((3, 2))]
    others = [
        Arrays(data + 1, rows, left_out),
        Arrays(data.astype(np.float32), rows, left_out),
        Arrays(data.reshape(2, 1, 3), rows, left_out),
        Arrays(data, {"a": 0, "d": 1}, left_out),
        Arrays(data, rows, {"c": "no video"}),
        Arrays(data, rows, {}),
        Arrays(several, rows, left_out),
        Arrays(several[::-1], rows, left_out),
    ]
    first = Arrays(data, rows, left_out).digest()
    assert first == Arrays(data.copy(), dict(rows), dict(left_out)).digest()
    assert len({first, *(one.digest() for one in others)}) == len(others) + 1
