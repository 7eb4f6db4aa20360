"""How a tagger is made and judged; the only room that imports scikit-learn."""
