"""Settings and design that the recurrent convolutional networks share."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.features.flow_image import FlowImageParams
from mer.methods.network import FlowNetworkParams, check_size
from mer.training.settings import (
    BatchSize,
    Dropout,
    Epochs,
    LearningRate,
    Momentum,
    OptimiserName,
    ScheduleEpochs,
    ScheduleFactor,
    ScheduleName,
)

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class RcnParams(FlowNetworkParams):
    """Settings of a recurrent convolutional network."""

    epochs: Epochs = 100
    batch_size: BatchSize = 64
    optimiser: OptimiserName = "sgd"
    lr: LearningRate = 5e-4
    momentum: Momentum = 0.9
    schedule: ScheduleName = "step"
    schedule_epochs: ScheduleEpochs = 10
    schedule_factor: ScheduleFactor = 0.5
    dropout: Dropout = 0.5
    feature_maps: int = Field(default=64, ge=4, multiple_of=4, description="Maps of stem and block.")
    pool_size: int = Field(
        default=5, ge=1, le=10, description="Rows and columns of cells that the linear layer sees."
    )
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=60), description="Settings of the flow images; the network takes 60x60."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="RCN", size=60, channels=("u_v_strain", "u_v_magnitude"))


def rcn_design(
    params: RcnParams, *, attention: bool = False, dense_shortcuts: bool = False, wide: bool = False
) -> "NetworkDesign":
    """Describe one of the networks."""
    from mer.models.recurrent_convolution import RecurrentConvolutionalNetwork
    from mer.training.design import NetworkDesign

    return NetworkDesign(
        lambda n_classes: RecurrentConvolutionalNetwork(
            n_classes,
            attention=attention,
            dense_shortcuts=dense_shortcuts,
            wide=wide,
            n_maps=params.feature_maps,
            pool_size=params.pool_size,
            dropout=params.dropout,
        ),
        mirror_sum=params.mirror_sum,
    )
