"""SLURM's commands while it is away."""

import os
import subprocess

import pytest

from mer.cluster.slurm import ClusterError, Outcome, answer
from mer.cluster.submit import JOBS, MESSAGES, Submission, put_in_front

NAME = "0a1b2c3d-0000-1111-2222-0123456789ab"
COMMAND = ["sbatch", "--parsable", "--job-name", NAME, "--comment", "rule_train_wildcards_a", "--wrap=true"]
AWAY = 'echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)" >&2'
MAYBE = 'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2'
# Fails for the first N calls.
FAILS = "[ $(grep -c ^{name} calls) -gt {n} ] || {{ {what}; exit 1; }}"


def fails(n, what=AWAY, name="sbatch"):
    return FAILS.format(n=n, what=what, name=name)


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("Batch job submission failed: Unable to contact slurm controller (connect failure)", "refused"),
        ("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", "refused"),
        ("Slurm backup controller in standby mode", "refused"),
        ("Batch job submission failed: Protocol authentication error", "refused"),
        ("QOSMaxSubmitJobPerUserLimit\nsbatch: error: Job violates accounting/QOS policy", "refused"),
        ("Batch job submission failed: Resource temporarily unavailable", "refused"),
        ("Unable to contact slurm controller (receive failure)", "uncertain"),
        ("Batch job submission failed: Socket timed out on send/recv operation", "uncertain"),
        ("Batch job submission failed: Zero Bytes were transmitted or received", "uncertain"),
        ("Batch job submission failed: Invalid partition name specified", "final"),
        ("Batch job submission failed: Job violates accounting/QOS policy", "final"),
        ("", "final"),
    ],
)
def test_what_is_asked_again(said, failure):
    assert Outcome(1, stderr=f"sbatch: error: {said}\n".encode()).failure == failure
    assert Outcome(0, stderr=said.encode()).failure == "none"


def test_a_job_is_submitted_once_slurm_is_back(own, fake, calls):
    fake(sbatch=f"{fails(2)}\necho '17;west'")
    outcome = Submission(own, COMMAND).run()
    assert (outcome.code, outcome.stdout) == (0, b"17;west\n")
    assert calls() == [" ".join(COMMAND)] * 3
    assert own.runs() == {NAME}
    assert [path.name for path in (own.folder / JOBS).iterdir()] == ["17"]
    first, last = (own.folder / MESSAGES).read_text().splitlines()
    assert "SLURM does not answer (sbatch: error: Batch job submission failed: Unable to contact" in first
    assert last.startswith("sbatch: SLURM answered after ")


def test_a_file_system_without_locks_is_no_obstacle(own, fake, monkeypatch):
    def refuse(file, operation):
        raise OSError("No locks available")

    monkeypatch.setattr("mer.cluster.submit.fcntl.flock", refuse)
    fake(sbatch="echo 17")
    assert Submission(own, COMMAND).run().code == 0


def test_what_sbatch_reads_is_given_to_every_attempt(own, fake, monkeypatch, tmp_path):
    fake(sbatch=f"cat > given.$(grep -c ^sbatch calls)\n{fails(1)}\necho 3")
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\ntrue\n")
    with script.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert Submission(own, [*COMMAND[:-1], "/dev/stdin"]).run().stdout == b"3\n"
    assert [(tmp_path / f"fake/given.{n}").read_text() for n in (1, 2)] == [script.read_text()] * 2


def test_a_refusal_for_good_is_passed_on_at_once(own, fake, calls):
    fake(sbatch='echo "sbatch: error: Invalid partition" >&2; exit 3')
    outcome = Submission(own, COMMAND).run()
    assert (outcome.code, outcome.stderr) == (3, b"sbatch: error: Invalid partition\n")
    assert len(calls()) == 1


def test_patience_has_an_end(own, fake, monkeypatch, calls):
    monkeypatch.setenv("MER_SLURM_PATIENCE", "0.5")
    fake(sbatch=fails(1000))
    outcome = Submission(own, COMMAND).run()
    assert outcome.code == 1
    assert b"connect failure" in outcome.stderr
    assert 2 < len(calls()) < 12


def test_a_job_that_did_arrive_is_not_submitted_again(own, fake, calls):
    # The same job was submitted before, and failed; and there are others.
    (own.folder / JOBS).mkdir()
    (own.folder / JOBS / "4").touch()
    fake(
        sbatch=fails(1000, MAYBE),
        squeue=f"{fails(1, AWAY, 'squeue')}\necho '4|rule_train_wildcards_a'\necho '5|rule_train_wildcards_b'\n"
        "echo '6|rule_train_wildcards_a'",
    )
    outcome = Submission(own, COMMAND).run()
    assert (outcome.code, outcome.stdout) == (0, b"6\n")
    assert [call.split()[0] for call in calls()] == ["sbatch", "squeue", "squeue"]
    assert f"--name={NAME}" in calls()[1]
    assert {path.name for path in (own.folder / JOBS).iterdir()} == {"4", "6"}


def test_a_job_that_did_not_arrive_is_submitted_again(own, fake, calls):
    fake(sbatch=f"{fails(1, MAYBE)}\necho 7", squeue="echo '5|rule_train_wildcards_b'")
    assert Submission(own, COMMAND).run().stdout == b"7\n"
    assert [call.split()[0] for call in calls()] == ["sbatch", "squeue", "sbatch"]


def test_what_cannot_be_recognized_is_not_submitted_twice(own, fake, calls):
    fake(sbatch=fails(1000, MAYBE), squeue="echo 5")
    assert b"timed out" in Submission(own, ["sbatch", "job.sh"]).run().stderr
    assert len(calls()) == 1


def test_what_cannot_be_looked_for_is_not_submitted_twice(own, fake, calls):
    fake(sbatch=fails(1000, MAYBE), squeue="exit 1")
    outcome = Submission(own, COMMAND).run()
    assert (outcome.code, b"timed out" in outcome.stderr) == (1, True)
    assert [call.split()[0] for call in calls()] == ["sbatch", "squeue"]


def test_nothing_is_submitted_for_a_controller_that_is_dead(own, fake):
    folder = fake(sbatch="echo 8")
    own.declare_over()
    outcome = Submission(own, COMMAND).run()
    assert outcome.code == 1
    assert b"its controller does not run any more" in outcome.stderr
    assert not (folder / "calls").exists()


def test_commands_are_found_first_and_leave_no_trace_in_the_jobs_environment(own, fake, monkeypatch):
    folder = fake(sbatch='echo "$PATH" > path; printf "12\\n"; printf "careful\\n" >&2; exit 5')
    before = os.environ["PATH"]
    monkeypatch.setenv("PATH", before)
    put_in_front(own)
    assert os.environ["PATH"] == f"{own.folder}/bin:{before}"
    done = subprocess.run("sbatch --wrap='a \"b\"  c'", shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (5, "12\n", "careful\n")
    assert (folder / "path").read_text() == f"{before}\n"
    assert (folder / "calls").read_text() == 'sbatch --wrap=a "b"  c\n'
    assert not (own.folder / "bin/squeue").exists()


def test_a_question_that_slurm_cannot_answer_is_an_error(fake, said):
    fake(squeue='echo "squeue: error: Invalid user" >&2; exit 1')
    with pytest.raises(ClusterError, match="squeue -h failed: squeue: error: Invalid user"):
        answer(["squeue", "-h"], said.append)
