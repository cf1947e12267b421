"""Calibration by history matching: which values of the register can be ruled out by what is known of such a town.

Runs on a few hundred points teach an emulator of each moment; points whose moments would be too far from the facts,
whatever is unknown, are ruled out; the next wave of runs lies in what is left (Vernon, Goldstein & Bower 2010; for
agent-based models McCulloch et al. 2022). What is left is an ensemble of worlds and not one best fit.
"""
