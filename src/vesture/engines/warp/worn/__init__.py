"""Garments in photos of somebody who wears them: cut out, read off that body, made whole where things hide them.

Law: imports `body` and `picture`.
"""
