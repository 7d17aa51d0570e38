"""Runs a job script with stand-ins for all that it may call, which only note their arguments."""

import json
import os
import subprocess
import sys

NOTE = """#!{python}
import json, os, sys
with open({record!r}, "a") as file:
    file.write(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\\n")
sys.exit(int(os.environ.get("CODE_" + os.path.basename(sys.argv[0]), "0")))
"""
CALLABLE = ("mbltn", "mpirun", "srun", "scontrol", "qsub", "sbatch")


class Shell:
    """bash in a folder of its own, with the stand-ins first on PATH."""

    def __init__(self, folder):
        self.folder = folder / "work"
        self.record = folder / "calls.jsonl"
        stand_ins = folder / "bin"
        for place in (self.folder, stand_ins):
            place.mkdir()
        for name in CALLABLE:
            program = stand_ins / name
            program.write_text(NOTE.format(python=sys.executable, record=str(self.record)))
            program.chmod(0o755)
        self.environment = {
            "PATH": f"{stand_ins}:/usr/bin:/bin",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "SLURM_SUBMIT_DIR": str(self.folder),
            "SLURM_JOB_ID": "40",
            "PBS_O_WORKDIR": str(self.folder),
        }

    def stand_in(self, name, program):
        """From now on `name` is this program."""
        (self.folder.parent / "bin" / name).write_text(program)

    def run(self, script, **variables):
        """The calls that were made, and the exit code; nothing else may have happened."""
        self.record.write_text("")
        path = self.folder.parent / "script"
        path.write_bytes(os.fsencode(script))
        before = self._files()
        done = subprocess.run(
            ["bash", path],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert self._files() == before, "the script made files"
        return self.calls(), done

    def calls(self):
        return [json.loads(line) for line in self.record.read_text().splitlines()]

    def _files(self):
        return sorted(str(path) for path in self.folder.parent.rglob("*"))
