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


HOW_TO = sorted((ROOT / "docs/howto").glob("*.md"))


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_the_examples_of_a_how_to_page_run(page):
    for example in blocks(page.relative_to(ROOT), "python"):
        exec(example, {})


def test_the_first_study_is_valid_and_has_as_many_tasks_as_its_page_says():
    import tomllib

    (example,) = blocks("docs/tutorial.md", "toml")
    (printed,) = re.findall(r"mbltn: (\d+) realizations", (ROOT / "docs/tutorial.md").read_text())
    assert len(plan(parse_study(tomllib.loads(example)))) == int(printed)


def test_every_corrected_formula_is_on_the_page_of_corrections():
    number, corrected = "", set()
    for line in (ROOT / "docs/physics.md").read_text().splitlines():
        if begins := re.match(r"\(([A-Z]\d+)\)|#|\* ", line):
            number = begins[1] or ""
        if number and re.search(r"\*\*(Corrected|decision)\*\*", line, re.IGNORECASE):
            corrected.add(number)
    listed = set(re.findall(r"\(([A-Z]\d+)\)", (ROOT / "docs/corrections.md").read_text()))
    assert {"M2", "T2", "H3", "E9"} <= corrected <= listed


def test_equations_in_print_have_the_numbers_of_the_physics_page():
    printed = re.findall(r"\\tag\{(\w+)\}", (ROOT / "docs/equations.md").read_text())
    defined = re.findall(r"^\(([A-Z]\d+)\)", (ROOT / "docs/physics.md").read_text(), re.M)
    assert len(printed) == len(set(printed)) >= 20
    assert set(printed) <= set(defined)


def test_the_citation_names_the_version():
    import mbltn

    assert f"\nversion: {mbltn.__version__}\n" in (ROOT / "CITATION.cff").read_text()
