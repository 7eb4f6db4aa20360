"""Long work in a thread hands Python over sooner."""

import sys

from copytaster.service.courtesy import giving_way


def test_turns_are_short_until_the_last_who_gives_way_is_done() -> None:
    usual = sys.getswitchinterval()
    first, second = giving_way(), giving_way()
    first.__enter__()
    short = sys.getswitchinterval()
    assert short < usual
    second.__enter__()
    first.__exit__(None, None, None)
    assert sys.getswitchinterval() == short
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == usual
