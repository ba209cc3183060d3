"""Commands for people."""

import json

import pytest

from mer.cli.main import main
from mer.datasets import DATASETS
from mer.methods import METHODS
from mer.protocols import PROTOCOLS


@pytest.mark.parametrize(
    ("what", "catalogue"), [("methods", METHODS), ("datasets", DATASETS), ("protocols", PROTOCOLS)]
)
def test_list_names_every_entry(capsys, what, catalogue):
    assert main(["list", what]) == 0
    printed = capsys.readouterr().out
    assert all(key in printed for key in catalogue)


def test_check_says_what_will_run(capsys, repository):
    assert main(["check", str(repository / "config.yaml")]) == 0
    printed = capsys.readouterr().out
    assert "valid. Results will lie in results/demo/" in printed
    assert "133" in printed
    assert "stand-in" in printed


def test_check_takes_paths_and_lists_what_is_skipped(capsys, repository, tmp_path, flow_table):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(
        "name: x\ndatasets: {flow: {dataset: flow_images}}\n"
        "protocols: {p: {protocol: loso, datasets: [flow]}}\nvariants: {majority: , lbp_top_svm: }\n"
    )
    assert main(["check", str(sweep), "--paths", f"{{flow: {flow_table()}}}"]) == 0
    assert "not run: lbp_top_svm on p, LBP-TOP needs frames" in capsys.readouterr().out


def test_errors_are_messages_and_give_one(capsys, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: x\nvariants: {net: {method: ststnt}}\n")
    assert main(["check", str(tmp_path / "bad.yaml")]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("ConfigError: ")
    assert "Did you mean 'ststnet'?" in printed
    assert "Traceback" not in printed
    assert main(["check", str(tmp_path / "gone.yaml")]) == 1
    assert "gone.yaml: the file does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{a: ", "/data", "[1]"])
def test_paths_that_are_no_mapping_are_explained(capsys, repository, text):
    with pytest.raises(SystemExit):
        main(["check", str(repository / "config.yaml"), "--paths", text])
    assert "give paths as '{name: /folder}'" in capsys.readouterr().err


def test_a_message_with_brackets_is_printed_whole(capsys, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: x\nseeds: [1, 1]\n")
    main(["check", str(tmp_path / "bad.yaml")])
    assert "Got [1, 1]" in capsys.readouterr().err


def test_show_needs_a_finished_sweep(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["show", "demo"]) == 1
    assert "results/demo/sweep.json: no finished sweep" in capsys.readouterr().err


@pytest.mark.parametrize(("width", "columns"), [(60, 2), (120, 4)])
def test_show_prints_as_many_columns_as_fit(capsys, tmp_path, monkeypatch, width, columns):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    folder = tmp_path / "results" / "x" / "tables"
    folder.mkdir(parents=True)
    (folder / "p.md").write_text("# Title\n\n| a |\n\n- [1] of one number\n- of all\n")
    (folder / "old.md").write_text("# Of an earlier configuration\n")
    lists = ("paper_tables", "samples", "audits", "figures", "contact_sheets", "predictions", "skipped")
    listed = {**{kind: [] for kind in lists}, "runs": {}, "tables": ["results/x/tables/p.md"]}
    (folder.parent / "sweep.json").write_text(json.dumps(listed))
    (folder / "p.csv").write_text(
        "method,variant,kind,source,n_seeds,composite_uf1,composite_uf1_sd,composite_uar,samm_uf1,samm_uar,remark\n"
        "M,m,measured,,2,0.712345,0.01,0.6,0.5,,\n"
        "N,n,oracle,,2,0.8,0.01,0.7,0.6,,chosen on test clips\n"
        "O,o,oracle,,2,0.8,0.01,0.7,0.6,,chosen on test clips\n"
    )
    assert main(["show", "x"]) == 0
    printed = capsys.readouterr().out
    assert "0.7123 ± 0.0100" in printed
    assert "- of all" in printed
    assert "earlier" not in printed
    assert "of one number" not in printed
    assert printed.count(" [1]") == 3
    assert "M [1]" not in printed
    assert "- [1] chosen on test clips" in printed
    assert ("0.5000" in printed) == (columns == 4)
    assert ("2 more columns" in printed) == (columns == 2)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_show_says_what_is_wrong_with_a_list(capsys, tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/x").mkdir(parents=True)
    (tmp_path / "results/x/sweep.json").write_text(content)
    assert main(["show", "x"]) == 1
    assert "results/x/sweep.json: " in capsys.readouterr().err


def test_schema_is_json(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "SweepFile"


def test_an_unknown_command_lists_the_known_ones(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["chek"])
    assert caught.value.code == 2
    assert "check" in capsys.readouterr().err
