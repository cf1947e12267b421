"""The page itself, in solara: it needs the extra ``[app]``, and is tested in a browser (``make test-browser``)."""
