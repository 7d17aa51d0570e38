"""What the documents show does run."""

import re
from pathlib import Path

import pytest

from mbltn.study import load_study, parse_study, plan

ROOT = Path(__file__).resolve().parent.parent


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_the_example_of_the_readme_runs(capsys):
    (example,) = blocks("README.md", "python")
    exec(example.replace("n_lbits=9", "n_lbits=5").replace("k=100", "k=20"), {})
    printed = capsys.readouterr().out
    assert len(re.findall(r"\d\.\d+", printed)) == 10


def test_the_study_file_that_is_explained_is_valid():
    import tomllib

    (example,) = blocks("mpi_jobs/README.md", "toml")
    assert len(plan(parse_study(tomllib.loads(example)))) == 400


@pytest.mark.parametrize("path", sorted((ROOT / "mpi_jobs/studies").glob("*.toml")), ids=str)
def test_every_study_file_has_a_plan(path):
    tasks = plan(load_study(path))
    assert len({task.id for task in tasks}) == len(tasks) > 0


def test_equation_numbers_in_docstrings_exist():
    defined = set(re.findall(r"^\(([A-Z]\d+)\)", (ROOT / "docs/physics.md").read_text(), re.M))
    cited = set()
    for source in (ROOT / "mbltn").rglob("*.py"):
        text = source.read_text()
        cited |= set(re.findall(r"physics\.md,? (?:eq )?\(?([A-Z]\d+)", text))
    assert {"M1", "O3", "T10", "C6", "E8", "H3"} <= cited <= defined
