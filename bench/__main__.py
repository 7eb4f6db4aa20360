"""``python -m bench NAME [--json]``."""

import argparse
import importlib

from copytaster.cli.main import one_blas_thread

NAMES = {
    "defaults": "accuracy of the default tagger on the seeds, cross-validated",
    "reuters": "accuracy on Reuters-21578 ModApte, 90 topics",
    "audit": "finding flipped labels on Reuters, beside cleanlab",
    "events": "the top tag on Wikipedia's current events of 2018, beside a plain pipeline",
    "newcomer": "topics without a label, on the seeds and the pandemic of 2020 in current events",
    "surgery": "topics fitted anew alone on Reuters, or rolled back, beside a whole fit anew",
    "pandemic": "labels that a new topic needs, with and without terms and a definition",
    "training": "time to train on Reuters, beside scikit-learn and fastText",
    "retraining": "retraining on 50,000 articles beside a service under load; eight minutes",
    "guarantee": "proven precision against unseen articles, 500 random splits; takes an hour",
    "gate": "how often the gate errs: equal and worse challengers, poisoned labels, a stream",
    "newsroom_year": "current events month by month, retrained through the gate; 7 minutes of CPU",
    "durability": "feedback acknowledged before 500 kill -9, in SQLite and PostgreSQL; 20 minutes",
    "wikinews": "the default tagger on Wikinews",
    "language": "texts in languages that the tagger never saw",
    "tagging": "CPU time an article, one by one and in bulk, beside every peer",
    "bulk": "copytaster tag from NDJSON to NDJSON, beside scikit-learn in batches",
    "growth": "CPU time against length, topics and words",
    "footprint": "memory a worker, time to ready, size of the package",
    "serving": "requests a second over HTTP, beside an echo and a plain Flask service",
    "recording": "what it costs /tag that decisions are kept",
    "servers": "HTTP servers beside each other, those that are installed",
    "swaps": "a load over promotions, rollbacks, a killed worker, a reload; two minutes",
    "slow": "slow clients under each HTTP server that is installed; takes two minutes",
}
#: Measured only when they are named.
LONG = frozenset(
    {"durability", "guarantee", "newsroom_year", "recording", "retraining", "slow", "swaps"}
)


def main() -> None:
    """Run one measurement, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Copytaster. What each measures, and how: bench/README.md.",
        epilog="\n".join(f"{name:13} {what}" for name, what in NAMES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "name", choices=[*NAMES, "all"], help=f"all: all but {', '.join(LONG)}, to bench/results.md"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--save", action="store_true", help="put its rows into bench/results.md")
    arguments = parser.parse_args()
    one_blas_thread()
    if arguments.name == "all":
        chosen = {name: what for name, what in NAMES.items() if name not in LONG}
        importlib.import_module("bench.results").write(chosen, as_json=arguments.json)
    else:
        rows = importlib.import_module(f"bench.{arguments.name}").run()
        importlib.import_module("bench.rows").show(rows, as_json=arguments.json)
        if arguments.save:
            results = importlib.import_module("bench.results")
            results.save(arguments.name, NAMES[arguments.name], rows)


if __name__ == "__main__":
    main()
