"""What each pixel of a photo of a person belongs to.

Law: imports `pose`.
"""
