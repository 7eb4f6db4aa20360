"""Who runs a command, for what is recorded."""

import getpass
import os


def login() -> str:
    """Return the user's login name; where the system has none, as in some containers, the id."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
