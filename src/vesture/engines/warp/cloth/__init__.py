"""A fitted garment as cloth: its place on a body, the mesh that bends it, the layers and edges that result.

Law: imports `body` and `picture`.
"""
