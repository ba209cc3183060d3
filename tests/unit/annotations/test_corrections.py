import pytest

from mer.annotations.corrections import corrected, correction_sets, corrections_of
from mer.annotations.values import Notes
from mer.core.errors import DataError


def test_nothing_is_corrected_unless_asked_for():
    assert corrections_of("samm", "") == {}


def test_an_unknown_set_is_explained():
    with pytest.raises(DataError) as caught:
        corrections_of("samm", "typing_eror")
    assert str(caught.value) == (
        "samm: Unknown correction set 'typing_eror'. Did you mean 'typing_errors'? "
        "Known correction sets: typing_errors."
    )
    with pytest.raises(DataError, match="casme: Unknown correction set 'typing_errors'"):
        corrections_of("casme", "typing_errors")


def test_every_database_has_its_sets():
    assert correction_sets("samm") == ["typing_errors"]
    assert correction_sets("casme2") == ["benchmark_apex"]
    assert correction_sets("casme3_a") == ["repaired_copy"]
    assert correction_sets("smic_hs") == []


@pytest.mark.parametrize(
    ("dataset", "name", "subject", "clip", "marks", "right"),
    [
        ("samm", "typing_errors", "032", "032_3_1", (4896, 1930, 4970), (4896, 4930, 4970)),
        ("samm", "typing_errors", "028", "028_4_1", (1071, 1143, 1134), (1071, 1113, 1134)),
        ("casme2", "benchmark_apex", "sub04", "EP12_01f", (261, None, 321), (261, 294, 321)),
        ("casme3_a", "repaired_copy", "spNO.149", "d_112", (112, 83, 358), (112, 160, 358)),
        ("casme3_a", "repaired_copy", "spNO.216", "d_3647", (3647, 2655, 2660), (2647, 2655, 2660)),
    ],
)
def test_known_faults_are_put_right_and_noted(dataset, name, subject, clip, marks, right, record):
    notes = Notes()
    faulty = record(*marks, subject=subject, clip=clip)
    one = corrected(faulty, corrections_of(dataset, name), notes)
    assert (one.onset, one.apex, one.offset) == right
    (warning,) = notes.warnings()
    assert "corrected: 1 times, for example coding.xlsx, row 2: " in warning


def test_a_copy_with_another_value_is_left_as_it_is(record):
    notes = Notes()
    one = record(1071, 1124, 1134, subject="028", clip="028_4_1")
    assert corrected(one, corrections_of("samm", "typing_errors"), notes).apex == 1124
    assert notes.warnings() == (
        "correction of apex left out, it expects another value: 1 times, for example coding.xlsx, row 2",
    )


def test_other_clips_are_left_alone(record):
    notes = Notes()
    one = record(4896, 1930, 4970, subject="032", clip="032_3_2")
    assert corrected(one, corrections_of("samm", "typing_errors"), notes) == one
    assert notes.warnings() == ()


@pytest.mark.parametrize(
    ("field", "found", "put", "value"),
    [("emotion", "disgust", "sadness", "sadness"), ("onset", "10", "11", 11), ("offset", "14", "13", 13)],
)
def test_labels_onsets_and_offsets_can_be_corrected_too(record, field, found, put, value):
    one = corrected(record(), {("sub01", "c1", field): (found, put)}, Notes())
    assert getattr(one, field) == value
    assert one.apex == 12
