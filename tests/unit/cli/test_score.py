"""Predictions made elsewhere, scored and compared."""

import pandas as pd
import pytest

from mer.cli.main import main

CLASSES = ("negative", "positive", "surprise")


@pytest.fixture
def write(tmp_path):
    """Write predictions of fifteen people of two databases, three clips each, of which the first are right."""

    def make(name, n_right, n_subjects=15, **columns):
        rows = [
            {
                "sample_id": f"s{subject}{true}", "database": f"d{subject % 2}", "subject": f"s{subject}",
                "true": true, "fold": subject % 3,
                "predicted": true if 3 * subject + number < n_right else CLASSES[number - 1],
            }
            for subject in range(n_subjects) for number, true in enumerate(CLASSES)
        ]  # fmt: skip
        path = tmp_path / f"{name}.csv"
        pd.DataFrame(rows).assign(**columns).to_csv(path, index=False)
        return str(path)

    return make


def printed(capsys, *arguments, ok=True):
    assert main(["score", "--draws", "200", *arguments]) == (0 if ok else 1)
    captured = capsys.readouterr()
    return captured.out if ok else captured.err


def cells(text, start):
    """Cells of the first line that starts so."""
    line = next(line for line in text.splitlines() if line.strip().startswith(start))
    return [cell for cell in line.split("  ") if cell.strip()]


def test_one_file_is_scored_in_all_scopes(capsys, write):
    text = printed(capsys, write("net", 36))
    assert text.startswith("net, 1 seed\n")
    # 36 of 45 clips: everybody but the last three people.
    assert [cell.strip() for cell in cells(text, "Composite")][:5] == [
        "Composite",
        "45",
        "15",
        "UF1",
        "0.8000",
    ]
    # People 0, 2 ... 14 are eight, of whom 12 and 14 are wrong; of the seven others, 13.
    assert [cell.strip() for cell in cells(text, "d0")][:5] == ["d0", "24", "8", "UF1", "0.7500"]
    assert [cell.strip() for cell in cells(text, "d1")][4] == f"{6 / 7:.4f}"
    assert [cell.strip() for cell in cells(text, "negative")] == ["negative", "15", "0.8000", "0.8000"]
    assert "WAR of 3 folds: mean 0.8000, standard deviation 0.0000" in text
    assert "15 subjects, fewer than 30" in text
    assert "3 classes: negative, positive, surprise" in text


def test_every_metric_and_its_interval_is_there(capsys, write):
    text = printed(capsys, write("net", 36))
    for name in ("UF1", "UAR", "WAR", "Macro precision", "F1 of mean P and R"):
        assert text.count(name) >= 3
    low, _, high = cells(text, "Composite")[5].strip().split(" ")
    assert float(low) < 0.8 < float(high)


def test_two_files_are_compared_by_all_tests(capsys, write):
    text = printed(capsys, write("base", 12), write("net", 36))
    header = next(line for line in text.splitlines() if line.strip().startswith("Method"))
    for name in (
        "Difference",
        "95 % interval",
        "McNemar mid-p",
        "exact",
        "chi2, corrected",
        "Folds, plain t",
        "corrected t",
    ):
        assert name in header
    assert "Holm" not in header
    line = [cell.strip() for cell in cells(text[text.index("UF1 against base") :], "net")]
    assert line[:4] == ["net", "0.8000", "0.2667", "+0.5333"]
    # Eight people differ: no swap or all of them are as extreme.
    assert line[5] == f"{2 / 2**8:.4f}"
    assert line[7] == "<0.0001"
    assert "only 15 subjects" in text
    assert "n_test / n_train = 0.5" in text


def test_several_files_are_adjusted_for_each_other(capsys, write):
    text = printed(capsys, write("base", 12), write("net", 36), write("fair", 20))
    assert "p, Holm" in text
    assert "Holm: over the 2 methods" in text


def test_without_folds_there_are_no_tests_on_folds(capsys, write, tmp_path):
    paths = [write("base", 12), write("net", 36)]
    for path in paths:
        pd.read_csv(path).drop(columns="fold").to_csv(path, index=False)
    assert "corrected t" not in printed(capsys, *paths)
    err = printed(capsys, "--pooling", "fold_mean", *paths, ok=False)
    assert "need the column 'fold'. It is not in the files of:\n  base\n  net" in err


def test_files_in_other_folds_are_compared_by_subjects_alone(capsys, write):
    paths = [write("base", 12), write("net", 36)]
    rows = pd.read_csv(paths[1])
    rows.assign(fold=(rows["fold"] + (rows["subject"] == "s0")) % 3).to_csv(paths[1], index=False)
    text = printed(capsys, *paths)
    assert "UF1 against base" in text
    assert "corrected t" not in text
    err = printed(capsys, "--pooling", "fold_mean", *paths, ok=False)
    assert "net and base have another fold for s0negative" in err


def test_means_of_folds(capsys, write):
    # 32 clips are right: everybody up to person 9, and two clips of person 10, who is in fold 1.
    text = printed(capsys, "--pooling", "fold_mean", write("net", 32))
    war = next(line for line in text.splitlines() if " WAR " in line).split()
    assert war[1] == f"{(12 / 15 + 11 / 15 + 9 / 15) / 3:.4f}"
    assert "means of the folds' scores" in text


def test_classes_of_the_task_count_although_no_clip_has_them(capsys, write):
    text = printed(capsys, "--task", "casme2_4", write("net", 36))
    assert [cell.strip() for cell in cells(text, "Composite")][4] == "0.6000"
    assert "4 classes: negative, positive, surprise, others" in text
    text = printed(capsys, "--classes", "surprise, negative,positive", write("net", 36))
    assert "3 classes: surprise, negative, positive" in text


def test_different_clips_are_refused_with_everything_that_differs(capsys, write, tmp_path):
    base, fewer = write("base", 12), write("net", 36, n_subjects=14)
    other = write("other", 20, database="d0")
    err = printed(capsys, base, fewer, other, ok=False)
    assert "Only predictions for the same clips can be compared:" in err
    assert "net has no prediction for 3 clips of base: s14negative, s14positive, s14surprise" in err
    assert "other and base have another person for s11negative" in err
    assert "other and base have another database for s11negative" in err


def test_mistakes_are_messages(capsys, write):
    path = write("net", 36, source="real")
    err = printed(capsys, path, write("b", 12, source="stand_in"), ok=False)
    assert "DataError: These predictions cannot be scored:" in err
    assert "real and stand-in data are mixed" in err
    assert "named twice" in printed(capsys, path, path, ok=False)
    assert "unknown class in 'true': surprise" in printed(
        capsys, "--classes", "negative,positive", path, ok=False
    )


def test_stand_ins_are_named_as_such(capsys, write):
    assert "Stand-in data" in printed(capsys, write("net", 36, source="stand_in"))
    assert "Stand-in data" not in printed(capsys, write("net", 36))


def test_an_oracle_is_named_as_such_and_nothing_is_compared_with_it(capsys, write):
    oracle, net = write("best", 40, selection="oracle_test"), write("net", 36)
    text = printed(capsys, net, oracle)
    assert "best (oracle, no result), 1 seed" in text
    assert "- best: oracle, no result: epochs are chosen on the test clips" in text
    assert "net, 1 seed" in text
    assert "best is an oracle, no result to compare others with" in printed(capsys, oracle, net, ok=False)
    assert "oracle, no result" in printed(capsys, oracle)


def test_protocols_that_differ_are_named(capsys, write):
    paths = [write("base", 12, protocol="loso"), write("net", 36, protocol="kfold")]
    assert "Protocols differ, and with them who was trained on: base by loso, net by kfold" in printed(
        capsys, *paths
    )
    assert "Protocols differ" not in printed(capsys, paths[0])


def test_folds_that_differ_between_seeds_are_no_units(capsys, write):
    paths = [write("base", 12), write("net", 36)]
    assert "corrected t" in printed(capsys, *paths)
    for path in paths:
        rows = pd.read_csv(path)
        other = rows.assign(seed=1, fold=(rows["fold"] + (rows["subject"] == "s0")) % 3)
        pd.concat([rows.assign(seed=0), other]).to_csv(path, index=False)
    assert "corrected t" not in printed(capsys, *paths)


def test_clips_that_are_tested_twice_are_counted_once(capsys, write):
    path = write("net", 36)
    rows = pd.read_csv(path)
    pd.concat([rows, rows.assign(fold=rows["fold"] + 3)]).to_csv(path, index=False)
    assert [cell.strip() for cell in cells(printed(capsys, path), "negative")][:2] == ["negative", "15"]


@pytest.mark.parametrize(
    "arguments", [["--classes", "a"], ["--classes", "a,a"], ["--draws", "5"], ["--draws", "x"]]
)
def test_arguments_are_checked(capsys, write, arguments):
    with pytest.raises(SystemExit):
        main(["score", *arguments, write("net", 36)])
    assert "Got '" in capsys.readouterr().err


def test_help_names_the_columns(capsys):
    with pytest.raises(SystemExit):
        main(["score", "--help"])
    text = capsys.readouterr().out
    for name in (
        "sample_id",
        "database",
        "person or subject",
        "true, predicted",
        "score_<class>",
        "seed, fold",
    ):
        assert name in text
