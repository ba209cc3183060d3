"""Scores of trained networks."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from mer.core.types import FloatArray
from mer.training.design import Outputs
from mer.training.process import one_thread


def score_network(network: nn.Module, images: FloatArray, scores: Callable[[Outputs], Tensor]) -> FloatArray:
    """Score images (N, ...) with a trained network; returns scores of shape (N, K).

    Every sample is scored in a batch of its own, so that its scores do not depend on the others
    (matrix libraries round differently for different batch sizes).
    """
    device = next(network.parameters()).device
    with torch.inference_mode(), one_thread():
        x = torch.as_tensor(np.asarray(images, dtype=np.float32))
        # Without samples the network still knows the number of classes.
        rows = [
            scores(network(sample[None].to(device)))
            for sample in (x if len(x) else x.new_zeros(1, *x.shape[1:]))
        ]
        return np.asarray(torch.cat(rows)[: len(x)].cpu().numpy())
