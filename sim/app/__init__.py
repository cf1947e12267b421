"""The page: a town in the browser, run month by month, beside the same town under another scenario.

What it shows is worked out in plain modules that know no browser; ``web`` puts it on the page, and needs the extra
``[app]``; ``server`` serves it.
"""
