import shutil

import numpy as np
import pytest
from PIL import Image

from mer.core.errors import DataError
from mer.core.location import Location
from mer.datasets.flow_images import SPEC, FlowFolders, FlowTable

CLASSES = ("negative", "positive", "surprise")


def reader(root, **settings):
    return SPEC.build(SPEC.params(**settings), Location("flow", root))


def test_a_table_is_indexed_in_the_order_of_names(flow_table):
    data = reader(flow_table())
    index = data.index()
    assert isinstance(data, FlowTable)
    assert len(index) == 18
    assert [s.sample_id for s in index][:2] == ["casme2:sub01:c0", "casme2:sub01:c1"]
    first = index.samples[0]
    assert (first.database, first.subject, first.person) == ("casme2", "casme2:sub01", "casme2:sub01")
    assert (first.emotion, first.source, first.dataset) == ("negative", "real", "flow")


def test_images_are_joined_by_name_and_have_channels_first(flow_table):
    root = flow_table()
    data = reader(root)
    wanted = [data.index().samples[i] for i in (5, 0)]
    stored = np.load(root / "flow.npz")["images"]
    rows = {
        line.split(",")[2] + line.split(",")[3]: int(line.split(",")[0])
        for line in (root / "samples.csv").read_text().splitlines()[1:]
    }
    expected = [stored[rows[s.subject.split(":")[1] + s.clip]].transpose(2, 0, 1) for s in wanted]
    assert np.array_equal(data.read_flow_images(wanted), expected)


def test_the_column_row_says_where_an_image_is(flow_table):
    root = flow_table()
    header, *lines = (root / "samples.csv").read_text().splitlines()
    before = reader(root)
    sample = before.index().samples[3]
    image = before.read_flow_images([sample])
    (root / "samples.csv").write_text("\n".join([header, *reversed(lines)]))
    assert np.array_equal(reader(root).read_flow_images([sample]), image)
    (root / "samples.csv").write_text("\n".join([header, *lines[:-1], lines[-1].replace("17,", "3,", 1)]))
    with pytest.raises(DataError, match="'row' must hold each number from 0 to 17 once"):
        reader(root).index()


def test_the_fingerprint_follows_the_images_not_the_place(flow_table, tmp_path):
    root = flow_table()
    before = reader(root).index().fingerprint
    shutil.copytree(root, tmp_path / "moved")
    assert reader(tmp_path / "moved").index().fingerprint == before
    images = np.load(root / "flow.npz")["images"]
    images[0, 0, 0, 0] ^= 1
    np.savez_compressed(root / "flow.npz", images=images)
    assert reader(root).index().fingerprint != before


def test_a_missing_folder_names_the_remedy(tmp_path):
    with pytest.raises(DataError, match=r"flow: the folder '.*gone' does not exist.*paths.yaml"):
        reader(tmp_path / "gone")
    with pytest.raises(DataError, match="flow: no folder is configured"):
        reader(None)
    with pytest.raises(DataError, match="neither a sample table"):
        reader(tmp_path)


def test_unknown_classes_are_listed_with_the_nearest(flow_table):
    root = flow_table()
    table = root / "samples.csv"
    table.write_text(table.read_text().replace("positive", "postive", 2))
    with pytest.raises(
        DataError, match=r"line 3: Unknown class 'postive'. Did you mean 'positive'"
    ) as caught:
        reader(root).index()
    assert str(caught.value).count("\n") == 2


def test_a_doubled_clip_is_named(flow_table):
    root = flow_table(rows=[("samm", "006", "a", "negative")] * 2)
    with pytest.raises(DataError, match="Remove the doubles of:\n  samm:006:a"):
        reader(root).index()


def test_images_of_the_wrong_size_are_refused(flow_table):
    root = flow_table(images=np.zeros((18, 27, 28, 3), np.uint8))
    with pytest.raises(DataError, match=r"shape \(18, 27, 28, 3\). Expected .*\(N, 28, 28, 3\)"):
        reader(root).index()
    assert len(reader(flow_table(images=np.zeros((18, 14, 14, 3), np.uint8)), size=14).index()) == 18


def test_another_number_of_images_than_rows_is_refused(flow_table):
    root = flow_table(images=np.zeros((17, 28, 28, 3), np.uint8))
    with pytest.raises(DataError, match="17 images.*18 clips"):
        reader(root).index()


@pytest.mark.parametrize("keep", [0, 100, 2000, -50])
def test_a_truncated_archive_is_refused(flow_table, keep):
    root = flow_table()
    path = root / "flow.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"flow.npz is damaged .* Copy it again"):
        reader(root).index()


def test_damage_in_the_middle_of_an_archive_is_found(flow_table):
    root = flow_table()
    content = bytearray((root / "flow.npz").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (root / "flow.npz").write_bytes(bytes(content))
    with pytest.raises(DataError, match="flow.npz is damaged"):
        reader(root).index()


def test_a_plain_array_in_place_of_an_archive_is_refused(flow_table):
    root = flow_table()
    with (root / "flow.npz").open("wb") as file:
        np.save(file, np.zeros((18, 28, 28, 3), np.uint8))
    with pytest.raises(DataError, match="no array 'images'"):
        reader(root).index()


def test_an_archive_without_images_is_refused(flow_table):
    root = flow_table()
    np.savez(root / "flow.npz", other=np.zeros(3))
    with pytest.raises(DataError, match="no array 'images'"):
        reader(root).index()
    (root / "flow.npz").unlink()
    with pytest.raises(DataError, match=r"flow.npz: the file does not exist"):
        reader(root).index()


@pytest.fixture
def folders(tmp_path):
    """Three subjects of three databases with one clip per class, in the layout of folders."""
    root = tmp_path / "folders"
    rng = np.random.default_rng(0)
    subjects = ("sub01", "006", "s01")
    for owner in subjects:
        for number in range(3):
            image = Image.fromarray(rng.integers(0, 256, (28, 28, 3), dtype=np.uint8))
            for subject in subjects:
                side = "u_test" if subject == owner else "u_train"
                path = root / subject / side / str(number) / f"{owner}_{owner}_{number}_1 .png"
                path.parent.mkdir(parents=True, exist_ok=True)
                image.save(path)
    return root


def test_folders_are_indexed_from_the_test_sides(folders):
    data = reader(folders)
    (folders / "006" / "u_test" / "0" / ".DS_Store").write_text("")
    index = data.index()
    assert isinstance(data, FlowFolders)
    assert [s.sample_id for s in index] == sorted(
        f"{database}:{subject}:{subject}_{number}_1"
        for database, subject in (("casme2", "sub01"), ("samm", "006"), ("smic_hs", "s01"))
        for number in range(3)
    )
    assert {s.clip[-3]: s.emotion for s in index} == dict(zip("012", CLASSES, strict=True))


def test_folder_images_keep_red_green_blue_as_u_v_strain(folders):
    data = reader(folders)
    sample = data.index().samples[0]
    path = folders / "sub01" / "u_test" / "0" / "sub01_sub01_0_1 .png"
    expected = np.asarray(Image.open(path)).transpose(2, 0, 1)
    assert np.array_equal(data.read_flow_images([sample])[0], expected)


def test_the_fingerprint_of_folders_follows_the_images(folders):
    before = reader(folders).index().fingerprint
    path = folders / "006" / "u_test" / "0" / "006_006_0_1 .png"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    assert reader(folders).index().fingerprint != before


def test_one_clip_in_two_files_is_refused(folders):
    path = folders / "006" / "u_test" / "0" / "006_006_0_1 .png"
    shutil.copy(path, path.with_name("006_006_0_1.png"))
    with pytest.raises(DataError, match="are one clip. Keep one of them"):
        reader(folders).index()


def test_a_subject_that_no_fold_tests_is_found(folders):
    shutil.rmtree(folders / "s01")
    with pytest.raises(DataError, match=r"belongs to a subject that no fold tests") as caught:
        reader(folders).index()
    assert "006/u_train: 's01_s01_0_1' (negative) is in no u_test" in str(caught.value)


def test_a_clip_missing_from_training_and_one_on_both_sides_are_found(folders):
    (folders / "006" / "u_train" / "1" / "s01_s01_1_1 .png").unlink()
    shutil.copy(
        folders / "sub01" / "u_test" / "0" / "sub01_sub01_0_1 .png", folders / "sub01" / "u_train" / "0"
    )
    with pytest.raises(DataError) as caught:
        reader(folders).index()
    assert "006/u_train: 's01_s01_1_1' (positive) is missing" in str(caught.value)
    assert "sub01/u_train: 'sub01_sub01_0_1' (negative) is also in its u_test" in str(caught.value)


def test_an_unknown_class_folder_is_refused(folders):
    (folders / "006" / "u_test" / "2").rename(folders / "006" / "u_test" / "3")
    with pytest.raises(DataError, match="unknown class '3'. Known classes: 0"):
        reader(folders).index()


def test_a_folder_image_of_the_wrong_size_is_refused(folders):
    path = folders / "006" / "u_test" / "0" / "006_006_0_1 .png"
    Image.fromarray(np.zeros((28, 30, 3), np.uint8)).save(path)
    data = reader(folders)
    sample = next(s for s in data.index() if s.sample_id == "samm:006:006_0_1")
    with pytest.raises(DataError, match=r"006_006_0_1 .png: the image is 30x28 pixels, expected 28x28"):
        data.read_flow_images([sample])


def test_a_truncated_folder_image_is_refused(folders):
    path = folders / "006" / "u_test" / "0" / "006_006_0_1 .png"
    path.write_bytes(path.read_bytes()[:200])
    data = reader(folders)
    sample = next(s for s in data.index() if s.sample_id == "samm:006:006_0_1")
    with pytest.raises(DataError, match=r"006_006_0_1 .png: the image is damaged"):
        data.read_flow_images([sample])


def test_a_subject_of_no_known_database_is_refused(folders):
    for path in sorted(folders.rglob("*sub01_sub01*")):
        path.rename(path.with_name(path.name.replace("sub01_sub01", "anna_sub01")))
    (folders / "sub01").rename(folders / "anna")
    with pytest.raises(DataError, match="cannot tell the database"):
        reader(folders).index()
