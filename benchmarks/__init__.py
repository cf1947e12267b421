"""How fast Kotabaja is: ``python -m benchmarks`` measures, compares with the targets and keeps the numbers."""
