"""A results folder that cannot be written, two jobs on one, disorder that is no number."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mpirun import MBLTN, finish, run, start

import mbltn

STUDIES = Path(__file__).parent.with_name("study")


def command(folder, *changes, study="tiny.toml"):
    changes = [part for change in changes for part in ("-o", change)]
    name = STUDIES / study
    return [*MBLTN, "run", name, "--out", folder, "--progress", "none", *changes]


@pytest.fixture
def mounted(tmp_path):
    """A small file system of its own; as root also a folder of mode 555 can be written."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system and make it read-only")
    place = tmp_path / "mounted"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place]).returncode:
        pytest.skip("this container may not mount a tmpfs")
    yield place
    subprocess.run(["umount", place], check=True)


def remount(place, how):
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)


def test_a_read_only_folder_is_refused_before_any_work(mounted):
    remount(mounted, "ro")
    refused = run(command(mounted / "out"))
    assert refused.returncode == 2
    assert "Read-only file system" in refused.stderr
    assert "choose another folder with --out; nothing was computed" in refused.stderr


def test_what_is_read_only_can_be_read(mounted, tmp_path):
    out = mounted / "out"
    assert run(command(out)).returncode == 0
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    for name in ("comparison.csv", "theory.csv"):
        (out / name).unlink()
    remount(mounted, "ro")
    status = run([*MBLTN, "status", out])
    assert status.returncode == 0 and "14 of 14 realizations" in status.stdout
    compared = run([*MBLTN, "compare", out])
    assert compared.returncode in (0, 1) and "exact beside mean field" in compared.stdout
    assert "comparison.csv is not kept" in compared.stderr
    drawn = run([*MBLTN, "plot", out])
    assert drawn.returncode == 2 and "the figure cannot be written" in drawn.stderr
    assert len(mbltn.load(out).realizations()) > 0
    again = run(command(out))
    assert again.returncode == 2 and "cannot be used" in again.stderr
    remount(mounted, "rw")
    assert run(command(out)).returncode == 0
    assert (out / "table.csv").read_bytes() == before["table.csv"]


def test_jobs_that_begin_together_are_one_after_the_other(tmp_path):
    """Whoever comes second is refused, and the folder is whole."""
    right = tmp_path / "right"
    assert run(command(right, study="restart.toml")).returncode == 0
    for trial in range(2):
        out = tmp_path / f"out-{trial}"
        jobs = [start(command(out, study="restart.toml")) for _ in range(2)]
        ended = [finish(job) for job in jobs]
        refused = [job for job in ended if job.returncode]
        for job in refused:
            assert job.returncode == 2 and "another job" in job.stderr, job.stderr
        assert len(refused) < 2
        assert (out / "table.csv").read_bytes() == (right / "table.csv").read_bytes()


def test_disorder_that_is_no_number_is_refused():
    model = mbltn.models.CentralGrain(n_grain=2, n_lbits=2, alpha=0.5)
    with pytest.raises(mbltn.errors.InvalidInput, match="finite"):
        model.sample(grain=np.eye(4), fields=[1.0, np.nan])
    with pytest.raises(mbltn.errors.InvalidInput, match="finite"):
        model.sample(grain=np.full((4, 4), np.inf), fields=[1.0, 1.0])
