"""Physical models: parameters, disorder and terms. A model knows no solver."""

from .base import Model, Sample
from .central_grain import CentralGrain
from .grain_chain import GrainChain
from .grains import CosineGrain, GOEGrain, LocalChainGrain
from .quantum_sun import QuantumSun

__all__ = [
    "CentralGrain",
    "CosineGrain",
    "GOEGrain",
    "GrainChain",
    "LocalChainGrain",
    "Model",
    "QuantumSun",
    "Sample",
]
