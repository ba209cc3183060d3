"""A finished preparation of a tiny demo, for the jobs that follow."""

from types import SimpleNamespace

import pytest

from mer.core.types import Execution
from mer.jobs import folds, prepare
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec

RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 4, "clips_per_class": 2, "height": 48}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {
        "majority": {},
        "ststnet": {"epochs": 3},
        "held": {"method": "ststnet", "epochs": 3, "lr": 0.01, "selection": "inner_val"},
        "members": {"method": "ststnet", "epochs": 2, "members": 2},
        "oracle": {"method": "ststnet", "epochs": 3, "lr": 0.01, "selection": "oracle_test"},
        "lbp_top_svm": {},
        "flow_svm": {},
        "flow_ensemble": {},
    },
    "seeds": [0, 1],
    "device": "cpu",
}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    root = tmp_path_factory.mktemp("sweep")
    jobs = Jobs(Sweep(parse(RAW, "mine.yaml", root)))
    folds_file = root / jobs.folds("p")
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), Execution(), folds_file)
    lists = {"majority": []}
    folder = jobs.artefact_folder("demo")
    for variant in ("ststnet", "lbp_top_svm", "flow_svm", "flow_ensemble"):
        key = jobs.sweep.recipe(variant).key
        for part in jobs.parts(folder, key):
            spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, part))
            prepare.run(spec, Execution(), [], root / f"results/artefacts/{folder}/{key}/{part}.safetensors")
        lists[variant] = [root / path for path in jobs.lists("p", variant)]
        prepare.run_list(PartsSpec.model_validate_json(jobs.parts_spec(folder, key)), lists[variant][0])
    lists |= dict.fromkeys(("held", "members", "oracle"), lists["ststnet"])
    return SimpleNamespace(jobs=jobs, root=root, folds=folds_file, lists=lists)
