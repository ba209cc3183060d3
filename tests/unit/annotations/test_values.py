import pytest

from mer.annotations.values import Notes, action_units, frame, label, objective_class, objective_class_of


@pytest.fixture
def notes():
    return Notes()


@pytest.mark.parametrize(("cell", "number"), [("46", 46), (" 46 ", 46), ("46.0", 46), ("0", 0), ("007", 7)])
def test_a_whole_number_is_a_frame(notes, cell, number):
    assert frame(cell, "onset", "row 2", notes) == number
    assert notes.warnings() == ()


@pytest.mark.parametrize("cell", ["/", "\\", "?", "-1", "", "MISSING <-426679", "46.5", "nan", "4e2"])
def test_anything_else_is_not_annotated_and_noted(notes, cell):
    assert frame(cell, "apex", "coding.xlsx, row 5", notes) is None
    assert notes.warnings() == (
        f"apex '{cell}' read as not annotated: 1 times, for example coding.xlsx, row 5",
    )


@pytest.mark.parametrize(
    ("cell", "emotion"),
    [
        ("comtempt", "contempt"),
        ("happyiness", "happiness"),
        ("happy", "happiness"),
        ("sad", "sadness"),
        ("Other", "others"),
    ],
)
def test_spellings_in_circulation_become_one_and_are_noted(notes, cell, emotion):
    assert label(cell, notes, "row 3") == emotion
    assert notes.warnings() == (f"label '{cell}' read as '{emotion}': 1 times, for example row 3",)


@pytest.mark.parametrize(
    ("cell", "emotion"), [("Others", "others"), (" Anger ", "anger"), ("DISGUST", "disgust")]
)
def test_capitals_and_blanks_in_labels_do_not_matter(notes, cell, emotion):
    assert label(cell, notes, "row 3") == emotion
    assert notes.warnings() == ()


@pytest.mark.parametrize("cell", ["Other", "Others", "other"])
def test_samm_calls_its_last_class_other(notes, cell):
    assert label(cell, notes, "row 3", other="other") == "other"


@pytest.mark.parametrize(
    ("cell", "name"),
    [("1", "I"), ("7", "VII"), ("IV", "IV"), (" iii ", "III"), ("8", ""), ("0", ""), ("", ""), ("VIII", "")],
)
def test_objective_classes_are_roman_or_digits(cell, name):
    assert objective_class(cell) == name


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("4", ("au4",)),
        ("4+L10", ("au4", "au10_left")),
        ("?", ()),
        ("", ()),
        ("(R6 or R12)+R15", ("au6_right", "au12_right", "au15_right")),
        ("L12 or L14", ("au12_left", "au14_left")),
        ("R14A or 17A or 24A", ("au14_right", "au17", "au24")),
        ("ref(5)+20C", ("au5", "au20")),
        ("4B+7B+43E", ("au4", "au7", "au43")),
        ("A17+T23", ("au17", "au23_top")),
        ("10or11", ("au10", "au11")),
        ("1,2,5", ("au1", "au2", "au5")),
        (" 4 + 7 ", ("au4", "au7")),
        ("l12+r12", ("au12_left", "au12_right")),
        ("4(k)", ("au4",)),
        ("4+4", ("au4",)),
    ],
)
def test_action_units_are_read_in_every_notation(cell, units):
    assert action_units(cell) == units


@pytest.mark.parametrize(
    ("units", "name"),
    [
        ("6 7 12", "I"),
        ("7 12", "I"),
        ("25", "II"),
        ("5 24", "II"),
        ("4 38", "III"),
        ("17 24", "III"),
        ("4 5 40", "IV"),
        ("7 10", "IV"),
        ("1 4", "V"),
        ("6 15", "V"),
        ("1 2 4", "VI"),
        ("20", "VI"),
        ("4 15", "VII"),
        ("14", "VII"),
        ("1 2 12", "VII"),
    ],
)
def test_the_rule_on_action_units_is_that_of_davison_2018(units, name):
    assert objective_class_of(tuple(f"au{unit}" for unit in units.split())) == name


def test_the_rule_does_not_look_at_sides():
    assert objective_class_of(("au6_left", "au12_right")) == "I"


def test_what_was_noted_most_comes_first_with_one_example(notes):
    notes.add("rare", "row 2")
    for row in (3, 4):
        notes.add("frequent", f"row {row}")
    assert notes.warnings() == (
        "frequent: 2 times, for example row 3",
        "rare: 1 times, for example row 2",
    )
