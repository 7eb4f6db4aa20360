"""Plain text as an article: which of it is the headline."""


def headline_and_body(text: str) -> tuple[str, str]:
    """Return the first line as headline and the rest as body; a single line is all body."""
    headline, _, body = text.strip().partition("\n")
    if not body.strip():
        return "", headline.strip()
    return headline.strip(), body.strip()
