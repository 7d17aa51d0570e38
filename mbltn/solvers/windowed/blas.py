"""BLAS that lets other threads run: SciPy's own wrappers keep the interpreter's lock."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


def gemm(matrix: np.ndarray, transposed: bool, x: np.ndarray, out: np.ndarray, add: bool) -> None:
    """``out (+)= matrix x`` over the first index of x, in place, without copies.

    Parameters
    ----------
    matrix : (n, n); x, out : (n, ...)
        Contiguous, of one precision, single or double.

    Examples
    --------
    >>> x, out = np.ones((2, 3, 4)), np.ones((2, 3, 4))
    >>> gemm(np.array([[1.0, 2.0], [0.0, 1.0]]), False, x, out, add=True)
    >>> out[:, 0, 0]
    array([4., 2.])
    """
    for array in (matrix, x, out):
        assert array.flags.c_contiguous and array.dtype == x.dtype
    # BLAS sees every array transposed: out^T = x^T matrix^T.
    real = _REAL[x.dtype.char]
    rows, inner = ctypes.c_int(x.size // len(x)), ctypes.c_int(len(matrix))
    _routine("gemm", x.dtype.char, flags=2)(
        b"n",
        b"t" if transposed else b"n",
        *map(ctypes.byref, (rows, inner, inner, real(1.0))),
        *_leading(x, rows),
        *_leading(matrix, inner),
        ctypes.byref(real(float(add))),
        *_leading(out, rows),
    )


def solve_unit_lower(lower: np.ndarray, b: np.ndarray, transposed: bool) -> None:
    """``b = L^-1 b`` or ``L^-T b``, in place.

    Parameters
    ----------
    lower : (n, n) Fortran order; its diagonal counts as 1, what is above it is not read
    b : (n, c) Fortran order, of the same precision

    Examples
    --------
    >>> b = np.array([[1.0], [3.0]], order="F")
    >>> solve_unit_lower(np.array([[1.0, 0.0], [2.0, 1.0]], order="F"), b, transposed=False)
    >>> b.ravel()
    array([1., 1.])
    """
    for array in (lower, b):
        assert array.flags.f_contiguous and array.dtype == b.dtype
    n, columns = ctypes.c_int(b.shape[0]), ctypes.c_int(b.shape[1])
    _routine("trsm", b.dtype.char, flags=4)(
        *(b"l", b"l", b"t" if transposed else b"n", b"u"),
        *map(ctypes.byref, (n, columns, _REAL[b.dtype.char](1.0))),
        *_leading(lower, n),
        *_leading(b, n),
    )


_REAL: dict[str, Any] = {"d": ctypes.c_double, "f": ctypes.c_float}
_ARGUMENTS = {"gemm": 13, "trsm": 11}


def _leading(array: np.ndarray, length: Any) -> tuple[Any, Any]:
    return ctypes.c_void_p(array.ctypes.data), ctypes.byref(length)


@cache
def _routine(name: str, kind: str, flags: int) -> Callable[..., None]:
    """The routine for this precision, whose first `flags` arguments are letters."""
    from numba.extending import get_cython_function_address

    prefix = {"d": "d", "f": "s"}[kind]
    address = get_cython_function_address("scipy.linalg.cython_blas", prefix + name)
    kinds = [ctypes.c_char_p] * flags + [ctypes.c_void_p] * (_ARGUMENTS[name] - flags)
    return ctypes.CFUNCTYPE(None, *kinds)(address)
