import pandas as pd

from mer.artefacts.scores import CONFUSION_COLUMNS, read_rows, write_rows


def test_names_that_look_like_numbers_or_nothing_stay_names(tmp_path):
    rows = pd.DataFrame(
        [
            ["007", "1e5", "last", "real", 0, "null", "None", "nan", 3],
            ["p", "400", "last", "real", 1, "01", "NA", "2", 4],
        ],
        columns=list(CONFUSION_COLUMNS),
    )
    write_rows(tmp_path / "c.csv", rows, CONFUSION_COLUMNS)
    read = read_rows([tmp_path / "c.csv"], CONFUSION_COLUMNS)
    assert read.to_numpy().tolist() == rows.to_numpy().tolist()
