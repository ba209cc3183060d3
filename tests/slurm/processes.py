"""Processes and ports of this machine, by number."""

import os
import random
import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path


def environment_of(process):
    """Variables with which a process was started; none if it ended meanwhile."""
    try:
        words = (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    return dict(word.decode(errors="replace").partition("=")[::2] for word in words)


def steps_above(pid):
    """Ids of the slurmstepd processes that a process descends from."""
    found = []
    while pid > 1:
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            break
        if name == "slurmstepd":
            found.append(pid)
        pid = int(rest.split()[1])
    return found


def end(pids, how, timeout=10):
    """Send a signal to processes, and wait until they are gone; SIGKILL to those that stay."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)
    deadline = time.monotonic() + timeout
    while left := [pid for pid in pids if _runs(pid)]:
        if time.monotonic() > deadline:
            if how == signal.SIGKILL:
                raise RuntimeError(f"processes {left} do not end even by SIGKILL")
            return end(left, signal.SIGKILL)
        time.sleep(0.1)
    return None


def _runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def free_ports(n):
    """Ports that nothing listens on, below those that the kernel gives to outgoing connections."""
    chosen = []
    with ExitStack() as opened:
        while len(chosen) < n:
            port = random.randrange(10000, 30000)
            listener = opened.enter_context(socket.socket())
            with suppress(OSError):
                listener.bind(("127.0.0.1", port))
                chosen.append(port)
    return chosen
