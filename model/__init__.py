"""What a tagger is and how it tags: numpy and joblib only, never scikit-learn or Flask."""
