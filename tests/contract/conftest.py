"""Every protocol with every setting that changes what it does, and small copies of databases."""

import shutil

import pytest

from mer.protocols import PROTOCOLS
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write
from tests.contract.user_copies import KEYS

COMPOSITE = ("smic_hs", "casme2", "samm")
EXPERIMENTS = {
    1: ("smic_hs", "smic_vis"), 2: ("smic_vis", "smic_hs"), 3: ("smic_hs", "smic_nir"),
    4: ("smic_nir", "smic_hs"), 5: ("smic_vis", "smic_nir"), 6: ("smic_nir", "smic_vis"),
    7: ("casme2", "smic_hs"), 8: ("smic_hs", "casme2"), 9: ("casme2", "smic_vis"),
    10: ("smic_vis", "casme2"), 11: ("casme2", "smic_nir"), 12: ("smic_nir", "casme2"),
}  # fmt: skip


def _build(key, datasets, **settings):
    spec = PROTOCOLS[key]
    return spec.build(spec.params(datasets=tuple(datasets), **settings))


EXAMPLES = {
    "megc2019_cde": _build("megc2019_cde", COMPOSITE),
    "megc2018_cde": _build("megc2018_cde", ("casme2", "samm")),
    "megc2018_hde": _build("megc2018_hde", ("casme2", "samm")),
    "tlcnn560": _build("tlcnn560", ("smic_hs", "casme", "casme2")),
    **{
        f"cdmer {n} {reading}": _build("cdmer", sides, experiment=n, reading=reading)
        for n, sides in EXPERIMENTS.items()
        for reading in ("repeats", "source_folds", "target_folds")
    },
    **{
        f"smic_hs_nonmicro {grouping}": _build("smic_hs_nonmicro", ("smic_hs",), grouping=grouping)
        for grouping in ("grouped_subject", "stratified_clip")
    },
    **{
        f"{key} {database} {task}": _build(key, (database,), task=task)
        for key in ("loso", "lovo", "kfold")
        for database, task in (
            ("smic_hs", "three_class"),
            ("smic_vis", "three_class"),
            ("smic_nir", "three_class"),
            ("casme2", "casme2_5"),
            ("casme2", "casme2_4"),
            ("samm", "samm_4"),
            ("samm", "samm_5"),
            ("casme3_a", "casme3_3"),
            ("casme3_a", "casme3_4"),
        )
    },
    **{
        f"kfold {unit} {stratified}": _build(
            "kfold", ("smic_hs",), unit=unit, stratified=stratified, fold_seed=3
        )
        for unit in ("clip", "subject")
        for stratified in (True, False)
    },
    "lodo megc2019": _build("lodo", COMPOSITE, task="megc2019"),
}


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Write small stand-ins, each once."""
    roots = {}
    for key in KEYS:
        roots[key] = tmp_path_factory.mktemp("copies") / key
        write(plan(key, StandInParams(scale=0.02, size=16)), roots[key])
    return roots


@pytest.fixture
def copy_of(written, tmp_path):
    """A copy to change; a real one does not say that it is a stand-in."""

    def make(key, *, real=False):
        root = shutil.copytree(written[key], tmp_path / key)
        if real:
            (root / "STAND-IN.json").unlink()
            (root / "STAND-IN.txt").unlink()
        return root

    return make
