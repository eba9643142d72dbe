"""Pieces of a picture, and the picture at a low resolution.

Law: imports nothing else of the engine. What the pictures show is not known here.
"""
