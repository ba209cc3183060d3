"""A disk that is full leaves nothing that a later run trusts, and is named as the cause."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from mer.artefacts.arrays import read_part
from mer.artefacts.folds import read_folds
from mer.artefacts.predictions import read_predictions
from mer.jobs.finished import Finished
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.prepare import PrepareSpec
from mer.sweep.specs.train import TrainSpec

SMALL = 4096  # bytes; every file that jobs write here is larger
CPU = ["--execution", '{"device": "cpu"}']


@pytest.fixture(params=["a file system that is full", "a limit of the file size"])
def cramped(request, tmp_path):
    """A folder into which little fits, what to do in the process that is to notice, and how to make room."""
    folder = tmp_path / "cramped"
    folder.mkdir()
    if "limit" in request.param:
        yield folder, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)), lambda: None
        return
    options = ["-t", "tmpfs", "-o", f"size={2 * SMALL}"]
    if os.getuid() or subprocess.run(["mount", *options, "none", folder], capture_output=True).returncode:
        pytest.skip("a file system of its own takes root")
    try:
        (folder / "ballast").write_bytes(bytes(SMALL))
        yield folder, None, lambda: subprocess.run(["mount", "-o", "remount,size=9M", folder], check=True)
    finally:
        subprocess.run(["umount", folder], check=True)


def mer(arguments, prepare=None):
    return subprocess.run(
        [sys.executable, "-m", "mer.cli", *map(str, arguments)],
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "COLUMNS": "500"},
    )


def files(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()} - {"ballast"}


def names_the_cause(done):
    assert done.returncode == 1
    assert "DataError: " in done.stderr
    assert "No space left on device" in done.stderr or "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    return True


def test_predictions(prepared, cramped, tmp_path):
    folder, limit, make_room = cramped
    spec = prepared.jobs.train_spec("p", "majority", (0,), 0, 3)
    output = folder / "000-003.parquet"
    # Beside the folder. Once the pack does not fit, once the first fold that is kept for it.
    kept = tmp_path / "unfinished"
    inputs = tmp_path / "inputs.json"
    inputs.write_text(InputsSpec(folds=str(prepared.folds), lists=(), macro=None).as_json())
    command = ["train", "--spec", spec, *CPU, "--inputs", inputs]
    assert names_the_cause(mer([*command, "--output", output], limit))
    assert not output.exists()
    # Neither are folds kept that are not whole.
    parsed = TrainSpec.model_validate_json(spec)
    whole = Finished(tmp_path, parsed, "cpu", {})
    assert not list(kept.glob(".*"))
    assert all(whole.read([cell]) for cell in _cells(kept))
    make_room()
    assert mer([*command, "--output", output]).returncode == 0
    assert len(read_predictions([output], read_folds(prepared.folds).classes)) == 24


def test_arrays(prepared, cramped):
    folder, limit, make_room = cramped
    artefacts, key = prepared.jobs.artefact_folder("demo"), prepared.jobs.sweep.recipe("lbp_top_svm").key
    spec = prepared.jobs.prepare_spec(artefacts, key, "demo.s01")
    output = folder / "demo.s01.safetensors"
    command = ["prepare", "--spec", spec, *CPU, "--inputs", "--output", output]
    assert names_the_cause(mer(command, limit))
    assert files(folder) == set()
    make_room()
    assert mer(command).returncode == 0
    assert read_part(output)[0].digest == PrepareSpec.model_validate_json(spec).digest


def _cells(folder):
    from mer.jobs.fold import Cell

    found = (path.stem.removeprefix("s").split("-") for path in folder.glob("s*.parquet"))
    return [Cell(int(seed), int(number)) for seed, number in found]
