"""The cluster itself: what tests of the workflow rely on."""

import tempfile

import pytest

from tests.slurm.cluster import Cluster, ClusterError


@pytest.fixture
def submit(cluster, tmp_path):
    def submit(command, *arguments):
        printed = cluster.command(
            "sbatch", "--parsable", f"--output={tmp_path}/%j.txt", *arguments, f"--wrap={command}"
        )
        return int(printed)

    return submit


def test_only_jobs_that_ask_for_a_gpu_hold_one(cluster, submit):
    with_gpu = submit("srun true", "--partition=gpu", "--gpus=1")
    of_a_type = submit("srun true", "--partition=gpu", "--gpus=small:1")
    without = submit("srun true")
    cluster.wait_until_idle()
    held = {job: record["JOB_GRES"] for job, record in cluster.started().items()}
    assert held[with_gpu] == "gpu:large:1"
    assert held[of_a_type] == "gpu:small:1"
    assert held[without] == "(null)"
    seen = cluster.visible_devices()
    assert set(seen[with_gpu]) == {"0"}  # of the batch script, and of srun
    assert set(seen[without]) == {None}
    assert cluster.completed()[without]["JobState"] == "COMPLETED"


def test_two_gpus_of_a_node_are_two_devices(cluster, submit):
    jobs = [submit("srun sleep 3", "--nodelist=node1", "--gpus=1") for _ in range(2)]
    cluster.wait_until_idle()
    assert sorted(cluster.visible_devices()[job][0] for job in jobs) == ["0", "1"]


def test_a_job_beyond_its_memory_is_killed(cluster, submit):
    job = submit("srun python3 -c 'import time; x = bytearray(300_000_000); time.sleep(60)'", "--mem=100")
    cluster.wait_until_idle()
    assert cluster.completed()[job]["JobState"] in ("FAILED", "OUT_OF_MEMORY")


def test_a_killed_node_takes_its_jobs_along_and_comes_back(cluster, submit):
    job = submit("srun sleep 600", "--nodelist=node2", "--no-requeue")
    cluster.wait(lambda: job in cluster.started(), 20, "a running job")
    cluster.kill_node("node2")
    cluster.wait_until_idle(60)
    assert cluster.completed()[job]["JobState"] == "NODE_FAIL"
    cluster.start_node("node2")
    cluster.wait_for_nodes()


def test_jobs_survive_a_stopped_controller(cluster, submit, tmp_path):
    job = submit(f"srun sleep 4; touch {tmp_path}/done")
    # srun waits for a minute if the controller is away when it begins.
    cluster.wait(lambda: len(cluster.visible_devices().get(job, ())) == 2, 20, "srun in a job")
    cluster.stop_controller()
    assert "slurmctld" not in cluster.pids()
    cluster.start_controller()
    cluster.wait_until_idle()
    assert (tmp_path / "done").exists()


def test_two_clusters_side_by_side(cluster, submit):
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        other = Cluster(folder, nodes=1, gpus=1)
        other.start()
        try:
            job = submit("sleep 600")
            assert other.queue() == []
        finally:
            other.stop()
        assert other.pids() == {}
        assert cluster.queue() == [job]


def test_a_folder_too_deep_for_sockets_is_refused(tmp_path):
    with pytest.raises(ClusterError, match="choose a shorter one"):
        Cluster(tmp_path / ("deep" * 20))
