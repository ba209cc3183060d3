"""Settings and designs that Dual-Inception, Basic Inception and the Feature Refinement methods share."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from mer.features.flow_image import FlowImageParams
from mer.methods.network import FlowNetworkParams, check_size
from mer.preprocessing.steps import Preprocessing
from mer.preprocessing.steps.apex import ApexParams
from mer.training.settings import BatchSize, Dropout, Epochs, LearningRate, OptimiserName

if TYPE_CHECKING:
    from mer.models.feature_refinement import Fusion, Proposal
    from mer.training.design import NetworkDesign

StreamChannels = Annotated[
    Literal[1, 3],
    Field(
        description="Channels of a stream's input: 3 repeats the plane of flow three times, as a program "
        "does that reads grey files as colour."
    ),
]
AttentionRescale = Annotated[
    bool,
    Field(
        description="Multiply attention weights by 1024, their number: a softmax over so many makes features "
        "about a thousand times smaller."
    ),
]


class InceptionParams(FlowNetworkParams):
    """Settings of the Inception backbone."""

    stream_channels: StreamChannels = 1
    shared_streams: bool = Field(
        default=False, description="Send both planes of flow through one stream instead of one each."
    )
    batch_norm: bool = Field(default=False, description="Normalise the output of every convolution.")
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(channels="u_v"),
        description="Settings of the flow images; the network takes 28x28 and looks at u and v alone.",
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        channels = ("u_v", "u_v_strain", "u_v_magnitude")
        return check_size(value, name="the Inception backbone", size=28, channels=channels)


class AblationParams(InceptionParams):
    """Training and apex as in the ablation and the composite database of the Feature Refinement paper."""

    epochs: Epochs = 200
    batch_size: BatchSize = 32
    optimiser: OptimiserName = "sgd"
    lr: LearningRate = 0.001
    preprocessing: Preprocessing = Field(
        default=Preprocessing(apex=ApexParams(spotting="difference")),
        description="What is done to the frames before. Finished flow images keep their own apex: it was "
        "their publisher's.",
    )


class RefinementParams(AblationParams):
    """Settings of the Feature Refinement methods."""

    proposal_weight: float = Field(
        default=0.85, ge=0, description="Weight lambda of the detectors' loss beside the classifier's."
    )
    dropout: Dropout = 0.5


def inception_design(params: InceptionParams) -> "NetworkDesign":
    """Describe the backbone with a linear layer."""
    from mer.models.inception import DualInception
    from mer.training.design import NetworkDesign

    return NetworkDesign(
        lambda n_classes: DualInception(
            n_classes, params.stream_channels, params.shared_streams, params.batch_norm
        ),
        mirror_sum=params.mirror_sum,
    )


def refinement_design(
    params: RefinementParams,
    *,
    proposal: "Proposal" = "attention",
    fusion: "Fusion" = "sum",
    attention_rescale: bool = False,
) -> "NetworkDesign":
    """Describe a network with a proposal for each class."""
    from mer.models.feature_refinement import FeatureRefinement, refinement_loss
    from mer.training.design import NetworkDesign

    return NetworkDesign(
        lambda n_classes: FeatureRefinement(
            n_classes,
            proposal,
            fusion,
            dropout=params.dropout,
            attention_rescale=attention_rescale,
            stream_channels=params.stream_channels,
            shared_streams=params.shared_streams,
            batch_norm=params.batch_norm,
        ),
        loss=partial(refinement_loss, proposal_weight=params.proposal_weight),
        mirror_sum=params.mirror_sum,
    )
