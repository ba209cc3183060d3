"""Sets of still images: what their paths and neighbours tell."""

from collections import Counter

import pytest

from mer.core.errors import DataError
from mer.core.location import Location
from mer.datasets import DATASETS


@pytest.fixture
def read(tree):
    """Read a set by the paths of its files; texts are files with content."""

    def records(key, *paths, texts=None, **settings):
        frames = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            frames.setdefault(folder, []).append(name)
        spec = DATASETS[key]
        params = spec.params.from_plain({**settings, "stand_in": {"scale": 0.01, "size": 16}})
        return spec.build(params, Location(key, None)).read(tree(frames=frames, texts=texts))

    return records


def told(found):
    return [(one.subject, one.clip, one.emotion) for one in found.records]


def test_kdef_names_tell_actor_and_expression(read):
    found = read("kdef", "KDEF/AF01/AF01ANS.JPG", "KDEF/BM35/BM35AFS.jpg")
    assert told(found) == [("F01", "AF01ANS", "anger"), ("M35", "BM35AFS", "fear")]


def test_two_misnamed_files_of_kdef_are_left_out(read):
    found = read("kdef", "AF01/AF01ANS.JPG", "AF31/AF31V.JPG", "AM31/AM31H.JPG")
    assert [one.clip for one in found.records] == ["AF01ANS"]


def test_only_frontal_images_of_kdef_count_unless_others_are_asked_for(read):
    paths = [f"AF01/AF01AN{angle}.JPG" for angle in ("S", "HL", "HR", "FL", "FR")]
    assert [one.clip for one in read("kdef", *paths).records] == ["AF01ANS"]
    assert [one.clip for one in read("kdef", *paths, angles=["S", "HL"]).records] == ["AF01ANHL", "AF01ANS"]


CKPLUS = [f"cohn-kanade-images/S005/001/S005_001_{n:08d}.png" for n in range(1, 12)]
CKPLUS_LABEL = "Emotion/S005/001/S005_001_00000011_emotion.txt"


def test_the_last_three_images_of_a_ckplus_sequence_count(read):
    found = read("ckplus", *CKPLUS, texts={CKPLUS_LABEL: "   3.0000000e+00\n"})
    assert told(found) == [("S005", f"S005_001_{n:08d}", "disgust") for n in (9, 10, 11)]
    found = read("ckplus", *CKPLUS, texts={CKPLUS_LABEL: "   3.0000000e+00\n"}, last=1)
    assert told(found) == [("S005", "S005_001_00000011", "disgust")]


def test_ckplus_sequences_without_a_label_are_left_out(read):
    unlabelled = [path.replace("001", "002") for path in CKPLUS]
    found = read("ckplus", *CKPLUS, *unlabelled, texts={CKPLUS_LABEL: "   7.0000000e+00\n"})
    assert Counter(one.emotion for one in found.records) == {"surprise": 3}
    assert found.warnings == ()


def test_a_ckplus_label_that_is_no_emotion_is_left_out_and_noted(read):
    texts = {CKPLUS_LABEL: "   0.0000000e+00\n", "Emotion/S006/001/S006_001_00000011_emotion.txt": "   1.0\n"}
    others = [path.replace("S005", "S006") for path in CKPLUS]
    found = read("ckplus", *CKPLUS, *others, texts=texts)
    assert {one.subject for one in found.records} == {"S006"}
    (warning,) = found.warnings
    assert warning.startswith("label '0' is none of the set's, image left out: 11 times")


def test_oulu_casia_names_its_folder_in_one_camera_and_light(read):
    paths = [f"OriginalImg/VL/Strong/P001/Anger/{n:03d}.jpeg" for n in range(5)]
    paths += ["OriginalImg/VL/Weak/P002/Anger/000.jpeg", "OriginalImg/NI/Strong/P003/Sadness/000.jpeg"]
    assert told(read("oulu_casia", *paths)) == [("P001", f"Anger_{n:03d}", "anger") for n in (2, 3, 4)]
    assert told(read("oulu_casia", *paths, camera="NI")) == [("P003", "Sadness_000", "sadness")]
    assert told(read("oulu_casia", *paths, light="Weak")) == [("P002", "Anger_000", "anger")]


def test_jaffe_names_tell_woman_and_expression(read):
    found = read("jaffe", "jaffe/KA.AN1.39.tiff", "jaffe/YM.SU3.60.tiff", "jaffe/README_FIRST.txt")
    assert told(found) == [("KA", "KA.AN1.39", "anger"), ("YM", "YM.SU3.60", "surprise")]


def test_the_middle_of_a_mug_take_counts(read):
    paths = [f"subjects3/001/anger/take000/img_{n:04d}.jpg" for n in range(9)]
    found = read("mug", *paths)
    assert told(found) == [("001", f"anger_take000_img_{n:04d}", "anger") for n in (3, 4, 5)]


def test_rafd_counts_the_frontal_camera_and_all_gazes(read):
    name = "Rafd{}_28_Caucasian_male_{}_{}.jpg"
    paths = [name.format("090", "angry", gaze) for gaze in ("left", "right", "frontal")]
    paths += [name.format("045", "angry", "left"), name.format("090", "contemptuous", "left")]
    found = read("rafd", *(f"RafD/{path}" for path in paths))
    assert Counter(one.emotion for one in found.records) == {"anger": 3, "contempt": 1}
    assert {one.subject for one in found.records} == {"28"}
    assert len(read("rafd", *(f"RafD/{path}" for path in paths), camera="045").records) == 1


def test_an_mmi_label_stands_in_a_file_beside_the_video(read):
    texts = {
        "Sessions/1/S001-001.xml": '<A><Metatag Name="Emotion" Value="4"/></A>',
        "Sessions/1/session.xml": '<Session sessionId="1"/>',
        "Sessions/2/session.xml": '<Session sessionId="2"/>',
    }
    found = read("mmi", "Sessions/1/S001-001.avi", "Sessions/2/S002-001.avi", texts=texts)
    assert told(found) == [("S001", "S001-001", "happiness")]


def test_a_tfeid_folder_tells_the_expression(read):
    found = read("tfeid", "high/anger/f01_a_1.jpg", "slight/sadness/m02_s.bmp")
    assert told(found) == [("f01", "f01_a_1", "anger"), ("m02", "m02_s", "sadness")]


def test_a_pattern_of_ones_own_reads_another_layout(read):
    pattern = r"(?P<clip>(?P<subject>p\d+)_(?P<label>[a-z]+))\.png"
    assert told(read("tfeid", "all/p7_fear.png", pattern=pattern)) == [("p7", "p7_fear", "fear")]


def test_a_pattern_without_its_groups_is_refused():
    spec = DATASETS["tfeid"]
    with pytest.raises(ValueError, match="the pattern lacks the groups clip, label"):
        spec.params.from_plain({"pattern": r"(?P<subject>p\d+)\.png"})
    with pytest.raises(ValueError, match="not a regular expression"):
        spec.params.from_plain({"pattern": "("})


def test_a_folder_without_images_is_explained(read):
    with pytest.raises(DataError) as caught:
        read("jaffe", "jaffe/notes.txt")
    assert str(caught.value) == (
        "copy: no image of jaffe, such as KA.AN1.39.tiff. Name the folder above it, or set 'pattern' to "
        "how the paths of your copy end."
    )


def test_a_ckplus_sequence_of_one_image_is_left_out_with_a_warning(read):
    single = [path.replace("001", "002") for path in CKPLUS[:1]]
    texts = {CKPLUS_LABEL: "3.0", CKPLUS_LABEL.replace("001", "002"): "3.0"}
    found = read("ckplus", *CKPLUS, *single, texts=texts, clips="sequences")
    assert [one.clip for one in found.records] == ["S005_001_00000001"]
    assert "sequence of a single image left out" in " ".join(found.warnings)


@pytest.mark.parametrize(
    ("settings", "release"), [({}, "last"), ({"last": 1}, "last"), ({"clips": "sequences"}, "sequences")]
)
def test_images_of_ckplus_are_not_taken_for_its_sequences(read, settings, release):
    """Of each sequence one, they are as many."""
    assert read("ckplus", *CKPLUS, texts={CKPLUS_LABEL: "3.0"}, **settings).release == release


def test_a_ckplus_sequence_may_be_one_clip_from_neutral_to_its_peak(read):
    """It has the name of its first image, and so that image's landmarks."""
    found = read("ckplus", *CKPLUS, texts={CKPLUS_LABEL: "   3.0000000e+00\n"}, clips="sequences")
    assert told(found) == [("S005", "S005_001_00000001", "disgust")]
    (record,) = found.records
    assert (record.onset, record.apex, record.offset) == (0, 10, 10)
    assert record.files == tuple(path.rpartition("/")[2] for path in CKPLUS)
    with pytest.raises(ValueError, match="'last' goes with 'clips: images'"):
        DATASETS["ckplus"].params.from_plain({"clips": "sequences", "last": 1})
