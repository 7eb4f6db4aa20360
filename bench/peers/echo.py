"""A service that parses JSON and sends it back, under our own server."""

import argparse

from flask import Flask, Response, jsonify, request

from copytaster.service.server import Server
from copytaster.service.settings import Settings


def echo() -> Flask:
    """Return the application."""
    app = Flask(__name__)

    @app.post("/tag")
    def tag() -> Response:
        return jsonify(request.get_json())

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args()
    Server(echo, Settings(port=given.port, workers=given.workers)).run()
