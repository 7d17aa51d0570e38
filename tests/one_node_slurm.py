"""A real Slurm of one node for tests: started in a scratch folder by whoever runs them."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "squeue")
SYSTEM_PATH = "/usr/sbin:/usr/local/sbin"
PATIENCE = 30  # seconds for the start of the node

# cred_expire is also how long a requeued job rests before it may start again.
CONFIGURATION = """\
ClusterName=one_node
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class NoSlurm(Exception):
    """Why there can be none on this machine."""


class OneNode:
    """Slurm with `cores` cores, as many as asked for, and one partition."""

    def __init__(self, cores=4, megabytes=4000):
        path = f"{os.environ['PATH']}:{SYSTEM_PATH}"
        if missing := [name for name in PROGRAMS if shutil.which(name, path=path) is None]:
            raise NoSlurm(f"{', '.join(missing)} not installed (apt-get install slurm-wlm munge)")
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))  # sockets: short paths
        self.environment = {**os.environ, "PATH": path, "SLURM_CONF": f"{self.folder}/slurm.conf"}
        self._daemons = []
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        text = CONFIGURATION.format(
            host=socket.gethostname().partition(".")[0],
            ports=_free_ports(2),
            user=getpass.getuser(),
            folder=self.folder,
            cores=cores,
            megabytes=megabytes,
        )
        (self.folder / "slurm.conf").write_text(text)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self):
        key, sock = self.folder / "munge.key", self.folder / "munge.sock"
        self.call("mungekey", "--create", f"--keyfile={key}")
        files = [f"--{name}-file={self.folder}/munge.{name}" for name in ("pid", "log", "seed")]
        self._daemon(
            "munged", "--foreground", "--force", f"--socket={sock}", f"--key-file={key}", *files
        )
        self._wait(sock.exists, "munged")
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D")
        self._wait(self._idle, "the node")

    def _daemon(self, name, *options):
        with (self.folder / f"{name}.out").open("w") as log:
            daemon = subprocess.Popen(
                [name, *options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._daemons.append(daemon)

    def _wait(self, ready, what):
        deadline = time.monotonic() + PATIENCE
        while not ready():
            dead = [daemon.args[0] for daemon in self._daemons if daemon.poll() is not None]
            if dead or time.monotonic() > deadline:
                said = "".join(
                    path.read_text(errors="replace")[-600:] for path in self.folder.glob("*.out")
                )
                why = f"{', '.join(dead) or 'late'}: {' '.join(said.split())}"
                raise NoSlurm(f"{what} does not start ({why})")
            time.sleep(0.1)

    def _idle(self):
        asked = self._ask("sinfo", "--noheader", "--format=%T")
        return asked.returncode == 0 and asked.stdout.strip() == "idle"

    def _ask(self, *command, **options):
        pipes = {"capture_output": True, "text": True, "timeout": 60}
        return subprocess.run(command, env=self.environment, **pipes, **options)

    def call(self, *command, **options):
        """What a command of Slurm says; it must succeed."""
        done = self._ask(*map(str, command), **options)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def facts(self, job):
        """What Slurm knows of one job or array task: {"JobState": "RUNNING", ...}."""
        words = self.call("scontrol", "--oneliner", "show", "job", job).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def state(self, job):
        return self.facts(job)["JobState"]

    def stop(self):
        """End all jobs, then the daemons in the reverse order of their start."""
        if len(self._daemons) > 1 and self._daemons[1].poll() is None:
            self._ask("scancel", "--quiet", f"--user={getpass.getuser()}")
            deadline = time.monotonic() + PATIENCE
            while self._ask("squeue", "--noheader").stdout and time.monotonic() < deadline:
                time.sleep(0.2)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
