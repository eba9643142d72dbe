"""The person without the old garment: what goes with it, and the skin, hair and scene that appear.

Law: imports `body`, `picture` and `cloth`.
"""
