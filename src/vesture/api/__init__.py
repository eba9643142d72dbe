"""The edge: HTTP in, jobs out, in the wire shapes of fal.

Law: imports core, errors and store; never worker, images, vision or engines, nor settings.
"""
