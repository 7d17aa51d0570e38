"""A clock that is wrong, or turned back while a job runs."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from mpirun import MBLTN, finish, run, start

from mbltn.study import Store

STUDY = Path(__file__).parent.with_name("study") / "restart.toml"
# The time of day is ahead by $AHEAD seconds, and after a second $STEP less; other clocks are right.
SHIFT = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long shift(void) {
    static long begin = 0;
    struct timespec now;
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    real(CLOCK_MONOTONIC, &now);
    if (begin == 0) begin = now.tv_sec;
    return atol(getenv("AHEAD")) - (now.tv_sec - begin >= 2 ? atol(getenv("STEP")) : 0);
}
int clock_gettime(clockid_t clock, struct timespec *t) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(clock, t);
    if (code == 0 && clock == CLOCK_REALTIME) t->tv_sec += shift();
    return code;
}
int gettimeofday(struct timeval *t, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t) *t = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory):
    """Variables under which a process sees another time."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler for a library that changes the time")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "shift.c").write_text(SHIFT)
    library = folder / "shift.so"
    build = ["cc", "-shared", "-fPIC", "-o", library, folder / "shift.c", "-ldl"]
    subprocess.run(build, check=True)

    def variables(ahead, step=0):
        return [f"LD_PRELOAD={library}", f"AHEAD={ahead}", f"STEP={step}"]

    shown = subprocess.run(
        ["env", *variables(86400), "python3", "-c", "import time; print(time.time())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(shown.stdout) - time.time() == pytest.approx(86400, abs=60)
    return variables


def command(out, *more):
    return [*MBLTN, "run", STUDY, "--out", out, "--progress", "lines", *more]


def test_a_clock_that_goes_backwards_changes_nothing(wrong_clock, tmp_path):
    """Half of the study an hour ahead, the rest an hour back, and a day back while it runs."""
    right, out = tmp_path / "right", tmp_path / "out"
    many = ["-o", "ensemble.0.realizations=100"]
    assert run(command(right, *many)).returncode == 0
    first = run(["env", *wrong_clock(3600), *command(out)])
    assert first.returncode == 0, first.stderr
    job = start(["env", *wrong_clock(-3600, step=86400), *command(out, *many)])
    seen = []
    while job.poll() is None:
        status = run(["env", *wrong_clock(-3600), *MBLTN, "status", out, "--json"])
        assert status.returncode == 0, status.stderr
        seen.append(json.loads(status.stdout))
    ended = finish(job)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr and "-1 day" not in ended.stderr
    assert (out / "table.csv").read_bytes() == (right / "table.csv").read_bytes()
    assert len(list(Store(out).records())) == 208
    running = [report["running"] for report in seen if report["running"]]
    assert running
    for job in running:
        for name in ("heard_seconds_ago", "over_seconds", "per_hour", "seconds_left"):
            assert job[name] is None or job[name] >= 0


def test_a_time_limit_is_not_that_of_the_clock(wrong_clock, tmp_path):
    """An hour forward or back within the run neither ends it nor makes it longer."""
    for step in (-7200, 7200):
        out = tmp_path / f"step{step}"
        limited = command(out, "--time-limit", "60", "-o", "ensemble.0.realizations=60")
        ended = run(["env", *wrong_clock(0, step), *limited])
        assert ended.returncode == 0, ended.stderr
