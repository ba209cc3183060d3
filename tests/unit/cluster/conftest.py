"""A SLURM of shell scripts, whose answers tests decide."""

import os
import signal
import subprocess
import sys

import pytest

from mer.cluster import slurm
from mer.cluster.controllers import FOLDER, begin

BEGIN = """
import sys, time, pathlib
from mer.cluster.controllers import begin
own = begin(pathlib.Path(sys.argv[1]))
for name in sys.argv[2:]:
    own.note_run(name)
print(own.folder, flush=True)
sys.stdin.read()
"""


class Others:
    """Processes that keep records as controllers do."""

    def __init__(self, directory):
        self.directory, self.started = directory, []

    def start(self, *runs):
        """Start one; returns its process, which ends by itself once its input is closed."""
        command = [sys.executable, "-c", BEGIN, str(self.directory), *runs]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.started.append(process)
        assert str(FOLDER) in process.stdout.readline()
        return process

    def killed(self, *runs):
        """Start one and kill it at once."""
        process = self.start(*runs)
        process.kill()
        process.wait()
        return process

    def end(self):
        for process in self.started:
            process.stdin.close()
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()


@pytest.fixture
def others(tmp_path):
    made = Others(tmp_path)
    yield made
    made.end()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Record of this process, which is gone after the test."""
    monkeypatch.setattr("atexit.register", lambda *arguments: None)
    controller = begin(tmp_path)
    yield controller
    controller.forget()


@pytest.fixture
def said():
    return []


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Write commands in front of the PATH; every call of them is noted in the file ``calls``."""
    folder = tmp_path / "fake"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(slurm, "FIRST_PAUSE", 0.05)

    def write(**scripts):
        for name, script in scripts.items():
            path = folder / name
            path.write_text(f'#!/bin/sh\ncd {folder}\necho "{name} $*" >> calls\n{script}\n')
            path.chmod(0o755)
        return folder

    return write


@pytest.fixture
def calls(tmp_path):
    """List the calls of fake commands so far."""
    return lambda: (tmp_path / "fake/calls").read_text().splitlines()
