"""Fitting: where on the body each place of a garment belongs. Pure geometry, no pixels.

Law: imports `body`, `cloth` and `worn`.
"""
