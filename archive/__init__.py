"""What the newsroom knows: labelled articles, in and out."""
