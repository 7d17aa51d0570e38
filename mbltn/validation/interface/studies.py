"""Paper E on exact eigenstates: the studies behind its Figs 3 to 7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...study import Study, parse_study

FIELDS = (0.5, 1.5)
RADIUS = 2.1  # of the 6-spin random matrix
FIRST, ALPHA = 0.2, 0.75
PROBE_OF_CHAIN = 4

# Realizations for 0, 1, 2, ... l-bits; spins of the bath and realizations elsewhere.
BATH = {"small": (200, 150, 120, 80, 50, 25), "paper": (200,) * 9}
SINGLE_SPIN = {"small": (400,) * 7 + (200, 100), "paper": (4000,) * 9}
UNIVERSAL = {"small": (7, (30, 200, 100, 30)), "paper": (9, (200, 1000, 100, 200))}
MATRICES = {
    "small": {7: 400, 8: 200, 9: 80, 10: 20},
    "paper": {8: 400, 9: 200, 10: 80, 11: 20},
}
CHAIN = {"small": (9, 40), "paper": (11, 100)}
# Spins of the bath, of the chain beside it, realizations.
PHYSICAL_CHAIN = {"small": (6, 4, 40), "paper": (9, 5, 100)}


def _model(n_grain: int, grain: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "kind": "CentralGrain",
        "n_grain": n_grain,
        "alpha": ALPHA,
        "first_coupling": FIRST,
        "coupling": "xx",
        "coupled_spin": -1,
        "field_range": list(FIELDS),
        "grain": grain,
        **others,
    }


def _study(
    name: str,
    model: dict[str, Any],
    ensembles: Sequence[dict[str, Any]],
    observables: Sequence[str],
    **others: Any,
) -> Study:
    given = [{"states": "paper_e", **ensemble} for ensemble in ensembles]
    return parse_study(
        {
            "name": name,
            "seed": 1,
            "observables": list(observables),
            "model": model,
            "ensemble": given,
            **others,
        }
    )


def bath_study(size: str) -> Study:
    """A random matrix of six spins, and l-bits added one by one: Figs 3 and 4."""
    ensembles = [
        {"grid": {"n_lbits": [n]}, "realizations": number} for n, number in enumerate(BATH[size])
    ]
    grain = {"kind": "goe", "scale": RADIUS, "normalise": "radius"}
    return _study(f"E-bath-{size}", _model(6, grain), ensembles, ("log_ipr_probe", "log_ipr_lbits"))


def bath_studies(size: str) -> tuple[Study, ...]:
    """The crossover region (Fig 4)."""
    if size == "beyond":
        return (_crossover_by_windows(),)
    return (bath_study(size),)


def _crossover_by_windows() -> Study:
    """Ten l-bits, D = 2^16: windows of pairs at E = 0 and at the splittings of every l-bit.

    The bath spin, whose operator leads to the whole spectrum, by Chebyshev moments.
    """
    grain = {"kind": "goe", "scale": RADIUS, "normalise": "radius"}
    ensembles = [
        {"grid": {"n_lbits": [n]}, "realizations": number, "states": 40, "energy": 0.0}
        for n, number in ((8, 2), (9, 1), (10, 1))
    ]
    return _study(
        "E-bath-beyond",
        _model(6, grain),
        ensembles,
        ("log_ipr_lbits", "captured_lbits", "log_ipr_probe_smooth", "entropy_lbits", "gap_ratio"),
        measurement={"partners": 400, "resolution": 0.05},
    )


def absorption_studies(size: str) -> tuple[Study, Study]:
    """A bath that strengthens, and a single spin that does not (Fig 3)."""
    ensembles = [
        {"grid": {"n_lbits": [n]}, "realizations": number}
        for n, number in enumerate(SINGLE_SPIN[size])
    ]
    one_spin = _model(1, {"kind": "goe", "scale": 2.25, "normalise": "bandwidth"})
    return bath_study(size), _study(f"E-spin-{size}", one_spin, ensembles, ("log_ipr_probe",))


def universal_studies(size: str) -> tuple[Study, ...]:
    """One more spin next to different baths, against its G (Fig 5).

    A local chain with three l-bits, the same chain alone, a random matrix, and the chain with three
    l-bits that nothing couples to it.
    """
    n_grain, counts = UNIVERSAL[size]
    chain: dict[str, Any] = {"kind": "local_chain"}
    matrix: dict[str, Any] = {"kind": "goe", "scale": 4.6, "normalise": "radius"}
    # A smaller bath needs stronger couplings for the same G.
    scale = {"small": 1.5, "paper": 1.0}[size]
    weak = [scale * g for g in (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)]
    strong = [scale * g for g in (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)]
    baths = (
        ("lbits", chain, 4, FIRST, weak, PROBE_OF_CHAIN),
        ("chain", chain, 1, FIRST, strong, PROBE_OF_CHAIN),
        ("matrix", matrix, 1, FIRST, strong, None),
        ("uncoupled", chain, 4, 0.0, strong, PROBE_OF_CHAIN),
    )
    studies = []
    for (name, grain, n_lbits, first, couplings, probe), count in zip(baths, counts, strict=True):
        grid = {"last_coupling": couplings}
        studies.append(
            _study(
                f"E-universal-{name}-{size}",
                _model(n_grain, grain, n_lbits=n_lbits, first_coupling=first),
                [{"grid": grid, "realizations": count}],
                ("log_ipr_probe", "bare_coupling"),
                measurement={} if probe is None else {"probe_spin": probe},
            )
        )
    return tuple(studies)


def _one_spin(
    name: str, n_grain: int, grain: dict[str, Any], count: int, width: float, reach: float
) -> Study:
    return _study(
        name,
        _model(n_grain, grain, n_lbits=1, alpha=1.0, first_coupling=0.8, field_range=[1.0, 1.0]),
        [{"realizations": count, "solver": "dense"}],
        ("hybridization",),
        measurement={"bin_width": width, "reach": reach},
    )


def width_studies(size: str) -> tuple[Study, ...]:
    """Random matrices of one width or of one level spacing, g = 0.8, h = 1 (Fig 6)."""
    smallest = min(MATRICES[size])
    studies = []
    for n, count in MATRICES[size].items():
        fixed = {"kind": "goe", "scale": 5.0, "normalise": "radius"}
        studies.append(_one_spin(f"E-width-fixed-{n}", n, fixed, count, 0.04, 4.0))
    for n, count in MATRICES[size].items():
        radius = 2.56 * 2 ** (n - smallest)
        scaled = {"kind": "goe", "scale": radius, "normalise": "radius"}
        fine = 0.08 * 2.56 / radius
        studies.append(_one_spin(f"E-width-scaled-{n}-{radius:g}", n, scaled, count, fine, 4.0))
    return tuple(studies)


def camel_studies(size: str) -> tuple[Study]:
    """A local chain as the bath, g = 0.8, h = 1 (Fig 7)."""
    n, count = CHAIN[size]
    return (_one_spin(f"E-camel-{size}", n, {"kind": "local_chain"}, count, 0.05, 6.0),)


def chain_studies(size: str) -> tuple[Study]:
    """Physical spins in strong fields beside a bath, no l-bits put in by hand (section III D)."""
    n_grain, n_chain, count = PHYSICAL_CHAIN[size]
    model = {
        "kind": "GrainChain",
        "n_grain": n_grain,
        "n_lbits": n_chain,
        "exchange": 0.3,
        "field_range": [-3.0, 3.0],
        "grain": {"kind": "local_chain"},
    }
    ensembles = [{"realizations": count, "solver": "dense"}]
    return (_study(f"E-chain-{size}", model, ensembles, ("log_ipr_probe", "log_ipr_lbits")),)
