"""The study file: TOML checked against one schema, every mistake named in the user's words."""

from __future__ import annotations

import copy
import dataclasses
import difflib
import math
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from ..errors import InvalidInput, StudyError
from ..models import (
    CentralGrain,
    ContinuumGrid,
    DotOnBath,
    GrainChain,
    QuantumDot,
    QuantumSun,
    SpinOnBath,
    SquareLattice,
)
from ..models.base import Model
from ..models.grains import GRAINS
from ..observables import OBSERVABLES, Measurement
from ..observables.measure import check_names
from ..solvers import SOLVERS

MODELS: dict[str, type] = {
    "CentralGrain": CentralGrain,
    "ContinuumGrid": ContinuumGrid,
    "DotOnBath": DotOnBath,
    "GrainChain": GrainChain,
    "QuantumDot": QuantumDot,
    "QuantumSun": QuantumSun,
    "SpinOnBath": SpinOnBath,
    "SquareLattice": SquareLattice,
}

Positive = Annotated[int, Field(ge=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MeasurementOptions(_Table):
    """Options of the observables; see `mbltn.observables.Measurement`.

    `partners` asks for windows of so many pairs around E +- the splittings of l-bits in place of
    the whole spectrum, which widths, operator IPRs and spectral functions need otherwise.
    """

    probe_spin: Positive | None = None
    bin_width: Annotated[float, Field(gt=0)] | None = None
    reach: Annotated[float, Field(gt=0)] | None = None
    partners: Positive | None = None
    resolution: Annotated[float, Field(gt=0)] | None = None

    def options(self, below: MeasurementOptions | None = None) -> Measurement:
        """With the options of `below` where there is none here."""
        given = {} if below is None else below.model_dump(exclude_none=True)
        return Measurement(**{**given, **self.model_dump(exclude_none=True)})


class ErrorTarget(_Table):
    """A point of the grid has enough realizations when this error is reached.

    The standard error over realizations of `observable` (its component `index`, by default the
    last one) is looked at when `least` realizations are there, then twice as many, and so on.
    """

    observable: str
    index: Annotated[int, Field(ge=0)] | None = None
    error: Annotated[float, Field(gt=0)]
    least: Annotated[int, Field(ge=2)] = 20


class Ensemble(_Table):
    """Realizations of every combination of the grid's values; with a `target` at most so many.

    They are numbered from `first_realization` on, so that clusters can share a seed and never
    draw one sample twice; `mbltn collect` joins what they found.

    `states` is a number of levels near maximum entropy, or "all", or of the full spectrum
    "middle_quarter" (the quarter nearest the middle rank), "paper_c" (D/log2 D levels nearest the
    middle rank) or "paper_e" (D/20 levels around E = 0); `energy` moves a number of levels
    elsewhere. What `measurement` gives here goes before that of the study.
    """

    grid: dict[str, list[bool | int | float | str]] = {}
    realizations: Positive
    first_realization: Annotated[int, Field(ge=0)] = 0
    states: Positive | Literal["all", "middle_quarter", "paper_c", "paper_e"]
    energy: float | None = None
    solver: str = "auto"
    measurement: MeasurementOptions = MeasurementOptions()
    target: ErrorTarget | None = None

    @property
    def numbers(self) -> range:
        """Of its realizations."""
        return range(self.first_realization, self.first_realization + self.realizations)


class Resources(_Table):
    """How ranks share the work; never part of an answer.

    Problems that fit into the memory of one rank are solved by single ranks, many at once, others
    by the smallest groups that hold them. From dimension `shared_from` on ranks share a problem
    also if it fits: in groups of `ranks_per_problem` ranks (left-over ranks join the last group),
    or by default in groups so small that all these problems can be worked on at once.
    """

    shared_from: Positive | None = None
    ranks_per_problem: Positive | None = None


class CentralGrainTheory(_Table):
    """The mean-field curve drawn beside the exact numbers (docs/physics.md, Comparison).

    The bare coupling g_{1,0} is fitted at one point, (`fit_n_lbits`, `fit_alpha`), and then used
    for every number of l-bits and every alpha.
    """

    kind: Literal["central_grain"]
    fit_n_lbits: Positive
    fit_alpha: float


class SquareLatticeTheory(_Table):
    """The mean field on the orbitals of a lattice: whose grain sets off an avalanche (T17).

    `g_0` is the reduced coupling of the middle site, `grain_dimension` d_g and `distance` (of the
    sites from the grain) enter the stability radius only.
    """

    kind: Literal["square_lattice"]
    g_0: Annotated[float, Field(gt=0)] = 1.0
    grain_dimension: Positive = 8
    distance: Literal["lattice", "euclidean"] = "lattice"


_THEORIES: dict[str, type[BaseModel]] = {
    "central_grain": CentralGrainTheory,
    "square_lattice": SquareLatticeTheory,
}
Theory = Annotated[CentralGrainTheory | SquareLatticeTheory, Field(discriminator="kind")]


class Study(_Table):
    """A whole study: model x grid x realizations x states x solver x observables."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    seed: Annotated[int, Field(ge=0)]
    observables: Annotated[list[str], Field(min_length=1)]
    model: dict[str, Any]
    ensemble: Annotated[list[Ensemble], Field(min_length=1)]
    measurement: MeasurementOptions = MeasurementOptions()
    resources: Resources = Resources()
    theory: Theory | None = None

    @property
    def axes(self) -> set[str]:
        """Names of all that the grids vary."""
        return {axis for ensemble in self.ensemble for axis in ensemble.grid}

    def identity(self) -> dict[str, Any]:
        """What a results folder belongs to. Grids, realizations and resources may grow later."""
        return {
            "name": self.name,
            "seed": self.seed,
            "observables": sorted(self.observables),
            "model": self.model,
            "measurement": self.measurement,
        }


def load_study(path: str | Path, overrides: Sequence[str] = ()) -> Study:
    """Read and check a study file, after applying ``dotted.key=value`` overrides.

    Raises
    ------
    StudyError
        If the file is missing, is no TOML, has an unknown key (the nearest valid one is
        named), or a value that the model or the solver cannot take.
    """
    return parse_study(read_toml(Path(path)), overrides, str(path))


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"there is no study file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path} is not a TOML file: {error}") from None


def parse_study(
    content: dict[str, Any], overrides: Sequence[str] = (), source: str = "the study"
) -> Study:
    """A checked Study from the content of a file."""
    content = copy.deepcopy(content)
    for override in overrides:
        _apply_override(content, override)
    try:
        study = Study.model_validate(content)
    except pydantic.ValidationError as error:
        raise StudyError(f"{source}: {_first_problem(error, content)}") from None
    try:
        check_names(study.observables)
        for ensemble in study.ensemble:
            _check_solver(ensemble.solver)
            _check_energy(ensemble)
            _check_target(ensemble, study.observables)
        _check_model_keys(study)
        _check_finite("model", study.model)
    except InvalidInput as error:
        raise StudyError(f"{source}: {error}") from None
    return study


def build_model(parameters: dict[str, Any]) -> Model:
    """A model from a study's parameters: `kind`, its arguments, and a table for the grain."""
    arguments = dict(parameters)
    model_class = MODELS[arguments.pop("kind")]
    for name, value in arguments.items():
        if isinstance(value, list):
            arguments[name] = tuple(value)
    try:
        if isinstance(arguments.get("grain"), dict):
            arguments["grain"] = _build_grain(dict(arguments["grain"]))
        model: Model = model_class(**arguments)
    except TypeError as error:
        raise InvalidInput(f"model {model_class.__name__}: {error}") from None
    return model


def _build_grain(options: dict[str, Any]) -> Any:
    kind = options.pop("kind", "goe")
    if kind not in list(GRAINS):
        raise InvalidInput(f"model.grain.kind={kind!r} is not one of {', '.join(GRAINS)}")
    _check_keys("model.grain", options, GRAINS[kind])
    return GRAINS[kind](**options)


def _check_model_keys(study: Study) -> None:
    kind = study.model.get("kind")
    if kind not in list(MODELS):
        raise InvalidInput(f"model.kind={kind!r} is not one of {', '.join(MODELS)}")
    fixed = {key: value for key, value in study.model.items() if key != "kind"}
    _check_keys("model", fixed, MODELS[kind])
    for number, ensemble in enumerate(study.ensemble):
        where = f"ensemble.{number}.grid"
        _check_keys(where, ensemble.grid, MODELS[kind])
        for key, values in ensemble.grid.items():
            if not values:
                raise InvalidInput(f"{where}.{key} is empty: give at least one value")


def _check_finite(where: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _check_finite(f"{where}.{key}", part)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"{where}={value} must be finite")


def _check_keys(where: str, given: Iterable[str], owner: type) -> None:
    valid = [field.name for field in dataclasses.fields(owner)]
    for key in given:
        if key not in valid:
            raise InvalidInput(_unknown(f"{where}.{key}", key, valid))


def _check_solver(name: str) -> None:
    valid = ["auto", *SOLVERS]
    if name not in valid:
        raise InvalidInput(_unknown(f"solver {name!r}", name, valid))


def _check_energy(ensemble: Ensemble) -> None:
    if ensemble.energy is None:
        return
    if isinstance(ensemble.states, str):
        raise InvalidInput(
            f"energy={ensemble.energy} has no meaning for states={ensemble.states!r}: give a "
            "number of states, or leave out the energy"
        )
    if not math.isfinite(ensemble.energy):
        raise InvalidInput(f"energy={ensemble.energy} must be finite")


def _check_target(ensemble: Ensemble, observables: Sequence[str]) -> None:
    if ensemble.target is None:
        return
    name = ensemble.target.observable
    valid = [each for each in observables if OBSERVABLES[each].has_mean]
    if name not in valid:
        raise InvalidInput(_unknown(f"target.observable={name!r}", name, valid))


def _unknown(what: str, key: str, valid: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, valid, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{what} is unknown{hint} (valid: {', '.join(valid)})"


def _first_problem(error: pydantic.ValidationError, content: Any) -> str:
    problem = error.errors()[0]
    path = _written(content, problem["loc"])
    where = ".".join(map(str, path))
    if problem["type"] == "extra_forbidden":
        return _unknown(where, str(path[-1]), _valid_keys(problem["loc"][:-1]))
    if problem["type"] == "missing":
        return f"{'.'.join(map(str, [*path, problem['loc'][-1]]))} is missing"
    if problem["type"] == "union_tag_not_found":
        return f"{where}.kind is missing (valid: {', '.join(_THEORIES)})"
    if problem["type"] == "union_tag_invalid":
        kind = str(problem["input"]["kind"])
        return _unknown(f"{where}.kind={kind!r}", kind, list(_THEORIES))
    reasons = [each["msg"] for each in error.errors() if _written(content, each["loc"]) == path]
    return f"{where}={problem['input']!r}: {'; or: '.join(reasons)}"


def _written(content: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """What of `path` is in the file: pydantic adds the branch of a union to it."""
    found = []
    for part in path:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            continue
        found.append(part)
    return tuple(found)


def _valid_keys(path: Sequence[Any]) -> list[str]:
    table: type[BaseModel] = Study
    children: dict[str, type[BaseModel]] = {
        "ensemble": Ensemble,
        "measurement": MeasurementOptions,
        "target": ErrorTarget,
        "resources": Resources,
        **_THEORIES,
    }
    for part in path:
        table = children.get(part, table)
    return list(table.model_fields)


def _apply_override(content: dict[str, Any], override: str) -> None:
    key, separator, text = override.partition("=")
    if not separator or not key:
        raise StudyError(f"the override {override!r} must read dotted.key=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *path, last = key.split(".")
    node: Any = content
    for part in path:
        if isinstance(node, list):
            node = node[_index(node, part, key)]
        else:
            node = node.setdefault(part, {})
        if not isinstance(node, dict | list):
            raise StudyError(f"the override {key!r} goes below {part!r}, which is not a table")
    if isinstance(node, list):
        node[_index(node, last, key)] = value
    else:
        node[last] = value


def _index(node: list[Any], part: str, key: str) -> int:
    if not part.isdigit() or int(part) >= len(node):
        raise StudyError(f"the override {key!r}: {part!r} must be a number 0..{len(node) - 1}")
    return int(part)
