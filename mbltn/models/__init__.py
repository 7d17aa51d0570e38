"""Physical models: parameters, disorder and terms. A model knows no solver."""

from .base import Model, Sample
from .central_grain import CentralGrain
from .continuum_grid import ContinuumGrid
from .dot_on_bath import DotOnBath
from .grain_chain import GrainChain
from .grains import CosineGrain, GOEGrain, LocalChainGrain
from .quantum_dot import QuantumDot
from .quantum_sun import QuantumSun
from .spin_on_bath import SpinOnBath
from .square_lattice import SquareLattice
from .uncoupled_states import UncoupledStates, product_energies, uncoupled_states

__all__ = [
    "CentralGrain",
    "ContinuumGrid",
    "CosineGrain",
    "DotOnBath",
    "GOEGrain",
    "GrainChain",
    "LocalChainGrain",
    "Model",
    "QuantumDot",
    "QuantumSun",
    "Sample",
    "SpinOnBath",
    "SquareLattice",
    "UncoupledStates",
    "product_energies",
    "uncoupled_states",
]
