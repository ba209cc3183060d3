"""Records of controllers, and the lock that a dead one leaves."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mer.cluster import controllers
from mer.cluster.controllers import FOLDER, Process, State
from mer.cluster.lock import LOCKS, release_stale_lock
from mer.cluster.start import is_alone


@pytest.fixture
def locks(tmp_path):
    """Files of a lock as Snakemake makes them."""
    folder = tmp_path / LOCKS
    folder.mkdir(parents=True)
    paths = [folder / "0.input.lock", folder / "0.output.lock"]
    for path in paths:
        path.write_text("results/a\n")
    return paths


def there(paths):
    return [path.exists() for path in paths]


def test_this_process_runs_and_one_that_was_killed_does_not(own, others, tmp_path):
    assert own.state() is State.ALIVE
    process = others.start()
    (other,) = controllers.others(tmp_path, own)
    assert (other.process.pid, other.state()) == (process.pid, State.ALIVE)
    process.kill()
    while other.state() is State.ALIVE:  # until the signal has arrived
        pass
    # Nobody has read its exit code yet: its number still exists.
    assert Path(f"/proc/{process.pid}").exists()
    assert other.state() is State.DEAD
    process.wait()
    assert other.state() is State.DEAD


def test_a_controller_is_seen_at_work_until_it_ends(others, tmp_path):
    assert not controllers.at_work(tmp_path)
    process = others.start()
    assert controllers.at_work(tmp_path)
    process.kill()
    process.wait()
    assert not controllers.at_work(tmp_path)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"started": 1}, State.DEAD),
        ({"boot": "another"}, State.DEAD),
        ({"host": "another/"}, State.UNKNOWN),
        ({"namespace": "pid:[1]"}, State.UNKNOWN),
        ({"host": "another/", "boot": "another"}, State.UNKNOWN),
    ],
    ids=["number used again", "machine started again", "another machine", "container", "other"],
)
def test_a_number_alone_does_not_make_a_process(change, state):
    assert replace(Process.this(), **change).state() is state


def test_one_that_ends_by_itself_leaves_a_record_only_if_it_submitted_jobs(others, own, tmp_path):
    for runs in ((), ("run",)):
        process = others.start(*runs)
        process.stdin.close()
        process.wait()
    (left,) = controllers.others(tmp_path, own)
    assert left.ended()
    assert left.runs() == {"run"}


def test_the_lock_of_a_killed_controller_is_removed(locks, others, own, said, tmp_path):
    others.killed()
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [False, False]
    assert "does not run any more, and is removed (process" in said[0]


@pytest.mark.parametrize("with_a_dead_one", [False, True])
def test_the_lock_of_a_living_controller_stays(locks, others, own, said, tmp_path, with_a_dead_one):
    if with_a_dead_one:
        others.killed()
    living = others.start()
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [True, True]
    assert f"Another controller of this directory runs (process {living.pid}" in said[0]


def test_a_lock_without_record_stays(locks, own, said, tmp_path):
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [True, True]
    assert not said


def test_a_lock_of_another_machine_stays_and_its_record_is_named(locks, others, own, said, tmp_path):
    others.killed()
    (other,) = controllers.others(tmp_path, own)
    record = other.folder / "record.json"
    about = json.loads(record.read_text())
    about["process"]["host"] = "login2/abc"
    record.write_text(json.dumps(about))
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [True, True]
    assert "on login2" in said[0]
    assert f"snakemake --unlock, and remove {other.folder}" in said[0]


def test_a_dead_controller_vouches_for_one_lock_only(locks, others, own, said, tmp_path):
    others.killed("run")
    release_stale_lock(tmp_path, own, said.append)
    locks[0].write_text("of a Snakemake that leaves no record")
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [True, False]


def test_one_that_ended_by_itself_says_nothing_about_a_lock(locks, others, own, said, tmp_path):
    process = others.start("run")
    process.stdin.close()
    process.wait()
    release_stale_lock(tmp_path, own, said.append)
    assert there(locks) == [True, True]


def test_a_record_that_is_none_is_passed_over(own, tmp_path):
    (tmp_path / FOLDER / "host-1-1").mkdir()
    (tmp_path / FOLDER / "host-2-2").mkdir()
    (tmp_path / FOLDER / "host-2-2" / "record.json").write_text("[")
    assert list(controllers.others(tmp_path, own)) == []


def test_a_copy_of_a_controllers_process_leaves_its_record(own, tmp_path):
    """Made by fork, it ends as the controller does, and earlier."""
    controllers._end(replace(own, process=replace(own.process, pid=own.process.pid + 1)))
    assert not own.ended()
    assert own.folder.is_dir()
    controllers._end(own)
    assert not own.folder.exists()


def test_one_is_alone_without_a_lock_and_beside_dead_controllers_only(locks, others, own, tmp_path):
    assert not is_alone(tmp_path, own)
    for path in locks:
        path.unlink()
    others.killed()
    assert is_alone(tmp_path, own)
    others.start()
    assert not is_alone(tmp_path, own)
