import pytest

from mer.core.errors import DataError
from mer.core.samples import named_sample


def sample(**changes):
    names = {"database": "db", "subject": "s1", "clip": "c1", "emotion": "e", "source": "real", **changes}
    return named_sample("mine", **names)


def test_keys_carry_their_database_and_a_person_may_be_named():
    assert (sample().sample_id, sample().subject, sample().person) == ("db:s1:c1", "db:s1", "db:s1")
    assert sample(person="anna").person == "anna"


@pytest.mark.parametrize("name", ["", "a:b", "a\x00b", "a\nb"])
@pytest.mark.parametrize("part", ["database", "subject", "clip"])
def test_names_that_cannot_be_keys_are_refused(part, name):
    with pytest.raises(DataError, match=f"the {part} .* must be a name"):
        sample(**{part: name})


def test_no_database_is_called_composite():
    with pytest.raises(DataError, match="'composite' stands for all databases together"):
        sample(database="composite")
