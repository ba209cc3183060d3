import numpy as np
import pytest

from mer.core.types import LabelledSamples, Samples
from mer.methods.flow_svm import FlowSvm, FlowSvmParams


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_movement_to_one_side_is_learned(kernel):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(40, 2, 28, 28))
    labels = np.arange(40) % 2
    images[labels == 1, 0, :14] += 2
    names = tuple(map(str, range(40)))
    train = LabelledSamples(names[:30], images[:30], names[:30], labels[:30], ("a", "b"))
    fitted = FlowSvm(FlowSvmParams(kernel=kernel)).fit(train, rng)
    scores = fitted.predict_proba(Samples(names[30:], images[30:]))
    assert (scores.argmax(axis=1) == labels[30:]).all()
