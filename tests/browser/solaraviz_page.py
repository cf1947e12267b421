"""The model in Mesa's own page: run it with ``python tests/browser/solaraviz_page.py``."""

import os

from mesa.visualization import SolaraViz, make_plot_component

from sim import MetalSupplyChain
from sim.app import server

page = SolaraViz(
    MetalSupplyChain("baseline", seed=1),
    components=[make_plot_component("market_share_local"), make_plot_component(["jobs_local_fte"])],
    model_params={
        "scenario": {"type": "Select", "value": "baseline", "values": ["baseline", "both"], "label": "Scenario"},
        "seed": {"type": "SliderInt", "value": 1, "min": 1, "max": 20, "step": 1, "label": "Seed"},
    },
    name="Kotabaja in SolaraViz",
)

if __name__ == "__main__" and "SOLARA_APP" not in os.environ:  # the server reads this file by the same name
    server.SETTINGS["SOLARA_APP"] = __file__
    server.serve("baseline", "en", "127.0.0.1", 0, open_browser=False)
