"""The diffusion engine: FASHN VTON v1.5's checkpoint through an implementation of our own.

Law: imports vision, core and errors; torch is imported only inside this folder. One run, file by file:

    availability     whether it can run here; needs no torch
    assemble         from a folder of files to an engine
    pipeline         one run, start to end; the other files are its steps
    frame            photos scaled and padded to the model's picture, and back
    body_points      the joints; found by dwpose or BlazePose, drawn by pose_drawing
    body_parts       the label map; found by own_parser or published_parser
    agnostic         what of the person the model may see
    sampler          schedule, noise, Euler steps
    mmdit            the model; of layers and blocks, quantised or not, loaded by weights
    compose          which pixels stay the photo's own
    options, estimate, memory   choices, time, and a setting of the C library
"""
