"""Asks a web process whether it is well: `python -m bizworks.launch.health` is the container's health check."""

import http.client
import os
import sys

TIMEOUT_SECONDS = 5


def is_healthy(port: int) -> bool:
    """Tell whether the web server on this machine answers `/healthz` with 200."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(int(os.environ.get("PORT") or "8000")) else 1)
