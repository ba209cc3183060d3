"""The tasks that papers and challenges define on the databases."""

from dataclasses import replace
from types import MappingProxyType

from mer.tasks.base import ANY_DATABASE, Rule, Task

_NEGATIVE, _POSITIVE, _SURPRISE = "negative", "positive", "surprise"
_THREE = (_NEGATIVE, _POSITIVE, _SURPRISE)
_SAME = Rule({name: (name,) for name in _THREE})
_SMIC = ("smic_hs", "smic_vis", "smic_nir")
_SAMM_NEGATIVE = ("anger", "contempt", "disgust", "fear", "sadness")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
# Sets of macro-expressions. EMR's authors map CK+ so, but for sadness, which their program calls positive.
_POSED = ("ckplus", "oulu_casia", "jaffe", "mug", "kdef", "rafd", "mmi", "tfeid")
_EMOTIONS = Rule(
    {_NEGATIVE: _SAMM_NEGATIVE, _POSITIVE: ("happiness",), _SURPRISE: (_SURPRISE,)}, dropped=("neutral",)
)
_MACRO_SETS = {**dict.fromkeys(_POSED, _EMOTIONS), "casme_squared": Rule(_SAME.classes, ("others",))}
_OBJECTIVE = Rule({name: (name,) for name in ("I", "II", "III", "IV", "V")}, ("VI", "VII"))

_TASKS = (
    Task("three_class", _THREE, {ANY_DATABASE: _SAME}, source="labels that are negative, positive, surprise"),
    Task(
        "casme2_5",
        ("happiness", "disgust", _SURPRISE, "repression", "others"),
        {
            "casme2": Rule(
                {name: (name,) for name in ("happiness", "disgust", _SURPRISE, "repression", "others")},
                ("sadness", "fear"),
            )
        },
        source="Yan et al. 2014; FR paper, Table 13",
    ),
    Task(
        "casme2_4",
        (*_THREE, "others"),
        {
            "casme2": Rule(
                {
                    _NEGATIVE: ("disgust", "sadness", "fear"),
                    _POSITIVE: ("happiness",),
                    _SURPRISE: (_SURPRISE,),
                    "others": ("others", "repression"),
                }
            )
        },
        source="FR paper, Table 12",
    ),
    Task(
        "samm_4",
        (*_THREE, "other"),
        {
            "samm": Rule(
                {
                    _NEGATIVE: _SAMM_NEGATIVE,
                    _POSITIVE: ("happiness",),
                    _SURPRISE: (_SURPRISE,),
                    "other": ("other",),
                }
            )
        },
        source="FR paper, Table 12",
    ),
    Task(
        "samm_5",
        ("anger", "contempt", "happiness", _SURPRISE, "other"),
        {
            "samm": Rule(
                {name: (name,) for name in ("anger", "contempt", "happiness", _SURPRISE, "other")},
                ("disgust", "fear", "sadness"),
            )
        },
        source="Davison et al. 2018",
    ),
    Task(
        "megc2019",
        _THREE,
        {
            # Flow images are passed on with the classes for labels: these are taken as well.
            "casme2": Rule(
                {
                    _NEGATIVE: (_NEGATIVE, "disgust", "repression"),
                    _POSITIVE: (_POSITIVE, "happiness"),
                    _SURPRISE: (_SURPRISE,),
                },
                ("others", "sadness", "fear"),
            ),
            "samm": Rule(
                {
                    _NEGATIVE: (_NEGATIVE, *_SAMM_NEGATIVE),
                    _POSITIVE: (_POSITIVE, "happiness"),
                    _SURPRISE: (_SURPRISE,),
                },
                ("other",),
            ),
            **dict.fromkeys(_SMIC, _SAME),
        },
        source="See et al. 2019",
    ),
    Task(
        "cdmer",
        _THREE,
        {
            "casme2": Rule(
                {
                    _NEGATIVE: ("disgust", "sadness", "fear"),
                    _POSITIVE: ("happiness",),
                    _SURPRISE: (_SURPRISE,),
                },
                ("others", "repression"),
            ),
            **dict.fromkeys(_SMIC, _SAME),
        },
        source="Zong et al. 2019; FR paper, Table 11",
    ),
    Task(
        "megc2018",
        ("I", "II", "III", "IV", "V"),
        {"casme2": _OBJECTIVE, "samm": _OBJECTIVE},
        by="objective_class",
        source="Yap et al. 2018; ResNet10 paper, Table I",
    ),
    Task(
        "objective",
        ROMAN,
        dict.fromkeys(("casme2", "samm", "casme3_a"), Rule({name: (name,) for name in ROMAN})),
        by="objective_class",
        source="Davison et al. 2018",
    ),
    Task(
        "tlcnn_4",
        (_POSITIVE, _NEGATIVE, _SURPRISE, "others"),
        {
            **{key: Rule({name: (name,) for name in _THREE}) for key in _SMIC},
            "casme": Rule(
                {
                    _POSITIVE: ("happiness",),
                    _NEGATIVE: ("disgust", "sadness", "fear", "contempt"),
                    _SURPRISE: (_SURPRISE,),
                    "others": ("repression", "tense"),
                }
            ),
            "casme2": Rule(
                {
                    _POSITIVE: ("happiness",),
                    _NEGATIVE: ("disgust", "sadness", "fear"),
                    _SURPRISE: (_SURPRISE,),
                    "others": ("others", "repression"),
                }
            ),
        },
        source="TLCNN paper, section 4.1",
    ),
    Task(
        "smic_nonmicro",
        (*_THREE, "non_micro"),
        {key: Rule({name: (name,) for name in (*_THREE, "non_micro")}) for key in _SMIC},
        source="VGGFace2+LSTM paper, section 4.1",
    ),
    Task(
        "casme3_3",
        _THREE,
        {
            "casme3_a": Rule(
                {
                    _NEGATIVE: ("disgust", "fear", "anger", "sadness"),
                    _POSITIVE: ("happiness",),
                    _SURPRISE: (_SURPRISE,),
                },
                ("others",),
            )
        },
        source="Li et al. 2022",
    ),
    Task(
        "casme3_4",
        (*_THREE, "others"),
        {
            "casme3_a": Rule(
                {
                    _NEGATIVE: ("disgust", "fear", "anger", "sadness"),
                    _POSITIVE: ("happiness",),
                    _SURPRISE: (_SURPRISE,),
                    "others": ("others",),
                }
            )
        },
        source="Li et al. 2022",
    ),
)


def _with_macro_sets(task: Task) -> Task:
    """Add what the sets of macro-expressions are called in a task that tells negative from positive."""
    return replace(task, macro_rules=_MACRO_SETS) if set(_THREE) <= set(task.classes) else task


TASKS = MappingProxyType({task.name: _with_macro_sets(task) for task in _TASKS})
