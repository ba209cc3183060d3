"""Commands that count a copy and write a stand-in."""

import json
import shutil

import pytest

from mer.annotations.sheets import read_grids
from mer.cli.main import main
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write, write_workbook

CODING = "CASME2-coding-20140508.xlsx"


@pytest.fixture(scope="module")
def casme2(tmp_path_factory):
    """The annotation of CASME II at full scale, without frames."""
    root = tmp_path_factory.mktemp("cli") / "casme2"
    write(plan("casme2", StandInParams()), root, annotations_only=True)
    return root


@pytest.fixture
def copy(casme2, tmp_path):
    """A real copy from whose sheet rows can be deleted."""

    def make(delete=()):
        root = shutil.copytree(casme2, tmp_path / "copy", ignore=shutil.ignore_patterns("STAND-IN*"))
        rows = read_grids(root / CODING)["Sheet1"]
        kept = [row for row in rows if (row[0], row[1]) not in delete]
        assert len(kept) == len(rows) - len(delete)
        write_workbook(root / CODING, {"Sheet1": kept})
        return root

    return make


@pytest.fixture
def run(capsys):
    """Run a command; gives its exit code and what it printed."""

    def command(*arguments):
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def counts(root, *more):
    return ("counts", "--dataset", "casme2", "--root", root, "--annotations-only", *more)


def test_a_complete_copy_is_counted_and_its_version_named(run, copy):
    code, out, err = run(*counts(copy()))
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert list(report) == ["dataset", "version", "clips", "subjects", "classes", "warnings"]
    assert (report["version"], report["clips"], report["subjects"]) == ("2014-05-08", 255, 26)
    assert "apex '/' read as not annotated: 1 times, for example " in " ".join(report["warnings"])


def test_a_deleted_row_is_an_error_with_the_counts_and_the_closest_version(run, copy):
    root = copy(delete=[("04", "EP12_01f")])
    code, out, err = run(*counts(root))
    assert code == 1
    assert err == (
        f"DataError: {root}: matches no known version of casme2. Closest is '2014-05-08':\n"
        "  disgust: expected 63, found 62\n"
    )
    report = json.loads(out)
    assert (report["version"], report["clips"]) == ("like 2014-05-08", 254)


def test_a_partial_copy_is_a_warning_if_the_settings_allow_it(run, copy):
    root = copy(delete=[("04", "EP12_01f")])
    code, out, err = run(*counts(root, "--settings", "{allow_partial: true}"))
    assert (code, err) == (0, "")
    warning = json.loads(out)["warnings"][-1]
    assert "Closest is '2014-05-08':\n  disgust: expected 63, found 62" in warning


def test_a_task_counts_classes(run, copy):
    code, out, _ = run(*counts(copy(), "--task", "casme2_4"))
    assert code == 0
    assert json.loads(out)["classes"] == {"negative": 72, "others": 126, "positive": 32, "surprise": 25}


def test_objective_classes_that_do_not_fit_the_version_are_an_error(run, copy):
    """The labels are all there; one objective class has been changed."""
    root = copy()
    path = root / "CASME2-ObjectiveClasses.xlsx"
    rows = [list(row) for row in read_grids(path)["Sheet1"]]
    changed = next(row for row in rows if row[2] == "1")
    changed[2] = "2"
    write_workbook(path, {"Sheet1": rows})
    code, _, err = run(*counts(root, "--task", "megc2018"))
    assert code == 1
    assert f"{root}, task megc2018:\n  I: expected 25, found 24\n  II: expected 15, found 16" in err


def test_a_task_of_another_database_is_explained(run, copy):
    code, _, err = run(*counts(copy(), "--task", "samm_5"))
    assert code == 1
    assert "Task 'samm_5' has no class for these labels" in err
    assert "Traceback" not in err


def test_missing_frames_are_an_error_unless_only_annotations_count(run, casme2):
    arguments = ("counts", "--dataset", "casme2", "--root", casme2)
    assert run(*arguments, "--annotations-only")[0] == 0
    code, out, err = run(*arguments)
    assert code == 1
    assert f"{casme2}: no clip has its frames. Those of the first were looked for in Cropped/sub01/" in err
    assert "First of 255: sub01/" in err
    assert json.loads(out)["clips"] == 255


def test_clips_without_frames_are_warnings_if_the_settings_allow_it(run, tmp_path):
    root = tmp_path / "samm"
    write(plan("samm", StandInParams(scale=0.02, size=16)), root)
    gone = sorted((root / "SAMM" / "006").iterdir())[0]
    shutil.rmtree(gone)
    arguments = ("counts", "--dataset", "samm", "--root", root)
    code, _, err = run(*arguments)
    assert code == 1
    assert "clips without their frames. Complete the copy, or set 'allow_partial: true' to go on" in err
    assert f"006/{gone.name} (SAMM_Micro_FACS_Codes_v2.xlsx[MICRO_ONLY], row " in err
    code, out, _ = run(*arguments, "--settings", "{allow_partial: true}")
    assert code == 0
    assert any(f"006/{gone.name}" in warning for warning in json.loads(out)["warnings"])


def test_an_unknown_setting_is_named(run, copy):
    code, out, err = run(*counts(copy(), "--settings", "{alow_partial: true}"))
    assert (code, out) == (1, "")
    assert err.startswith("ConfigError: --settings are not those of casme2:\n")
    assert "Unknown key 'alow_partial'. Did you mean 'allow_partial'?" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{a: ", "--settings are not YAML: "),
        ("[1]", "--settings must be a mapping such as '{allow_partial: true}', got '[1]'"),
        ("text", "--settings must be a mapping such as '{allow_partial: true}', got 'text'"),
        ("7", "--settings must be a mapping such as '{allow_partial: true}', got '7'"),
        ("{objective: columns}", "objective: Input should be 'file' or 'column'. Got 'columns'"),
        ("{frames: ['{subjet}']}", "unknown subjet in braces; known are {clip}, {subject}"),
        ("{allow_partial: 1}", "allow_partial: Input should be a valid boolean"),
    ],
)
def test_settings_that_are_none_are_explained(run, copy, settings, message):
    code, _, err = run(*counts(copy(), "--settings", settings))
    assert code == 1
    assert err.startswith("ConfigError: --settings ")
    assert message in err
    assert "Traceback" not in err


def test_an_unknown_set_of_corrections_is_named(run, copy):
    code, _, err = run(*counts(copy(), "--settings", "{corrections: typos}"))
    assert code == 1
    assert "casme2: Unknown correction set 'typos'" in err
    assert "benchmark_apex" in err


def test_a_missing_folder_is_named(run, tmp_path):
    code, _, err = run(*counts(tmp_path / "gone"))
    assert code == 1
    assert err == f"DataError: --root {tmp_path}/gone: the folder does not exist.\n"


def test_an_unknown_database_lists_the_known_ones(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["counts", "--dataset", "casme22", "--root", str(tmp_path)])
    assert caught.value.code == 2
    assert "casme2" in capsys.readouterr().err


def test_data_sets_without_an_annotation_are_counted_too(run, flow_table):
    code, out, _ = run("counts", "--dataset", "flow_images", "--root", flow_table())
    assert code == 0
    report = json.loads(out)
    assert report["classes"] == {"negative": 6, "positive": 6, "surprise": 6}
    assert (report["clips"], report["subjects"]) == (18, 6)


# Stand-ins.


def test_a_stand_in_is_written_and_announced(run, tmp_path):
    """Two images of each of seven expressions, and one each of two more women."""
    out = tmp_path / "new" / "jaffe"
    code, printed, _ = run("standin", "--dataset", "jaffe", "--out", out, "--scale", "0.05", "--size", "16")
    assert code == 0
    assert printed == f"{out}: stand-in of jaffe (published), 16 clips, 16 frames.\n"
    assert len(list(out.rglob("*.tiff"))) == 16


def test_a_stand_in_without_frames_has_none(run, tmp_path):
    code, printed, _ = run("standin", "--dataset", "samm", "--out", tmp_path / "x", "--annotations-only")
    assert code == 0
    assert "159 clips, 0 frames." in printed
    names = sorted(path.name for path in (tmp_path / "x").rglob("*"))
    assert names == ["SAMM_Micro_FACS_Codes_v2.xlsx", "STAND-IN.json", "STAND-IN.txt"]


def test_an_unknown_version_names_the_known_ones(run, tmp_path):
    code, _, err = run("standin", "--dataset", "casme2", "--out", tmp_path / "x", "--version", "2014-05-80")
    assert code == 1
    assert err == (
        "DataError: casme2: Unknown version '2014-05-80'. Did you mean '2014-05-08'? "
        "Known versions: 2014-05-08, 2019-07-01, 256 rows.\n"
    )
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--scale", "0"), ("--scale", "2"), ("--scale", "-1"), ("--scale", "nan"), ("--size", "8")],
)
def test_a_scale_or_size_out_of_bounds_is_explained(run, tmp_path, flag, value):
    code, _, err = run("standin", "--dataset", "casme2", "--out", tmp_path / "x", flag, value)
    assert code == 1
    assert err.startswith("ConfigError: mer standin cannot write this:")
    assert flag.removeprefix("--") in err
    assert "Traceback" not in err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("value", ["much", ""])
def test_a_scale_that_is_no_number_is_explained(tmp_path, capsys, value):
    with pytest.raises(SystemExit) as caught:
        main(["standin", "--dataset", "casme2", "--out", str(tmp_path / "x"), "--scale", value])
    assert caught.value.code == 2
    assert "invalid float value" in capsys.readouterr().err


def test_a_file_where_the_folder_should_be_is_an_error(run, tmp_path):
    (tmp_path / "x").write_text("a file")
    code, _, err = run("standin", "--dataset", "jaffe", "--out", tmp_path / "x", "--scale", "0.05")
    assert code == 1
    assert "x: " in err
    assert (tmp_path / "x").read_text() == "a file"
