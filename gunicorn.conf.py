"""What gunicorn reads by itself: the log's form, and where its processes keep their numbers."""

import os
from pathlib import Path

# Set before anything of the library is read, which looks for it once.
if os.environ.get("QA_METRICS_TOKEN") and os.environ.get("QA_DATA_DIR"):
    FOLDER: Path | None = Path(os.environ["QA_DATA_DIR"]) / "metrics"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)
else:
    FOLDER = None

# Its own words go out in the same lines as ours; core.middleware writes one line a request, so it writes none.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"clean": {"()": "core.logs.Clean"}},
    "formatters": {
        "line": {
            "()": f"core.logs.{'Lines' if os.environ.get('QA_ENV') == 'production' else 'Plain'}"
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["clean"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}


def on_starting(server):
    """Numbers begin at nought with the service."""
    if FOLDER:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for left in FOLDER.glob("*.db"):
            left.unlink(missing_ok=True)
