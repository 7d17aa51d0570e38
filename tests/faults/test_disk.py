"""A disk that is full while a journal, the pack, a table or the figure is written."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mpirun import run

SMALL_DISK = Path(__file__).with_name("small_disk.py")
NAMESPACE = ["unshare", "-rm"]


def why_not():
    if shutil.which("unshare") is None:
        return "there is no unshare"
    trial = "mount -t tmpfs -o size=4k tmpfs /mnt"
    refused = subprocess.run([*NAMESPACE, "sh", "-c", trial], capture_output=True, text=True)
    return f"no small file system may be mounted: {refused.stderr}" if refused.returncode else ""


@pytest.fixture
def small_disks(tmp_path):
    if obstacle := why_not():
        pytest.skip(obstacle)

    def results(pages):
        job = run([*NAMESPACE, sys.executable, SMALL_DISK, tmp_path, *pages], timeout=600)
        assert job.returncode == 0, job.stderr
        return json.loads(job.stdout)

    return results


def nothing_is_lost(found):
    """And the words say what to do."""
    assert found["code"] == 2
    assert "No space left on device" in found["said"]
    assert "ree disk space" in found["said"]
    assert "Traceback" not in found["said"]
    assert found["lost"] == 0
    assert (
        not {"records.h5", "table.csv", "figure.png"} & set(found["files"]) or found["kept"] == 14
    )
    assert (found["again"], found["found"], found["equal"]) == (0, True, True)
    assert found["figure"] and not found["left"]


def test_a_full_disk_loses_nothing_that_is_finished(small_disks):
    """Full at the first record, within the journal, at the pack, at the figure."""
    first, journal, pack, figure = small_disks([2, 6, 14, 30])
    for found in (first, journal, pack, figure):
        nothing_is_lost(found)
    assert first["kept"] == 0 < journal["kept"] < 14 == pack["kept"]
    assert "records.h5" not in pack["files"]
    assert {"records.h5", "table.csv"} < set(figure["files"])
    assert "the figure cannot be written" in figure["said"]


@pytest.mark.faults
def test_a_disk_that_is_full_at_any_page(small_disks):
    every = small_disks(range(1, 46))
    for found in every:
        nothing_is_lost(found)
    kept = [found["kept"] for found in every]
    print(f"disk full: {len(every)} sizes, {sum(kept)} realizations finished before, none lost")
    assert kept == sorted(kept) and set(kept) > {0, 1, 14}
