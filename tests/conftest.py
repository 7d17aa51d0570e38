"""Fixtures shared by all tests."""

import importlib.util
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# A machine that is slow for a moment is no error.
settings.register_profile("mbltn", deadline=None)
settings.load_profile("mbltn")

sys.path.insert(0, str(Path(__file__).parent))


def has(library):
    return importlib.util.find_spec(library) is not None


needs_slepc = pytest.mark.skipif(
    not (has("slepc4py") and has("petsc4py")), reason="SLEPc is not installed"
)


@pytest.fixture(autouse=True)
def handlers_of_signals():
    """The command line in this process leaves its own, as it would before it ends."""
    numbers = (signal.SIGTERM, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def rng():
    return np.random.default_rng(20261121)
