"""gunicorn's settings, the same on a laptop and in a container: `gunicorn -c python:bizworks.launch.gunicorn_conf`."""

import os

from bizworks.launch.processes import die_with_parent

bind = os.environ.get("WEB_BIND") or f"0.0.0.0:{os.environ.get('PORT') or '8000'}"
wsgi_app = "bizworks.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or "2")
threads = int(os.environ.get("WEB_THREADS") or "8")
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests, max_requests_jitter = 5_000, 500
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat file, not data
control_socket_disable = True
accesslog, errorlog = "-", "-"
# The path without its query: searches hold names, and names do not belong in logs.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"


def post_fork(server: object, worker: object) -> None:
    """Tie each worker to the master, so that a killed master leaves no worker behind."""
    die_with_parent(worker.ppid)
