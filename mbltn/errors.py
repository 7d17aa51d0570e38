"""Error types. Every message says what was given, why it cannot be, and what to do."""

from __future__ import annotations


class MbltnError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidInput(MbltnError, ValueError):
    """A number, array or name that the physics or the method cannot take."""


class MissingLibrary(MbltnError, ImportError):
    """An optional library that the requested route needs is not installed, or does not load."""


class SolverFailure(MbltnError, RuntimeError):
    """A solver ran and could not deliver what was asked."""


class StudyError(MbltnError, ValueError):
    """A study file or a results folder that cannot be used as it is."""


class FolderBusy(StudyError):
    """Another job holds the results folder."""


class UnfitMethod(SolverFailure):
    """A method whose assumption this Hamiltonian does not meet; another one would do."""


class RunStopped(MbltnError):
    """A run was told to stop before all was done; the same command goes on."""

    exit_code = 75  # of the process; EX_TEMPFAIL of sysexits.h
