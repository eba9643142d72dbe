"""The person network's training: photos and drawn bodies, redressed at random with exact labels.

Nothing here is part of the wheel. `vesture.vision.person_network` reads what comes out.
"""
