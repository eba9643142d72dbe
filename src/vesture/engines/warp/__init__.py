"""The warp engine: the garment's own pixels, bent onto the body. Needs nothing but a CPU.

Law: imports vision, core and errors.
"""
