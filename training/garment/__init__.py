"""The garment network: drawn pictures with exact labels, the network, its training, its export, its measures.

Law: `generator` draws and knows nothing of torch; `network`, `losses`, `train`, `export` know nothing of how pictures
come about. Lengths of garments are in half chest widths (of trousers and skirts: half waist widths), y downwards.
"""
