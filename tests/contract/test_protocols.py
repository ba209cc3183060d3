"""What every protocol promises, on stand-ins with the published counts; nothing is rendered."""

from collections import Counter
from dataclasses import replace

import pytest

from mer.core.errors import DataError, LeakageError
from mer.core.location import Location
from mer.core.samples import named_sample
from mer.datasets import DATASETS
from mer.protocols import PROTOCOLS
from mer.protocols.audit import audit
from mer.protocols.base import require_expected
from mer.sweep.splits import make_split
from tests.contract.conftest import EXAMPLES


@pytest.fixture(scope="session")
def samples():
    """The index of a database by its key."""
    known = {}

    def read(key, **settings):
        name = (key, *sorted((setting, str(value)) for setting, value in settings.items()))
        if name not in known:
            spec = DATASETS[key]
            params = spec.params.from_plain({"stand_in": {"scale": 1.0}, **settings})
            known[name] = spec.build(params, Location(key, None)).index()
        return known[name]

    return read


def of_protocol(name, protocol, samples):
    extra = {"non_micro": True} if name.startswith("smic_hs_nonmicro") else {}
    return [samples(key, **extra) for key in protocol.params.datasets]


def test_every_protocol_has_an_example():
    assert {name.split()[0] for name in EXAMPLES} == set(PROTOCOLS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_folds_keep_what_the_protocol_claims(name, samples):
    protocol = EXAMPLES[name]
    split = make_split("p", protocol, of_protocol(name, protocol, samples))
    people = {i: sample.person for i, sample in split.samples.items()}
    tested = Counter(i for fold in split.folds for i in fold.test)
    assert {i: tested[i] for i in people} == split.times_tested
    for fold in split.folds:
        assert fold.train
        assert fold.test
        assert not set(fold.train) & set(fold.test)
        if protocol.subject_disjoint:
            assert not {people[i] for i in fold.train} & {people[i] for i in fold.test}
    assert len({fold.name for fold in split.folds}) == len(split.folds)
    assert ("NOT subject-disjoint" in " ".join(split.notes)) == (not protocol.subject_disjoint)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_order_of_samples_plays_no_role(name, samples):
    protocol = EXAMPLES[name]
    chosen = of_protocol(name, protocol, samples)
    turned = [replace(index, samples=index.samples[::-1]) for index in chosen[::-1]]
    assert make_split("p", protocol, chosen).folds == make_split("p", protocol, turned).folds


@pytest.mark.parametrize("name", EXAMPLES)
def test_expected_clips_classes_subjects_and_folds_are_those_of_the_complete_databases(name, samples):
    protocol = EXAMPLES[name]
    indexes = of_protocol(name, protocol, samples)
    chosen = [sample for index in indexes for sample in (*index, *index.unusable)]
    labelled = protocol.select(protocol.task.label(chosen))
    expected = protocol.expected(labelled)
    if name.startswith("lodo"):
        assert expected == ()
        return
    matching = [one for one in expected if not one.differences(labelled)]
    assert matching, [one.differences(labelled) for one in expected]
    assert require_expected(protocol, labelled, real=True) == ()
    if not name.startswith("lovo casme3_a"):  # three of its clips cannot be tested
        assert matching[0].folds == len(protocol.folds(labelled))


COUNTS = {
    "megc2019_cde": (442, 68, 68),
    "megc2018_cde": (253, 47, 47),
    "megc2018_hde": (253, 47, 2),
    "smic_hs_nonmicro grouped_subject": (328, 16, 5),
    "smic_hs_nonmicro stratified_clip": (328, 16, 5),
    "loso casme2 casme2_5": (246, 26, 26),
    "loso casme2 casme2_4": (255, 26, 26),
    "loso samm samm_4": (159, 29, 29),
    "loso samm samm_5": (136, 27, 27),
    "loso smic_vis three_class": (71, 8, 8),
    "lovo casme2 casme2_5": (246, 26, 246),
    "kfold casme2 casme2_4": (255, 26, 5),
    "tlcnn560": (612, 61, 5),
    "lodo megc2019": (444, 68, 3),
    "cdmer 1 repeats": (235, 16, 1),
    # Four of CASME II's 26 subjects have clips of others and repression only.
    "cdmer 9 repeats": (200, 30, 1),
    "cdmer 9 target_folds": (200, 30, 5),
}


@pytest.mark.parametrize("name", COUNTS)
def test_clips_people_and_folds_are_the_published_numbers(name, samples):
    protocol = EXAMPLES[name]
    split = make_split("p", protocol, of_protocol(name, protocol, samples))
    people = {sample.person for sample in split.samples.values()}
    assert (len(split.samples), len(people), len(split.folds)) == COUNTS[name]


def test_cdmer_tests_the_whole_target_and_trains_on_the_whole_source(samples):
    protocol = EXAMPLES["cdmer 9 repeats"]
    (fold,) = make_split("p", protocol, of_protocol("", protocol, samples)).folds
    assert {i.split(":")[0] for i in fold.train} == {"casme2"}
    assert {i.split(":")[0] for i in fold.test} == {"smic_vis"}
    assert (len(fold.train), len(fold.test)) == (129, 71)


def test_cdmer_source_folds_test_the_target_five_times(samples):
    protocol = EXAMPLES["cdmer 9 source_folds"]
    split = make_split("p", protocol, of_protocol("", protocol, samples))
    assert split.pooling == "fold_mean"
    assert Counter(split.times_tested.values()) == {0: 129, 5: 71}
    left_out = [{i for i in split.samples if i not in {*fold.train, *fold.test}} for fold in split.folds]
    assert sum(map(len, left_out)) == len(set().union(*left_out)) == 129


def test_cdmer_target_folds_divide_the_target(samples):
    protocol = EXAMPLES["cdmer 9 target_folds"]
    split = make_split("p", protocol, of_protocol("", protocol, samples))
    assert split.pooling == "pooled"
    assert {len(fold.train) for fold in split.folds} == {129}
    assert sorted(len(fold.test) for fold in split.folds) == [14, 14, 14, 14, 15]


def test_type_one_experiments_are_not_subject_disjoint():
    claims = {n: EXAMPLES[f"cdmer {n} repeats"].subject_disjoint for n in range(1, 13)}
    assert claims == {n: n > 6 for n in range(1, 13)}


def test_stratified_clips_give_the_papers_fold_sizes(samples):
    protocol = EXAMPLES["smic_hs_nonmicro stratified_clip"]
    split = make_split("p", protocol, of_protocol("smic_hs_nonmicro", protocol, samples))
    assert sorted(len(fold.test) for fold in split.folds) == [65, 65, 66, 66, 66]


def test_one_person_before_three_cameras_cannot_leak(samples):
    """A composite of SMIC's cameras that goes by subject keys has the same face on both sides."""
    indexes = [samples(key) for key in ("smic_hs", "smic_vis", "smic_nir")]
    cameras = [sample for index in indexes for sample in index]
    loso = PROTOCOLS["loso"]
    protocol = loso.build(loso.params(datasets=("smic_hs", "smic_vis", "smic_nir")))
    split = make_split("p", protocol, indexes)
    assert len(split.folds) == 16
    by_subject = {}
    for sample in cameras:
        by_subject.setdefault(sample.subject, []).append(sample.sample_id)
    everything = [sample.sample_id for sample in cameras]
    leaky = [
        type(split.folds[0])(subject, tuple(i for i in everything if i not in ids), tuple(ids))
        for subject, ids in by_subject.items()
    ]
    assert len(leaky) == 32
    with pytest.raises(LeakageError, match="fold 'smic_hs:s11' has smic:s11 in both train and test"):
        audit(cameras, leaky, subject_disjoint=True)
    with pytest.raises(LeakageError, match="has smic:s11 in both"):
        lodo = PROTOCOLS["lodo"]
        make_split("p", lodo.build(lodo.params(datasets=("smic_hs", "smic_vis"))), indexes)


def test_flow_images_and_tables_of_smic_show_the_same_people(samples):
    """Whoever reads them: a clip of SMIC is of a person of SMIC."""
    for database in ("smic_hs", "smic_vis", "smic_nir"):
        sample = named_sample(
            "mine", database=database, subject="s20", clip="c", emotion="negative", source="real"
        )
        assert sample.person == "smic:s20"
    long = named_sample("mine", database="samm_lv", subject="006", clip="c", emotion="micro", source="real")
    assert long.person == "samm:006"
    assert {sample.person for sample in samples("samm")} >= {long.person}


def test_clips_without_an_objective_class_are_left_out_with_a_note(samples):
    """The version of 256 rows has a clip that the file of objective classes does not."""
    protocol = EXAMPLES["megc2018_cde"]
    casme2 = samples("casme2", stand_in={"scale": 1.0, "version": "256 rows"})
    split = make_split("p", protocol, [casme2, samples("samm")])
    assert len(split.samples) == 253
    assert "1 clips without a label of task 'megc2018' are left out" in split.notes


def test_folds_that_are_not_as_many_as_declared_are_refused(samples, monkeypatch):
    protocol = EXAMPLES["loso casme2 casme2_5"]
    monkeypatch.setattr(type(protocol), "n_folds", lambda self, subjects, clips: 25)
    with pytest.raises(DataError, match="26 folds of these clips, where the protocol declares 25"):
        make_split("p", protocol, [samples("casme2")])


def test_where_the_number_of_people_is_not_known_any_number_of_folds_will_do(samples, monkeypatch):
    protocol = EXAMPLES["loso casme2 casme2_5"]
    monkeypatch.setattr(type(protocol), "n_folds", lambda self, subjects, clips: 0)
    assert len(make_split("p", protocol, [samples("casme2")]).folds) == 26
