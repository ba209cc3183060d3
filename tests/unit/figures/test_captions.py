from mer.figures.captions import ORACLE, ORACLES, STAND_INS, Facts, described, title_of

FACTS = Facts("Composite (p)", "442 clips, 68 subjects", "uf1")


def test_a_figure_is_described_by_its_name():
    assert described("scores", FACTS) == {
        "file": "scores.png",
        "title": "UF1 with 95% subject-bootstrap intervals: Composite (p)",
        "caption": "Dots for UF1 of each variant on all clips and on each database, with the interval within "
        "which it would vary with other subjects, sorted from the best to the worst "
        "(n: 442 clips, 68 subjects).",
    }
    assert title_of("confusion_fr_adam", FACTS) == "Confusion matrices of fr_adam: Composite (p)"
    assert "class for fr_adam, on" in described("confusion_fr_adam", FACTS)["caption"]
    assert title_of("features_fr", FACTS) == "Features that fr learns: Composite (p)"


def test_oracles_and_stand_ins_are_said_where_they_are():
    facts = Facts("p", "1 clip", "uar", stand_in=True, oracles=True)
    assert described("scores", facts)["caption"].endswith(f"(n: 1 clip). {ORACLES} {STAND_INS}")
    assert described("pairwise", facts)["caption"].endswith(f"(n: 1 clip). {STAND_INS}")
    assert "UAR" in described("pairwise", facts)["title"]
    assert f" {ORACLE} " in described("confusion_fr", facts)["caption"]
    assert ORACLE not in described("confusion_fr", FACTS)["caption"]
