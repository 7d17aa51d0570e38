"""Matrix products that let other threads run: SciPy's own wrapper keeps the interpreter's lock."""

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
    n, columns = len(matrix), x.size // len(x)
    # BLAS sees every array transposed: out^T = x^T matrix^T.
    real = ctypes.c_double if x.dtype == np.float64 else ctypes.c_float
    rows, inner = ctypes.c_int(columns), ctypes.c_int(n)
    _routine(x.dtype.char)(
        b"n",
        b"t" if transposed else b"n",
        *map(ctypes.byref, (rows, inner, inner, real(1.0))),
        *_leading(x, rows),
        *_leading(matrix, inner),
        ctypes.byref(real(float(add))),
        *_leading(out, rows),
    )


def _leading(array: np.ndarray, columns: Any) -> tuple[Any, Any]:
    return ctypes.c_void_p(array.ctypes.data), ctypes.byref(columns)


@cache
def _routine(kind: str) -> Callable[..., None]:
    from numba.extending import get_cython_function_address

    name = {"d": "dgemm", "f": "sgemm"}[kind]
    address = get_cython_function_address("scipy.linalg.cython_blas", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_char_p] * 2, *[ctypes.c_void_p] * 11)(address)
