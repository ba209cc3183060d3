"""Gradient reversal (Ganin and Lempitsky 2015): what follows learns, what precedes unlearns."""

import torch
from torch import Tensor, nn

# After so many steps, p is 1 and the reversal as good as complete.
STEPS = 10_000


class GradientReversal(nn.Module):
    """Pass values on as they are, and their gradients with the sign changed.

    The gradient is multiplied by minus ``2 / (1 + exp(-10 p)) - 1``, which rises from 0 towards 1 while
    training progresses. ``progress`` is p: the steps that are done divided by 10,000.
    """

    progress: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("progress", torch.zeros(()), persistent=False)

    def set_steps(self, n_steps: int) -> None:
        """Tell, before each training step, how many steps are done."""
        self.progress.fill_(n_steps / STEPS)

    @property
    def strength(self) -> Tensor:
        """Factor of the reversed gradient, a scalar."""
        return 2 / (1 + torch.exp(-10 * self.progress)) - 1

    def forward(self, x: Tensor) -> Tensor:
        """Return an array of any shape (N, ...) as it is."""
        fixed = x.detach()
        # What is subtracted is zero and has the gradient of x.
        return fixed - self.strength * (x - fixed)
