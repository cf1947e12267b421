"""What a folder of results holds that the data dictionary does not describe."""

from fnmatch import fnmatch

import pandas as pd

from sim import dictionary
from sim.scenario import Scenario

READ = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
SAME = {"indicators.parquet": "indicators.csv"}


def undescribed(folder):
    """Return every table, and every column of a table, that the dictionary lacks, as ``file: column``."""
    tables, known = dictionary.tables(), Scenario.load("baseline").parameters
    lacking = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in READ):
        file = path.relative_to(folder).as_posix()
        found = [key for name in (SAME.get(file, file), path.name) for key in tables if fnmatch(name, key)]
        key = found[0] if found else None
        if key is None:
            lacking.append(file)
            continue
        words = {name for name, _, _ in tables[key]}
        inputs = known if dictionary.ADDRESS in words or key.startswith("part-") else ()
        lacking += [f"{file}: {one}" for one in READ[path.suffix](path) if one not in words and one not in inputs]
    return lacking
