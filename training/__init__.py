"""Training of the networks that the package carries. Not part of the wheel.

Law: imports the package's own names and numbers, never the other way round. Randomness through a passed generator.
"""
