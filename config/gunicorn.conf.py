"""gunicorn for the sidecar: gunicorn -c config/gunicorn.conf.py 'sidecar.web.app:create_app()'.

Threads, since a request waits for the database and nothing else; the app is loaded per worker (not before the fork), so
that no database connection is shared between processes.
"""

import os

bind = os.environ.get("TAYANG_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("TAYANG_WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 20
max_requests = 10_000
max_requests_jitter = 1_000
# An approval page carries previews, not photographs; a submit carries HTML.
limit_request_line = 4_094
control_socket_disable = True
accesslog = None
"""No access log: the path of an approval page holds its token."""
