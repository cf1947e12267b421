"""Kotabaja: a simulated metal town, and what training, market access and steel do for its small firms.

Everything offered here is imported when it is first used, so ``import sim`` costs nothing.

Examples
--------
>>> from sim import Scenario
>>> Scenario.__module__
'sim.scenario'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.buyers import Retailer
    from sim.firms import ExternalFirm, LocalFirm
    from sim.government import Government
    from sim.model import MetalSupplyChain
    from sim.producers import Producer
    from sim.scenario import Scenario

__version__ = "0.1.0"

__all__ = [
    "ExternalFirm",
    "Government",
    "LocalFirm",
    "MetalSupplyChain",
    "Producer",
    "Retailer",
    "Scenario",
    "__version__",
]

_HOME = {
    "ExternalFirm": "sim.firms",
    "Government": "sim.government",
    "LocalFirm": "sim.firms",
    "MetalSupplyChain": "sim.model",
    "Producer": "sim.producers",
    "Retailer": "sim.buyers",
    "Scenario": "sim.scenario",
}


def __getattr__(name: str) -> Any:
    """Import ``name`` from its module on first use, and keep it."""
    if name not in _HOME:
        message = f"module 'sim' has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List what the package offers besides what is already loaded."""
    return sorted({*globals(), *__all__})
