"""The eyes: arrays in, arrays out.

Law: imports core and errors only. No files, no network, no settings; models come as paths.
"""
