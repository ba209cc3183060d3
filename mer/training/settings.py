"""Settings that every network shares: how it is trained."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mer.core.parameters import Params

Selection = Literal["last", "inner_val", "oracle_test"]

# Methods write their papers' values as defaults: `epochs: Epochs = 800`.
Epochs = Annotated[int, Field(ge=1, description="Passes over the training samples.")]
BatchSize = Annotated[int, Field(ge=2, description="Samples per step; the last batch may be smaller.")]
OptimiserName = Annotated[Literal["adam", "adamw", "sgd"], Field(description="Optimiser.")]
LearningRate = Annotated[float, Field(gt=0, description="Learning rate.")]
Momentum = Annotated[float, Field(ge=0, lt=1, description="Momentum of SGD.")]
WeightDecay = Annotated[float, Field(ge=0, description="Weight decay; decoupled from the gradient by AdamW.")]
Order = Annotated[
    Literal["shuffled", "class_order"],
    Field(
        description="'shuffled' draws a new order every epoch, 'class_order' cuts the same batches every "
        "epoch, class by class."
    ),
]
ScheduleName = Annotated[
    Literal["constant", "step", "cosine", "cosine_restarts"],
    Field(
        description="Learning rate over the epochs: 'step' multiplies it by 'schedule_factor' every "
        "'schedule_epochs', 'cosine' lets it sink to zero, 'cosine_restarts' does so every 'schedule_epochs'."
    ),
]
ScheduleEpochs = Annotated[
    int, Field(ge=1, description="Epochs between two steps or restarts of the schedule.")
]
ScheduleFactor = Annotated[float, Field(gt=0, le=1, description="Factor of the schedule 'step'.")]
Balance = Annotated[
    Literal["none", "class_weights", "resample"],
    Field(
        description="'class_weights' weighs the loss so that classes count the same, 'resample' repeats "
        "samples of small classes until all are equally large."
    ),
]
ClipNorm = Annotated[float | None, Field(gt=0, description="Largest norm of the gradient; null for none.")]
Width = Annotated[
    float,
    Field(gt=0, le=1, description="Share of the published widths of all layers; less than 1 for trying out."),
]
Dropout = Annotated[float, Field(ge=0, lt=1, description="Probability of dropping a value in training.")]


class Augmentation(Params):
    """What is done to training images at random, anew in every step."""

    flip: bool = Field(
        default=False,
        description="Mirror every other image, left to right; horizontal flow changes its sign with it.",
    )
    shift: float = Field(default=0.0, ge=0, le=0.5, description="Largest shift, as part of the side.")
    rotation: float = Field(default=0.0, ge=0, le=180, description="Largest rotation in degrees.")
    zoom: float = Field(default=0.0, ge=0, lt=1, description="Largest change of scale: 0.1 is 0.9 to 1.1.")
    brightness: float = Field(
        default=0.0, ge=0, lt=1, description="Largest relative change of brightness and of contrast."
    )
    mixup: float = Field(
        default=0.0, ge=0, description="Parameter alpha of mixup's beta distribution; 0 mixes nothing."
    )


class TrainingParams(Params):
    """How a network is trained; a method's settings inherit this and set its paper's values."""

    epochs: Epochs = 100
    batch_size: BatchSize = 32
    optimiser: OptimiserName = "adam"
    lr: LearningRate = 1e-4
    momentum: Momentum = 0.0
    weight_decay: WeightDecay = 0.0
    schedule: ScheduleName = "constant"
    schedule_epochs: ScheduleEpochs = 10
    schedule_factor: ScheduleFactor = 0.5
    order: Order = "shuffled"
    balance: Balance = "none"
    clip_norm: ClipNorm = None
    mixed_precision: bool = Field(
        default=False, description="Compute in bfloat16 where that is safe; weights stay in float32."
    )
    augmentation: Augmentation = Field(
        default=Augmentation(), description="What is done to training images at random."
    )
    members: int = Field(
        default=1,
        ge=1,
        description="Networks that are trained, each from its own random numbers; scores are averaged.",
    )
    mirror_scores: bool = Field(
        default=False, description="Score each image and its mirror image, and average the two."
    )
    selection: Selection = Field(
        default="last",
        description="Which epoch counts: 'last'; 'inner_val', the one with the lowest class-balanced loss on "
        "held-out training subjects; 'oracle_test', the best on the test clips of each fold, which is no "
        "result but shows how much published numbers gain by it.",
    )
    patience: int | None = Field(
        default=None,
        ge=1,
        description="With 'selection: inner_val': stop after so many epochs without a better one; null for "
        "never.",
    )

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.selection == "oracle_test" and self.members > 1:
            raise ValueError("'selection: oracle_test' watches one network: set 'members' to 1")
        if self.patience is not None and self.selection != "inner_val":
            raise ValueError("'patience' stops by held-out subjects: set 'selection: inner_val'")
        return self

    @model_validator(mode="after")
    def _nothing_without_effect(self) -> Self:
        """Refuse what was set and would do nothing; a method's own defaults may."""
        idle = {
            "momentum": (self.optimiser != "sgd", "'optimiser: sgd'"),
            "schedule_epochs": (
                self.schedule in ("constant", "cosine"),
                "'schedule: step' or 'schedule: cosine_restarts'",
            ),
            "schedule_factor": (self.schedule != "step", "'schedule: step'"),
        }
        fields = type(self).model_fields
        problems = [
            f"'{name}' does nothing without {remedy}"
            for name, (is_idle, remedy) in idle.items()
            if is_idle and getattr(self, name) != fields[name].default
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self
