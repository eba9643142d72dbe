"""The new picture: the undressed person, the cloth on it, its light, and what stays in front.

Law: imports every other package of the engine but `worn` and `fit`.
"""
