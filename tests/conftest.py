"""Fixtures shared by all tests."""

import importlib.util
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


@pytest.fixture
def rng():
    return np.random.default_rng(20261121)
