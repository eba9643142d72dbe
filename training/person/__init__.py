"""The person network's training: photos and drawn bodies, redressed at random with exact labels.

Nothing here is part of the wheel. `vesture.vision.parsing.network` reads what comes out.
"""
