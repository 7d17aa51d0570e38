"""A results folder that cannot be written, disorder that is no number."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mpirun import MBLTN, run

import mbltn

STUDY = Path(__file__).parent.with_name("study") / "tiny.toml"


def command(folder):
    return [*MBLTN, "run", STUDY, "--out", folder, "--progress", "none"]


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


@pytest.mark.parametrize("made", [["figure", "A8"], ["validate", "A-width"]], ids=" ".join)
def test_tables_and_pictures_say_what_is_in_their_way(mounted, made):
    out = mounted / "out"
    free = os.statvfs(mounted)
    ballast = mounted / "ballast"
    ballast.write_bytes(bytes((free.f_bavail - 2) * free.f_bsize))
    full = run([*MBLTN, *made, "--out", out])
    assert full.returncode == 2 and "No space left on device. Free disk space" in full.stderr
    ballast.unlink()
    remount(mounted, "ro")
    refused = run([*MBLTN, *made, "--out", mounted / "other"])
    assert refused.returncode == 2 and "Read-only file system" in refused.stderr
    remount(mounted, "rw")
    assert run([*MBLTN, *made, "--out", out]).returncode == 0
    assert list(out.glob("*.png"))


def test_disorder_that_is_no_number_is_refused():
    model = mbltn.models.CentralGrain(n_grain=2, n_lbits=2, alpha=0.5)
    with pytest.raises(mbltn.errors.InvalidInput, match="finite"):
        model.sample(grain=np.eye(4), fields=[1.0, np.nan])
    with pytest.raises(mbltn.errors.InvalidInput, match="finite"):
        model.sample(grain=np.full((4, 4), np.inf), fields=[1.0, 1.0])
