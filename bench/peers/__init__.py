"""One small script a peer; each runs in a virtual environment of its own, as a worker."""
