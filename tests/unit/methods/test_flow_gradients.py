import numpy as np
import pytest

from mer.core.types import LabelledSamples, Samples
from mer.features.flow_blocks import mirrored
from mer.features.flow_image import FlowImageParams
from mer.methods.flow_gradients import FlowGradients, FlowGradientsParams, features, gradients_of

PARAMS = FlowGradientsParams(n_trees=20)


@pytest.fixture(scope="module")
def fitted():
    """Trained on faces whose left half spreads or does not."""
    rng = np.random.default_rng(0)
    images = rng.normal(128, 4, (40, 3, 28, 28))
    labels = np.arange(40) % 2
    images[labels == 1, 0] += 20 * np.sin(np.arange(28) / 4)
    names = tuple(map(str, range(40)))
    train = LabelledSamples(names[:30], images[:30], names[:30], labels[:30], ("a", "b", "c"))
    return FlowGradients(PARAMS).fit(train, rng), Samples(names[30:], images[30:]), labels[30:]


def test_a_deformation_is_learned(fitted):
    method, test, labels = fitted
    assert (method.predict_proba(test).argmax(axis=1) == labels).all()


def test_an_image_and_its_mirror_image_score_the_same(fitted):
    method, test, _ = fitted
    other = Samples(test.sample_ids, mirrored(test.data, 255.0))
    assert np.allclose(method.predict_proba(test), method.predict_proba(other))


def test_a_class_without_samples_scores_nothing(fitted):
    method, test, _ = fitted
    assert (method.predict_proba(test)[:, 2] == 0).all()


@pytest.mark.parametrize(("channels", "n"), [("u_v_strain", 3), ("u_v", 2)])
@pytest.mark.parametrize("blocks", [7, 40])
def test_gradients_are_the_first_columns(channels, n, blocks):
    params = FlowGradientsParams(blocks=blocks, flow_image=FlowImageParams(channels=channels))
    images = np.random.default_rng(0).normal(size=(2, n, 28, 28))
    both = features(images, params)
    side = min(blocks, 28)
    assert both.shape == (2, (4 + n) * side**2)
    assert gradients_of(both, params).shape == (2, 4 * side**2)
