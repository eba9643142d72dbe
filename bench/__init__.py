"""Benchmarks and contact sheets. Nothing here is installed with the package; run as `python -m bench.NAME`."""
