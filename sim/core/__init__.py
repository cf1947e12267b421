"""Machinery that knows nothing of steel: tables, compiled rules, luck, the register, the books."""
