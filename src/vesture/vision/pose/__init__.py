"""Where the joints of a person are.

Law: imports none of the other packages of the eyes.
"""
