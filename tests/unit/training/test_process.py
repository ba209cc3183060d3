import pytest
import torch

from mer.training.process import one_thread, reproducible

CPU = torch.device("cpu")


@pytest.fixture
def two_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def test_the_seed_alone_decides_and_leaves_no_trace():
    drawn = []
    for outside in (1, 2):
        torch.manual_seed(outside)
        before = torch.get_rng_state()
        with reproducible(7, CPU):
            drawn.append(torch.rand(3))
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(*drawn)
    with reproducible(8, CPU):
        assert not torch.equal(torch.rand(3), drawn[0])


def test_sums_have_one_order_inside(two_threads):
    with reproducible(0, CPU):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.utils.deterministic.fill_uninitialized_memory
    assert torch.utils.deterministic.fill_uninitialized_memory
    assert torch.get_num_threads() == 2
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_gpu_shortens_no_numbers_inside():
    """Of cuDNN it does by default, so that this test sees it given back; of products it does not."""
    flags = (torch.backends.cudnn, torch.backends.cuda.matmul)
    before = [one.allow_tf32 for one in flags]
    assert before[0]
    with reproducible(0, CPU):
        assert [one.allow_tf32 for one in flags] == [False, False]
    assert [one.allow_tf32 for one in flags] == before


def test_everything_is_given_back_after_an_error(two_threads):
    before = torch.get_rng_state()
    with pytest.raises(KeyError), reproducible(0, CPU):
        raise KeyError
    assert torch.get_num_threads() == 2
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.get_rng_state(), before)


def test_threads_are_given_back(two_threads):
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == 2
