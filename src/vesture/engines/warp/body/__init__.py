"""The body to dress, in numbers: axes, widths, limbs, outlines, what of it was bare.

Law: imports `picture`. Knows neither garments nor colours.
"""
