"""The tiny study, as a file, as a checked study, and as a finished results folder."""

from pathlib import Path

import pytest

from mbltn.study import Store, load_study, run_study

TINY = Path(__file__).with_name("tiny.toml")


@pytest.fixture(scope="session")
def tiny():
    """The tiny study with any number of overrides."""
    return lambda *overrides: load_study(TINY, overrides)


@pytest.fixture(scope="session")
def finished(tiny, tmp_path_factory):
    """A results folder that nobody writes into again."""
    folder = tmp_path_factory.mktemp("finished") / "tiny"
    outcome = run_study(tiny(), folder)
    assert (outcome.computed, outcome.failures) == (14, ())
    return folder


@pytest.fixture(scope="session")
def records(finished):
    return list(Store(finished).records())
