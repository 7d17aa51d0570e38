"""The one function that measures observables by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

import numpy as np

from ..errors import InvalidInput
from ..models import Model, Sample
from ..models.base import GrainModel
from ..operators import HilbertSpace
from ..solvers import Eigenpairs
from .catalogue import NEEDS, OBSERVABLES
from .entanglement import require_fit
from .measured import Measured, Measurement


def check_names(names: Iterable[str]) -> list[str]:
    """The names as a list, or an `InvalidInput` that offers the nearest valid one."""
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in OBSERVABLES:
            near = difflib.get_close_matches(name, OBSERVABLES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not an observable ({', '.join(OBSERVABLES)}){hint}")
    return names


def check_measurable(
    names: Iterable[str],
    space: HilbertSpace,
    model: Model | None,
    n_states: int,
    options: Measurement | None = None,
) -> None:
    """Raise `InvalidInput` if one of these observables is of what model or states do not have.

    Examples
    --------
    >>> from mbltn.models import QuantumDot
    >>> dot = QuantumDot(n_levels=4, lam=0.1)
    >>> check_measurable(["gap_ratio", "fock_decay"], dot.space(), dot, n_states=6)
    """
    options = options if options is not None else Measurement()
    for name in check_names(names):
        lack = _lack(name, space, model)
        if lack:
            of = "this operator" if model is None else type(model).__name__
            others = [other for other in OBSERVABLES if not _lack(other, space, model)]
            raise InvalidInput(f"{name!r} is of {lack}, not of {of}: use {', '.join(others)}")
        if name == "orbital_site" and n_states < space.dimension:
            raise InvalidInput(
                f"'orbital_site' gives each site to one of {space.dimension} orbitals, not of "
                f"{n_states}: take all states"
            )
        if OBSERVABLES[name].partners == "whole" and options.partners is not None:
            raise InvalidInput(
                f"{name!r} leads from a state to the whole spectrum, of which {options.partners} "
                "partners in a window are no part worth having: leave `partners` out"
            )
        if OBSERVABLES[name].curve:
            options.grid()
        largest = OBSERVABLES[name].matrix
        if largest is not None:
            require_fit(largest(space), repr(name))
        if OBSERVABLES[name].smooth and not 0 < (options.resolution or 0) < np.inf:
            raise InvalidInput(
                f"resolution={options.resolution}: {name!r} needs a positive energy, a tenth of "
                "the width that is looked for"
            )
        if n_states < OBSERVABLES[name].least_states:
            raise InvalidInput(
                f"{name!r} of {n_states} states: it takes level spacings, of "
                f"{OBSERVABLES[name].least_states} states or more"
            )
    if isinstance(model, GrainModel) and options.probe_spin not in (None, *_spins(model)):
        raise InvalidInput(
            f"probe_spin={options.probe_spin} is not one of the grain's spins 1..{model.n_grain}"
        )


def _spins(model: GrainModel) -> range:
    return range(1, model.n_grain + 1)


def need_partners(names: Iterable[str]) -> bool:
    """Whether eigenstates elsewhere in the spectrum enter one of these observables."""
    return any(OBSERVABLES[name].partners for name in check_names(names))


def _require_given(
    name: str,
    pairs: Eigenpairs,
    sample: Sample | None,
    around: Callable[[float], Eigenpairs] | None,
) -> None:
    """Raise `InvalidInput` if disorder or partners of this observable are not there."""
    entry, D = OBSERVABLES[name], pairs.operator.dimension
    if (entry.of_disorder or (entry.partners and around is not None)) and sample is None:
        raise InvalidInput(f"{name!r} depends on the disorder: give sample=...")
    if entry.partners and len(pairs) < D and (around is None or entry.partners == "whole"):
        instead = ", or give around=..." if entry.partners == "windows" else ""
        raise InvalidInput(
            f"{name!r} needs all {D} eigenstates that an operator leads to, and {len(pairs)} are "
            f"given: solve for Target.all() and choose what is measured by levels=...{instead}"
        )


def _lack(name: str, space: HilbertSpace, model: Model | None) -> str:
    """What this observable needs and is not there."""
    for need in OBSERVABLES[name].needs:
        if not NEEDS[need].met(space, model):
            return NEEDS[need].words
    return ""


def measure(
    pairs: Eigenpairs,
    names: Iterable[str],
    model: Model | None = None,
    *,
    sample: Sample | None = None,
    levels: slice | np.ndarray | None = None,
    around: Callable[[float], Eigenpairs] | None = None,
    options: Measurement | None = None,
) -> dict[str, np.ndarray]:
    """Observables of every state, not averaged; equal on every rank.

    ============================ ============== ====================================================
    ``gap_ratio``                (k - 2,)       r_n of consecutive levels
    ``entropy_lbits``            (k, n_lbits)   entanglement entropy of each l-bit, nats
    ``sigma_z_lbits``            (k, n_lbits)   <sigma^z> of each l-bit
    ``memory_lbits``             (k, n_lbits)   share of C^zz; its mean over states is C^zz
    ``entropy_cuts``             (k, n_sites-1) entropy of grain + l-bits 1..c-1 with the rest, nats
    ``schmidt_gap_cuts``         (k, n_sites-1) p_1 - p_2 of the Schmidt weights at the same cuts
    ``mutual_information_lbits`` (k, n_lbits)   S_g + S_n - S_gn of the grain and each l-bit, nats
    ``negativity_lbits``         (k, n_lbits)   logarithmic negativity of the same, nats
    ``participation``            (k,)           basis states a state spreads over; length or area on
                                                the grid of a `ContinuumGrid`
    ``fock_decay``               (k, m)         local 1/Xi of each two-body move, of a `QuantumDot`
    ``grain_amplitude``          (k,)           |phi_a(0)| at the grain, of a `SquareLattice`
    ``orbital_site``             (k,)           number of the orbital's site, of a `SquareLattice`
    ``thouless``                 (k - 1,)       G of neighbouring states, sigma^z of the probe spin
    ``thouless_dropped``         (1,)           pairs left out of it: no matrix element, or no gap
    ``line_ratio``               (1,)           gamma/delta_E of the last l-bit, at least 2
    ``line_ratio_raw``           (1,)           the same without the floor of 2
    ``line_captured``            (1,)           weight a state that gamma was measured on
    ``log_ipr_probe``            (k,)           ln IPR of sigma^x of the probe spin
    ``log_ipr_lbits``            (k, n_lbits)   ln IPR of sigma^x of each l-bit
    ``captured_lbits``           (k, n_lbits)   weight of sigma^x that the partners hold; where it
                                                is well below 1, ln IPR is an upper bound
    ``spectral_contact``         (2, bins)      thermal rho(w) and mean ln rho(w) of sigma^x of the
                                                spin that the l-bits touch
    ``spectral_last_lbit``       (2, bins)      the same of the last l-bit
    ``log_ipr_probe_smooth``     (k,)           ``log_ipr_probe`` by Chebyshev moments, without
                                                other eigenstates
    ``spectral_contact_smooth``  (2, bins)      ``spectral_contact`` by the same
    ``hybridization``            (1, bins)      k(w) over grain and l-bits uncoupled
    ``bare_coupling``            (1,)           G of the last l-bit next to the grain and all others
    ============================ ============== ====================================================

    Parameters
    ----------
    pairs : Eigenpairs
        Serial or distributed; local quantities never gather whole vectors.
    names : iterable of str
    model : Model, optional
        That the operator is of, for lengths and what only one model has.
    sample : Sample, optional
        The disorder of the operator, for what depends on the l-bits' splittings.
    levels : slice or array of int, optional
        Which of the pairs are measured, ascending; all by default. The other ones are eigenstates
        that operators lead to: give the whole spectrum for widths, IPRs and spectral functions.
    around : function of an energy, optional
        Gives a window of eigenpairs around it, in place of the whole spectrum; asked for the
        energies that the splittings of l-bits lead to.
    options : Measurement, optional

    Raises
    ------
    InvalidInput
        If a name is unknown, or of what operator or model do not have; if an observable needs
        the sample, or a curve its grid, and it is not given; if levels do not ascend.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=4, n_lbits=2, alpha=0.6, coupling="xx")
    >>> sample = model.draw(seed=1, realization=0)
    >>> spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all())
    >>> found = measure(spectrum, ["line_captured"], model, sample=sample, levels=slice(28, 36))
    >>> bool(abs(found["line_captured"][0] - 0.5) < 0.2)
    True
    """
    names = check_names(names)
    options = options if options is not None else Measurement()
    chosen = np.arange(len(pairs))[slice(None) if levels is None else levels]
    if not (np.diff(chosen) > 0).all():
        raise InvalidInput(
            f"levels={levels}: each level once, in ascending order, since spacings are measured"
        )
    check_measurable(names, pairs.operator.space, model, len(chosen), options)
    for name in names:
        _require_given(name, pairs, sample, around)
    measured = Measured(pairs, chosen, model, sample, around, options)
    return {name: OBSERVABLES[name].measure(measured) for name in names}
