"""Shift-invert by SLEPc and MUMPS over MPI."""

from .solver import Slepc, import_slepc, memory_estimate

__all__ = ["Slepc", "import_slepc", "memory_estimate"]
