"""What makes the model.

Reading corpora, fitting, the manifest and the card. Needs the `train` extra; never imported to serve.
"""
