"""HTTP: how a tagger is served."""
