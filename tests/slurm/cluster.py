"""A real SLURM on this machine: munge, a controller and virtual nodes with fake GPUs, all on loopback.

A person starts and stops one with

    python -m tests.slurm.cluster start DIR
    python -m tests.slurm.cluster stop DIR

Everything lies in DIR, so any number of clusters can run side by side. Nothing is a service; every
process is ended by its id. Needs Debian's slurm-wlm and munge, and root, for device files.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.slurm.processes import end, environment_of, free_ports, steps_above

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo", "scancel")
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# A socket's path may be 107 bytes long; the longest name below a folder is that of a job's step.
LONGEST_FOLDER = 60

SLURM_CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
MailProg=/bin/true
# No control groups: memory limits hold by polling.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherParams=OverMemoryKill
JobAcctGatherFrequency=task=2
# Records of what ran, without a database.
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
TaskProlog={folder}/task_prolog
MinJobAge=300
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
# Nodes may have more cores than the machine.
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,bf_interval=5
ReturnToService=2
SlurmdTimeout=20
KillWait=5
GresTypes=gpu
{nodes}
PartitionName=cpu Nodes={names} Default=YES DefMemPerCPU=500 MaxTime=1-00:00:00
PartitionName=gpu Nodes={names} DefMemPerCPU=500 MaxTime=1-00:00:00
"""
# What a job's step held and saw of the GPUs: the record of completed jobs does not tell without a database,
# and the controller forgets a job after five minutes.
TASK_PROLOG = """\
#!/bin/sh
timeout 5 scontrol -d -o show job "$SLURM_JOB_ID" >> {folder}/started.txt
echo "$SLURM_JOB_ID ${{CUDA_VISIBLE_DEVICES-none}}" >> {folder}/visible_devices.txt
"""
# Snakemake's executor starts srun without SLURM_CONF, and there is no configuration in /etc here.
SRUN = """\
#!/bin/sh
SLURM_CONF={folder}/slurm.conf exec {srun} "$@"
"""


class ClusterError(Exception):
    """A cluster cannot be had here, or does not do what it was told."""


def missing():
    """Why no cluster can be started here; None if one can."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=SYSTEM_PATH) is None]
    if absent:
        return f"{', '.join(absent)} not found in {SYSTEM_PATH}: apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "not root: fake GPUs are device files, which only root can make"
    return None


class Cluster:
    """A SLURM cluster in a folder of its own.

    Parameters
    ----------
    folder
        Holds everything. All users must be able to enter the folders above it, or munge refuses.
    nodes, gpus
        Virtual nodes, and fake GPUs of each. A node has 8 CPUs and 16 GB, however small the machine.
        GPUs are of type ``large``, those of the last node of type ``small``.
    """

    def __init__(self, folder, nodes=3, gpus=2):
        self.folder = Path(folder).resolve()
        self.gpus = gpus
        self.nodes = [f"node{number}" for number in range(1, nodes + 1)]
        if len(str(self.folder)) > LONGEST_FOLDER:
            raise ClusterError(
                f"{self.folder}: {len(str(self.folder))} characters, but sockets need a folder of at most "
                f"{LONGEST_FOLDER}; choose a shorter one"
            )

    @property
    def environment(self):
        """Variables with which programs find this cluster."""
        path = f"{self.folder}/bin:{os.environ.get('PATH', '')}:{SYSTEM_PATH}"
        return {**os.environ, "SLURM_CONF": f"{self.folder}/slurm.conf", "PATH": path}

    def start(self, timeout=60):
        """Start everything, without jobs, and wait until all nodes are idle."""
        if reason := missing():
            raise ClusterError(f"no SLURM here: {reason}")
        if self.pids():
            raise ClusterError(f"{self.folder}: a cluster runs there already; stop it first")
        self._configure()
        try:
            self._daemon(
                "munged",
                *(f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "pid", "log", "seed")),
                f"--socket={self.folder}/munge.socket",
                "--num-threads=2",
            )
            self.start_controller()
            for node in self.nodes:
                self.start_node(node)
            self.wait_for_nodes(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Cancel all jobs and end every process of the cluster, by its id."""
        if self._pid("slurmctld"):
            # The controller may be out of order: what is left of the jobs is ended below.
            with suppress(subprocess.SubprocessError):
                self.scancel("--user=root")
                self.wait_until_idle(timeout=15)
        pids = self.pids()
        munged = pids.pop("munge", None)
        end([*pids.values()], signal.SIGTERM)
        end(self._processes_of_jobs(), signal.SIGKILL)
        end([munged] if munged else [], signal.SIGTERM)

    def pids(self):
        """Ids of the daemons that run, by name."""
        names = sorted((path.stem for path in self.folder.glob("*.pid")), reverse=True)
        return {name: pid for name in names if (pid := self._pid(name))}

    # Faults.

    def start_controller(self):
        """Start slurmctld, with the jobs it knew when it ended."""
        self._daemon("slurmctld", "-f", self.folder / "slurm.conf")

    def stop_controller(self, how=signal.SIGTERM):
        """End slurmctld; jobs go on.

        By SIGKILL it forgets its last seconds: SLURM writes its state every five.
        """
        end([self._pid("slurmctld")], how)

    def start_node(self, node):
        """Start a node's slurmd."""
        self._daemon("slurmd", "-N", node, "-f", self.folder / "slurm.conf")

    def kill_node(self, node):
        """End a node as when its power fails: slurmd and all that runs there."""
        pid = self._pid(f"slurmd-{node}")
        end([pid] if pid else [], signal.SIGKILL)
        end(self._processes_of_jobs(node), signal.SIGKILL)

    def restore(self):
        """Start what was ended, cancel all jobs, and wait until all nodes are idle."""
        running = self.pids()
        if "slurmctld" not in running:
            self.start_controller()
        for node in self.nodes:
            if f"slurmd-{node}" not in running:
                self.start_node(node)
        self.wait(lambda: "UP" in self.command("scontrol", "ping", check=False), 30, "controller", ("sinfo",))
        self.scancel("--user=root")
        self.wait_until_idle()
        drained = self.command("sinfo", "-h", "-p", "cpu", "-t", "drain", "-o", "%N").strip()
        if drained:
            self.command("scontrol", "update", f"nodename={drained}", "state=resume")
        self.wait_for_nodes()

    def wait_for_nodes(self, timeout=60):
        """Wait until all nodes are up and idle."""

        def all_idle():
            idle = self.command("sinfo", "-h", "-p", "cpu", "-t", "idle", "-o", "%D", check=False)
            return idle.strip() == str(len(self.nodes))

        self.wait(all_idle, timeout, f"{len(self.nodes)} idle nodes", ("sinfo",))

    def wait_until_idle(self, timeout=60):
        """Wait until no job is pending, running or completing."""
        self.wait(lambda: not self.queue(), timeout, "an empty queue")

    # Records.

    def command(self, *arguments, check=True):
        """Run one of SLURM's programs; returns what it printed."""
        result = subprocess.run(
            [str(argument) for argument in arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=check,
        )
        return result.stdout

    def scancel(self, *arguments):
        """Cancel jobs: ids, or options of scancel."""
        self.command("scancel", *arguments)

    def queue(self):
        """Ids of jobs that are not over."""
        return [int(job) for job in self.command("squeue", "-h", "-o", "%A").split()]

    def jobs(self):
        """All jobs of the last five minutes and those in the queue, as scontrol shows them, by job id."""
        return _shown(self.command("scontrol", "-d", "-o", "show", "job"))

    def started(self):
        """All jobs that have begun, as scontrol showed them then, by job id.

        ``JOB_GRES`` is what a job holds: ``gpu:large:1``, or ``(null)``.
        """
        return _shown(self._record("started.txt"))

    def completed(self):
        """All jobs that are over, from SLURM's own record of them, by job id; a requeued job's last run."""
        return {int(job["JobId"]): job for job in map(_fields, self._record("completed.txt").splitlines())}

    def visible_devices(self):
        """CUDA_VISIBLE_DEVICES in the steps of each job, by job id; None where it was not set."""
        seen = {}
        for line in self._record("visible_devices.txt").splitlines():
            job, value = line.split()
            seen.setdefault(int(job), []).append(None if value == "none" else value)
        return seen

    def _record(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    # How it is done.

    def _configure(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        # Jobs of a cluster that ran here before would wait for ever.
        for path in (*self.folder.glob("spool-*"), self.folder / "state"):
            shutil.rmtree(path, ignore_errors=True)
        for path in (*self.folder.glob("*.txt"), *self.folder.glob("*.log")):
            path.unlink()
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        if not key.exists():
            key.touch(mode=0o400)
            key.write_bytes(secrets.token_bytes(1024))
        ports = free_ports(1 + len(self.nodes))
        for number in range(self.gpus):
            path = self.folder / f"fakegpu{number}"
            if not path.exists():
                os.mknod(path, 0o666 | 0o020000, os.makedev(1, 3))  # like /dev/null
        host = socket.gethostname().split(".")[0]
        nodes, gres = [], ["AutoDetect=off"]
        for node, port in zip(self.nodes, ports[1:], strict=True):
            kind = "small" if node == self.nodes[-1] else "large"
            nodes.append(
                f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
                f"CPUs=8 RealMemory=16000 Gres=gpu:{kind}:{self.gpus} State=UNKNOWN"
            )
            gres.append(f"NodeName={node} Name=gpu Type={kind} File={self.folder}/fakegpu[0-{self.gpus - 1}]")
        text = {"folder": self.folder, "host": host, "ports": ports}
        self._write(
            "slurm.conf", SLURM_CONF.format(nodes="\n".join(nodes), names=",".join(self.nodes), **text)
        )
        self._write("gres.conf", "\n".join(gres) + "\n")
        self._write("cgroup.conf", "CgroupAutomount=no\n")
        self._write("plugstack.conf", "")
        self._write("task_prolog", TASK_PROLOG.format(folder=self.folder))
        (self.folder / "bin").mkdir(exist_ok=True)
        self._write("bin/srun", SRUN.format(folder=self.folder, srun=shutil.which("srun", path=SYSTEM_PATH)))
        for name in ("task_prolog", "bin/srun"):
            (self.folder / name).chmod(0o755)

    def _write(self, name, text):
        (self.folder / name).write_text(text)

    def _daemon(self, program, *arguments):
        """Start a program that puts itself into the background."""
        path = shutil.which(program, path=SYSTEM_PATH)
        log = self.folder / f"start-{program}.log"
        with log.open("a") as output:
            command = [path, *map(str, arguments)]
            done = subprocess.run(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=60,
            )
        if done.returncode:
            raise ClusterError(f"{' '.join(command)}: exit code {done.returncode}\n{log.read_text()[-2000:]}")

    def _pid(self, name):
        """Id of a daemon that runs, from its file."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text())
            # An id that was given to another process meanwhile is not ours to end.
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return pid if str(self.folder) in command else None

    def _processes_of_jobs(self, node=None):
        """Ids of processes of this cluster's jobs, with the SLURM processes over them."""
        found = set()
        for path in Path("/proc").glob("[0-9]*"):
            variables = environment_of(path)
            ours = variables.get("SLURM_CONF") == f"{self.folder}/slurm.conf" and "SLURM_JOB_ID" in variables
            if ours and node in (None, variables.get("SLURMD_NODENAME")):
                found.add(int(path.name))
                found.update(steps_above(int(path.name)))
        return sorted(found)

    def wait(self, condition, timeout, what, look=("squeue",)):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                log = self._record("slurmctld.log")[-1000:]
                raise ClusterError(
                    f"{self.folder}: no {what} within {timeout} s\n{self.command(*look, check=False)}\n"
                    f"End of slurmctld.log:\n{log}"
                )
            time.sleep(0.5)


def _shown(text):
    """Jobs that scontrol printed, one per line, by job id."""
    jobs = [_fields(line) for line in text.splitlines() if line.startswith("JobId=")]
    return {int(job["JobId"]): job for job in jobs}


def _fields(line):
    """``A=1 B=x=y`` as a dictionary."""
    return dict(word.partition("=")[::2] for word in line.split() if "=" in word)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("start", "stop"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--gpus", type=int, default=2, help="of each node")
    arguments = parser.parse_args()
    try:
        cluster = Cluster(arguments.folder, arguments.nodes, arguments.gpus)
        getattr(cluster, arguments.action)()
    except ClusterError as error:
        sys.exit(str(error))
    if arguments.action == "start":
        folder = cluster.folder
        sys.stdout.write(f"export SLURM_CONF={folder}/slurm.conf PATH={folder}/bin:$PATH\n")


if __name__ == "__main__":
    main()
