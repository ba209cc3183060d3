"""Transformer block as in vision transformers (Dosovitskiy et al. 2021), for several networks."""

from torch import Tensor, nn

from mer.models.layers import DropPath


class SelfAttention(nn.Module):
    """Multi-head scaled dot-product attention of tokens among themselves.

    Parameters
    ----------
    dim
        Features D of a token.
    n_heads
        Number of heads; each has D // n_heads features, and what is left over of D gets none.
    bias
        Whether queries, keys and values have a bias.
    """

    def __init__(self, dim: int, n_heads: int, *, bias: bool = True) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = dim // n_heads
        width = n_heads * self.head_dim
        self.query_key_value = nn.Linear(dim, 3 * width, bias=bias)
        self.projection = nn.Linear(width, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """Let tokens of shape (..., T, D) attend to the T tokens that share their leading positions."""
        parts = self.query_key_value(tokens).unflatten(-1, (3, self.n_heads, self.head_dim))
        query, key, value = parts.transpose(-4, -2).unbind(-3)  # each (..., heads, T, D // heads)
        weights = (query @ key.transpose(-2, -1) * self.head_dim**-0.5).softmax(dim=-1)
        return self.projection((weights @ value).transpose(-3, -2).flatten(-2))


class TransformerBlock(nn.Module):
    """Attention and a perceptron of one hidden layer (GELU), each after layer normalisation and added.

    Parameters
    ----------
    dim
        Features D of a token.
    n_heads
        Number of heads.
    hidden
        Units of the perceptron's hidden layer.
    bias
        Whether queries, keys and values have a bias.
    stochastic_depth
        Probability of dropping a sample's branch, in each of the two.
    """

    def __init__(
        self, dim: int, n_heads: int, hidden: int, *, bias: bool = True, stochastic_depth: float = 0.0
    ) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(dim), SelfAttention(dim, n_heads, bias=bias))
        self.attention_path = DropPath(stochastic_depth)
        self.perceptron = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim)
        )
        self.perceptron_path = DropPath(stochastic_depth)

    def forward(self, tokens: Tensor) -> Tensor:
        """Transform tokens of shape (N, ..., T, D)."""
        tokens = tokens + self.attention_path(self.attention(tokens))
        return tokens + self.perceptron_path(self.perceptron(tokens))
