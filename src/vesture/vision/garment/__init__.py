"""A garment alone in its photo: mask, kind, landmarks, neckline, parts.

Law: imports none of the other packages of the eyes.
"""
