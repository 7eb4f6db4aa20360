"""What a reload leaves behind."""

import gc
import weakref

from flask import Flask

from copytaster.service.server import Server
from copytaster.service.settings import Settings


def test_what_was_served_before_a_reload_is_let_go() -> None:
    made: list[weakref.ref[Flask]] = []

    def make() -> Flask:
        app = Flask("made")
        made.append(weakref.ref(app))
        return app

    server = Server(make, Settings())
    gc.freeze()  # as before the workers fork
    try:
        server._remake()
        assert [app() is None for app in made] == [True, False]
    finally:
        gc.unfreeze()
