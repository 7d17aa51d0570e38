"""What every model is, and the disorder sample that turns it into one Hamiltonian."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from ..errors import InvalidInput
from ..operators import HilbertSpace, Operator, Term
from ..operators.operator import SYMMETRY_TOLERANCE
from ..streams import Streams


class Sample(Mapping[str, np.ndarray]):
    """Named, read-only disorder arrays of one realization; also readable as attributes.

    Examples
    --------
    >>> sample = Sample(fields=[1.0, 0.9])
    >>> sample.fields
    array([1. , 0.9])
    >>> sample["fields"] is sample.fields
    True
    """

    def __init__(self, **arrays: Any) -> None:
        self._arrays: dict[str, np.ndarray] = {}
        for name, values in arrays.items():
            self._arrays[name] = _frozen(name, values)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __getattr__(self, name: str) -> np.ndarray:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._arrays:
            raise AttributeError(f"this sample has {list(self._arrays)}, not {name!r}")
        return self._arrays[name]

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}{values.shape}" for name, values in self.items())
        return f"Sample({shapes})"

    def digest(self) -> str:
        """Hash of all arrays, to compare samples across ranks and machines."""
        state = hashlib.sha256()
        for name in sorted(self._arrays):
            values = self._arrays[name]
            state.update(f"{name}{values.dtype}{values.shape}".encode())
            state.update(values.tobytes())
        return state.hexdigest()


class Model(Protocol):
    """Physical parameters. A model knows its space, its disorder and its terms; no solver."""

    def space(self) -> HilbertSpace: ...

    def draw(self, seed: int, realization: int) -> Sample: ...

    def sample(self, *, seed: int = 0, realization: int = 0, **arrays: Any) -> Sample: ...

    def operator(self, sample: Sample) -> Operator: ...


Draw = Callable[[Streams, dict[str, np.ndarray]], Any]


class DisorderedModel(ABC):
    """A frozen dataclass that names its disorder arrays in `ingredients` and writes its `terms`."""

    @abstractmethod
    def space(self) -> HilbertSpace: ...

    @abstractmethod
    def ingredients(self) -> dict[str, Draw]:
        """How each array is drawn from the streams, given the arrays before it."""

    @abstractmethod
    def terms(self, sample: Sample) -> list[Term]: ...

    @abstractmethod
    def check_array(self, name: str, values: np.ndarray) -> None:
        """Raise `InvalidInput` unless this array fits the model."""

    def draw(self, seed: int, realization: int) -> Sample:
        """The disorder of one realization."""
        return self.sample(seed=seed, realization=realization)

    def sample(self, *, seed: int = 0, realization: int = 0, **arrays: Any) -> Sample:
        """Explicit disorder; the arrays that are not given are drawn from (seed, realization).

        Raises
        ------
        InvalidInput
            If a name is unknown, an array has the wrong size or a number that is not finite, or
            a matrix is not symmetric.
        """
        streams = Streams(seed, realization)
        ingredients = self.ingredients()
        for name in arrays:
            check_choice("array", name, tuple(ingredients))
        filled: dict[str, np.ndarray] = {}
        for name, draw in ingredients.items():
            given = arrays.get(name)
            filled[name] = _frozen(name, draw(streams, filled) if given is None else given)
        sample = Sample(**filled)
        self.check(sample)
        return sample

    def check(self, sample: Sample) -> None:
        """Raise `InvalidInput` unless the arrays fit this model."""
        for name in self.ingredients():
            if name not in sample:
                raise InvalidInput(f"the sample has {list(sample)}, but this model needs {name!r}")
            self.check_array(name, sample[name])

    def operator(self, sample: Sample) -> Operator:
        """The Hamiltonian for one sample."""
        self.check(sample)
        return Operator(self.space(), tuple(self.terms(sample)))


class GrainModel(DisorderedModel):
    """A grain (site 0, dimension 2^n_grain) and spins 1..n_lbits outside it."""

    n_grain: int
    n_lbits: int

    @property
    def contact_spin(self) -> int | None:
        """Grain spin 1..N that the l-bits touch, if it is always the same one."""
        return None

    @property
    def probe_spin(self) -> int:
        """Grain spin 1..N that no l-bit touches: the first, or the last where they touch the first.

        It is the one farthest from a contact at an end of the grain, 1 for a contact inside; a
        grain of one spin has no other.
        """
        return self.n_grain if self.contact_spin == 1 else 1

    def splittings(self, sample: Sample) -> np.ndarray:
        """(n_lbits,) energy to flip each l-bit."""
        return 2.0 * sample.fields

    def space(self) -> HilbertSpace:
        outside = tuple(range(1, self.n_lbits + 1))
        return HilbertSpace((2**self.n_grain, *(2,) * self.n_lbits), outside)

    def check_array(self, name: str, values: np.ndarray) -> None:
        if name == "grain":
            check_grain(values, self.n_grain)
        else:
            check_length(name, values, self.n_lbits)

    def grain_and_fields(self, grain: Any, field_range: tuple[float, float]) -> dict[str, Draw]:
        """The ingredients that all grain models share; each field has a stream of its own."""

        def fields(streams: Streams, _: dict[str, np.ndarray]) -> np.ndarray:
            spins = range(1, self.n_lbits + 1)
            return np.array([streams("fields", n).uniform(*field_range) for n in spins])

        return {"grain": lambda streams, _: grain.matrix(self.n_grain, streams), "fields": fields}


def _frozen(name: str, values: Any) -> np.ndarray:
    try:
        array = np.array(values)
        if np.iscomplexobj(array):
            raise InvalidInput(f"{name} is complex; Hamiltonians here are real symmetric")
        if not np.issubdtype(array.dtype, np.integer):
            array = array.astype(float)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{name} must be an array of real numbers: {error}") from None
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InvalidInput(f"{name}{list(where)} is {array[where]}; every number must be finite")
    array.setflags(write=False)
    return array


def check_length(name: str, values: np.ndarray, n: int) -> None:
    if values.shape != (n,):
        raise InvalidInput(
            f"{name} has shape {values.shape}; it needs one number for each of {n} l-bits"
        )


def check_grain(grain: np.ndarray, n_grain: int) -> None:
    """Raise unless `grain` is a symmetric matrix of dimension 2^n_grain."""
    check_matrix("grain", grain, 2**n_grain, f"n_grain={n_grain} spins")


def check_matrix(name: str, matrix: np.ndarray, n: int, owners: str) -> None:
    """Raise unless `matrix` is symmetric and (n, n), as the `owners` of its rows need it."""
    if matrix.shape != (n, n):
        raise InvalidInput(f"{name} has shape {matrix.shape}; {owners} need a ({n}, {n}) matrix")
    check_symmetric(name, matrix)


def check_symmetric(name: str, matrix: np.ndarray) -> None:
    deviation = float(abs(matrix - matrix.T).max())
    if deviation > SYMMETRY_TOLERANCE * max(1.0, float(abs(matrix).max())):
        raise InvalidInput(
            f"{name} is not symmetric: largest |G - G^T| is {deviation:.3g}; "
            "give a real symmetric Hamiltonian, for example (G + G.T) / 2"
        )


def check_count(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise InvalidInput(f"{name}={value!r} must be an integer of at least {least}")


def check_positive(name: str, value: Any) -> None:
    check_finite(name, value)
    if not value > 0:
        raise InvalidInput(f"{name}={value} must be a positive number")


def check_decay(alpha: Any) -> None:
    check_finite("alpha", alpha)
    if not 0 < alpha <= 1:
        raise InvalidInput(
            f"alpha={alpha} must lie in (0, 1]: couplings cannot grow away from the grain"
        )


def check_finite(name: str, value: Any) -> None:
    number = isinstance(value, int | float | np.integer | np.floating)
    if not number or isinstance(value, bool) or not np.isfinite(value):
        raise InvalidInput(f"{name}={value!r} must be a finite number")


def check_range(name: str, value: Any) -> tuple[float, float]:
    """`value` as a pair of finite numbers in ascending order, or `InvalidInput`."""
    try:
        low, high = (float(number) for number in value)
    except (TypeError, ValueError):
        low = high = np.nan
    if not np.isfinite([low, high]).all() or low > high:
        raise InvalidInput(f"{name}={value!r} must be two finite numbers, the smaller one first")
    return low, high


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidInput(f"{name}={value!r} is not one of {', '.join(choices)}")
