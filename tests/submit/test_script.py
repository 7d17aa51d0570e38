"""Job scripts run by bash: exactly the intended words arrive, whatever the names are."""

import re
import subprocess
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from shells import Shell

from mbltn.errors import InvalidInput
from mbltn.submit.script import Job, job_script

CLUSTERS = ("slurm", "pbs")
INDEX = {"slurm": "SLURM_ARRAY_TASK_ID", "pbs": "PBS_ARRAY_INDEX"}
HOSTILE = [
    "two words.toml",
    "it's.toml",
    'a "quoted" name.toml',
    "a; touch harm;.toml",
    "$(touch harm).toml",
    "`touch harm`.toml",
    "a\\",
    "'; touch harm; echo '",
    "a && touch harm || touch harm &",
    "> harm",
    "$HOME ${PATH} $$ $0 $@",
    "* ? [a-z] {a,b} ~ !! #",
    "#SBATCH --wrap=harm",
    "@launch @@ @{origin}",
    "%j-%A_%a",
    "-o",
    "--out=harm",
    "--",
    "~root/x",
    "Unordnung über\u00a0ξ.toml",
    "файл 数据 🧲.toml",
    "\udcff.toml",  # a byte that is no UTF-8, as Python reads it from a file name
]
# A directive may be given with its dashes, and what it says is the user's affair.
NO_WORDS = [name for name in HOSTILE if name not in ("-o", "--out=harm")]
BREAKING = ["a\nb", "a\r\nb", "a\x00b", "a\x1b[0m", "a\tb", "a\x85b", "a\u2028b", "\n#SBATCH --x"]


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


def dashless(path):
    return f"./{path}" if path.startswith("-") else path


def hostile(name):
    """A job with this name wherever a name may be."""
    return Job(
        name=name,
        studies=[name],
        out=name,
        overrides=[f"name={name}", name],
        origin=name,
        plan=name,
    )


# -- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_arrive_as_they_are(shell, name, cluster):
    calls, done = shell.run(job_script(replace(hostile(name), ranks=4), cluster))
    path = dashless(name)
    options = [
        "--progress",
        "lines",
        "--grace",
        "90",
        "-o",
        f"name={name}",
        "-o",
        name,
        "--out",
        path,
    ]
    assert calls == [["mpirun", "-n", "4", "mbltn", "run", *options, "--", path]]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("cluster", CLUSTERS)
@settings(max_examples=40)
@given(name=st.text(min_size=1).filter(lambda text: _one_line(text)))
def test_any_name_of_one_line_arrives(tmp_path_factory, cluster, name):
    shell = Shell(tmp_path_factory.mktemp("shell"))
    calls, done = shell.run(job_script(hostile(name), cluster))
    assert [calls[0][-1], calls[0][-3]] == [dashless(name)] * 2
    assert len(calls) == 1 and done.returncode == 0


def _one_line(text):
    return not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} for c in text)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("name", BREAKING)
@pytest.mark.parametrize("where", ["studies", "out", "overrides", "environment", "origin", "plan"])
def test_ends_of_lines_and_control_characters_are_refused(name, where, cluster):
    value = [name] if where in ("studies", "overrides") else name
    job = replace(Job(name="a", studies=["a"]), **{where: value})
    with pytest.raises(InvalidInput, match="control characters or ends of lines"):
        job_script(job, cluster)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("name", [*HOSTILE, *BREAKING, "", "9", "-", "x" * 300])
def test_the_name_of_a_job_is_made_plain(name, cluster):
    script = job_script(replace(Job(name=name, studies=["a"]), parts=3), cluster)
    directives = [line for line in script.splitlines() if re.match("#(SBATCH|PBS)", line)]
    (given,) = re.findall(r"(?:--job-name=|-N )(.*)", "\n".join(directives))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", given)
    assert len(given) <= {"slurm": 64, "pbs": 15}[cluster]
    if cluster == "slurm":
        assert f"#SBATCH --output={given}-%A_%a.log" in directives


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("where", ["account", "queue", "directives"])
@pytest.mark.parametrize("value", [*NO_WORDS, *BREAKING, "", "a b", "a\\b", "a#b"])
def test_directives_take_plain_words_only(where, value, cluster):
    given = value
    if where == "directives":
        given = [f"W {value}"] if cluster == "pbs" else [value]
    with pytest.raises(InvalidInput, match="cannot stand in a job script"):
        job_script(replace(Job(name="a", studies=["a"]), **{where: given}), cluster)


def test_plain_directives_stand_where_the_batch_system_reads_them():
    job = Job(name="a", studies=["a"], account="phys-1", queue="long")
    slurm = job_script(replace(job, directives=["--qos=high", "constraint=[a|b]&c"]), "slurm")
    head = slurm.splitlines()[: slurm.splitlines().index("#")]
    assert head[0] == "#!/bin/bash" and all(line.startswith("#SBATCH --") for line in head[1:])
    assert {"#SBATCH --account=phys-1", "#SBATCH --partition=long"} <= set(head)
    assert head[-2:] == ["#SBATCH --qos=high", "#SBATCH --constraint=[a|b]&c"]
    pbs = job_script(replace(job, directives=["W group_list=phys"]), "pbs").splitlines()
    assert {"#PBS -A phys-1", "#PBS -q long", "#PBS -W group_list=phys"} <= set(pbs)


def test_an_environment_is_read_whatever_its_name(shell):
    name = "my env; touch harm.sh"
    (shell.folder / name).write_text("export CODE_mbltn=7\n")
    job = Job(name="a", studies=["a"], environment=name)
    calls, done = shell.run(job_script(job, "slurm"))
    assert (len(calls), done.returncode) == (1, 7)
    (shell.folder / name).unlink()
    calls, done = shell.run(job_script(job, "slurm"))
    assert (calls, done.returncode) == ([], 1)


# -- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_an_array_over_studies_takes_one_each(shell, cluster):
    script = job_script(Job(name="all", studies=HOSTILE), cluster)
    assert f"{0}-{len(HOSTILE) - 1}" in script.split("#\n")[0]
    for number, name in enumerate(HOSTILE):
        calls, _ = shell.run(script, **{INDEX[cluster]: str(number)})
        assert calls == [
            ["mbltn", "run", "--progress", "lines", "--grace", "90", "--", dashless(name)]
        ]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_an_array_over_seeds_has_a_folder_for_each(shell, cluster):
    script = job_script(Job(name="a", studies=["a"], seeds=(3, 9), out="$(x) y"), cluster)
    assert "3-9" in script.split("#\n")[0]
    calls, _ = shell.run(script, **{INDEX[cluster]: "5"})
    assert calls[0][2:] == [
        *(
            "--progress",
            "lines",
            "--grace",
            "90",
            "-o",
            "seed=5",
            "--out",
            "$(x) y/seed-5",
            "--",
            "a",
        )
    ]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_an_array_over_parts_leaves_its_number_to_mbltn(shell, cluster):
    script = job_script(Job(name="a", studies=["a"], parts=8, out="b"), cluster)
    assert "1-8" in script.split("#\n")[0]
    calls, _ = shell.run(script)
    assert calls[0][6:] == ["--part", "array/8", "--out", "b", "--", "a"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"studies": ["a", "b"], "parts": 2}, "two of them were given"),
        ({"parts": 2, "seeds": (1, 2), "out": "o"}, "two of them were given"),
        ({"studies": ["a", "b"], "out": "o"}, "leave out --out"),
        ({"seeds": (2, 1), "out": "o"}, "the seeds 2-1 are none"),
        ({"seeds": (1, 2)}, "give --out"),
        ({"studies": []}, "no study"),
        ({"ranks": 6, "nodes": 4}, "6 ranks cannot be equally many on each of 4 nodes"),
        ({"directives": ["qos=x"]}, "a letter and a word"),
    ],
)
def test_what_makes_no_job_is_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        job_script(Job(**{"name": "a", "studies": ["a"], **changes}), "pbs")


# -- resources -----------------------------------------------------------------------------------


def test_ranks_cores_memory_and_time_of_slurm():
    job = Job(name="a", studies=["a"], ranks=12, nodes=3, cores=2, memory=24 * 1024**3)
    script = job_script(replace(job, seconds=90061.0, warning=600.0), "slurm")
    assert {
        *("#SBATCH --ntasks=12", "#SBATCH --nodes=3", "#SBATCH --ntasks-per-node=4"),
        *("#SBATCH --cpus-per-task=2", "#SBATCH --mem-per-cpu=1024M"),
        *("#SBATCH --time=1-01:02:00", "#SBATCH --signal=B:USR1@600", "#SBATCH --requeue"),
    } <= set(script.splitlines())
    assert "export OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2" in script
    assert "OMPI_MCA_hwloc_base_binding_policy=none" in script


def test_ranks_cores_memory_and_time_of_pbs():
    job = Job(name="a", studies=["a"], ranks=12, cores=2, memory=24 * 1024**3, seconds=90061.0)
    lines = job_script(job, "pbs").splitlines()
    assert "#PBS -l select=12:ncpus=2:mpiprocs=1:mem=2048mb" in lines
    assert {"#PBS -l place=free", "#PBS -l walltime=25:02:00", "#PBS -r y"} <= set(lines)
    lines = job_script(replace(job, nodes=3), "pbs").splitlines()
    assert "#PBS -l select=3:ncpus=8:mpiprocs=4:mem=8192mb" in lines
    assert "#PBS -l place=scatter" in lines


def test_a_job_of_pbs_knows_its_end(shell):
    stand_in = "#!/bin/bash\necho $((MBLTN_JOB_END - $(date +%s)))\n"
    shell.stand_in("mbltn", stand_in)
    _, done = shell.run(job_script(Job(name="a", studies=["a"], seconds=7190.0), "pbs"))
    assert 7195 <= int(done.stdout) <= 7200  # walltime is in minutes


def test_what_is_in_flight_has_most_of_the_warning(shell):
    for warning, grace in ((120.0, "90"), (15.0, "11"), (1.0, "1")):
        job = Job(name="a", studies=["a"], warning=warning)
        calls, _ = shell.run(job_script(job, "pbs"))
        assert calls[0][4:6] == ["--grace", grace]


def test_srun_is_told_its_tasks_and_their_cores(shell):
    job = Job(name="a", studies=["a"], ranks=4, cores=3, launcher="srun")
    calls, _ = shell.run(job_script(job, "slurm"))
    assert calls[0][:5] == ["srun", "--ntasks=4", "--cpus-per-task=3", "mbltn", "run"]


def test_one_seed_is_no_array_for_pbs(shell):
    """qsub refuses -J 5-5."""
    job = Job(name="a", studies=["a"], seeds=(5, 5), out="o")
    calls, done = shell.run(job_script(job, "pbs"))
    assert "#PBS -J" not in job_script(job, "pbs")
    assert "seed=5" in calls[0] and "o/seed-5" in calls[0]
    assert done.returncode == 0
    assert "#SBATCH --array=5-5" in job_script(job, "slurm")


# -- the end of a job ----------------------------------------------------------------------------


def test_an_unfinished_job_returns_into_the_queue(shell):
    script = job_script(Job(name="a", studies=["a"]), "slurm")
    calls, done = shell.run(script, CODE_mbltn="75")
    assert calls[1:] == [["scontrol", "requeue", "40"]]
    assert done.returncode == 75
    calls, _ = shell.run(script, CODE_mbltn="75", SLURM_RESTART_COUNT="100")
    assert [call[0] for call in calls] == ["mbltn"]


def test_an_unfinished_task_of_an_array_returns_alone(shell):
    """The last task has the number of the whole array as its own: that must not be requeued."""
    script = job_script(Job(name="a", studies=["a"], parts=2), "slurm")
    array = {"SLURM_ARRAY_JOB_ID": "40", "SLURM_ARRAY_TASK_ID": "2"}
    calls, _ = shell.run(script, CODE_mbltn="75", **array)
    assert calls[1:] == [["scontrol", "requeue", "40_2"]]


@pytest.mark.parametrize("code", ["0", "1", "2", "137"])
def test_a_job_that_ended_otherwise_stays_so(shell, code):
    calls, done = shell.run(job_script(Job(name="a", studies=["a"]), "slurm"), CODE_mbltn=code)
    assert len(calls) == 1
    assert done.returncode == int(code)


def test_pbs_says_how_an_unfinished_job_goes_on(shell):
    calls, done = shell.run(job_script(Job(name="a", studies=["a"]), "pbs"), CODE_mbltn="75")
    assert len(calls) == 1
    assert done.returncode == 75
    assert "submit this script again" in done.stderr


def goes_on_later(shell, cluster):
    """The job ends unfinished, and returns into the queue where it can."""
    calls, done = shell.run(job_script(Job(name="a", studies=["a"]), cluster))
    assert done.returncode == 75
    assert calls == ([["scontrol", "requeue", "40"]] if cluster == "slurm" else [])
    return done


WAITING = """#!/bin/bash
trap 'echo told; exit 75' USR1
sleep 0.2
kill -{signal} $PPID
for _ in $(seq 200); do sleep 0.05; done
"""


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("signal", ["USR1", "TERM"])
def test_a_signal_reaches_the_run_and_its_exit_code_the_batch_system(shell, signal, cluster):
    """The run itself signals the shell above it, as the batch system would."""
    shell.stand_in("mbltn", WAITING.format(signal=signal))
    assert goes_on_later(shell, cluster).stdout == "told\n"


def test_pbs_takes_what_mpirun_says_after_a_signal_for_unfinished(shell):
    """After qdel SIGTERM reaches mpirun, too, which ends with 1 however its ranks have ended."""
    stand_in = WAITING.format(signal="TERM").replace("exit 75", "exit 1")
    shell.stand_in("mpirun", stand_in)
    _, done = shell.run(job_script(Job(name="a", studies=["a"], ranks=2), "pbs"))
    assert (done.returncode, done.stdout) == (75, "told\n")


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_run_that_ends_by_itself_after_a_signal_keeps_its_code(shell, code, cluster):
    """All was done, or tried: 1 says that a realization failed."""
    stand_in = WAITING.format(signal="USR1").replace("exit 75", f"sleep 0.1; exit {code}")
    shell.stand_in("mbltn", stand_in)
    calls, done = shell.run(job_script(Job(name="a", studies=["a"]), cluster))
    assert (calls, done.returncode, done.stdout) == ([], code, "told\n")


ENDING = """#!/bin/bash
trap '' USR1
kill -{signal} $PPID
exit 75
"""
STARTING = """#!/bin/bash
kill -{signal} $PPID
for _ in $(seq 200); do sleep 0.05; done
"""


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("signal", ["USR1", "TERM"])
def test_a_run_that_ends_as_the_signal_comes_goes_on_later(shell, signal, cluster):
    """bash may lose the code of such a job."""
    shell.stand_in("mbltn", ENDING.format(signal=signal))
    for _ in range(40):
        goes_on_later(shell, cluster)


@pytest.mark.parametrize("cluster", CLUSTERS)
@pytest.mark.parametrize("signal", ["USR1", "TERM"])
def test_a_run_that_the_signal_kills_goes_on_later(shell, signal, cluster):
    shell.stand_in("mbltn", STARTING.format(signal=signal))
    goes_on_later(shell, cluster)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_bash_finds_no_error_in_any_script(tmp_path, cluster):
    many = Job(name="a", studies=HOSTILE, ranks=4, cores=2, environment="e", overrides=["a=1"])
    for job in (many, replace(many, studies=["a"], parts=3), Job(name="a", studies=["a"])):
        path = tmp_path / "script"
        path.write_bytes(job_script(job, cluster).encode(errors="surrogateescape"))
        checked = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")
