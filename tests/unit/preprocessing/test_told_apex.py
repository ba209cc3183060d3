import pytest

from mer.core.errors import DataError
from mer.preprocessing.steps.apex import ApexParams
from mer.preprocessing.told_apex import middle_frame, told


@pytest.mark.parametrize(("n", "middle"), [(1, 0), (2, 0), (3, 1), (10, 4), (11, 5)])
def test_the_middle_is_the_earlier_of_two(n, middle):
    assert middle_frame(n) == middle


def test_no_frames_have_no_middle():
    with pytest.raises(DataError, match="no middle"):
        middle_frame(0)


def test_an_annotated_apex_is_kept_unless_told_otherwise():
    assert told(ApexParams(), 10, 7) == 7
    assert told(ApexParams(), 10, None) == 4
    assert told(ApexParams(spotting="difference"), 10, 7) == 7
    assert told(ApexParams(spotting="difference"), 10, None) is None
    assert told(ApexParams(source="spotted"), 10, 7) == 4
    assert told(ApexParams(source="spotted", spotting="difference"), 10, 7) is None
