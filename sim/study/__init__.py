"""Questions asked of the model: paired comparisons, what binds, and the runner that all studies share."""
