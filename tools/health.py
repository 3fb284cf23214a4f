"""Ask the web server's health page under the service's own name; exit code 0 when all is well."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def healthy(address: str, host: str) -> bool:
    """Whether the page at the address answers 200 for a request to this host."""
    parts = urlsplit(address)
    try:
        web = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=8)
        web.request("GET", parts.path, headers={"Host": host})
        return web.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    named = os.environ.get("QA_HOSTS", "localhost").split(",")[0]
    sys.exit(0 if healthy(sys.argv[1], named) else 1)
