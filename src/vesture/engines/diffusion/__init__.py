"""The diffusion engine: FASHN VTON v1.5's checkpoint through an implementation of our own.

Law: imports vision, core and errors; torch is imported only inside this folder.
"""
