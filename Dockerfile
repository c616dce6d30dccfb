# The service in one container: SQLite, its key and nothing else in /data, one process, no root.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.lock ./
RUN pip install --only-binary :all: --require-hashes -r requirements.lock

COPY qb_collections ./qb_collections
COPY webhooks ./webhooks
COPY templates ./templates
RUN python -m compileall -q qb_collections webhooks \
    && printf '%s\n' '#!/bin/sh' \
       'exec python -P -c "import sys; from qb_collections.cli import main; sys.argv[0] = '"'qb-collections'"'; sys.exit(main())" "$@"' \
       > /usr/local/bin/qb-collections \
    && chmod 755 /usr/local/bin/qb-collections \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin qbc \
    && install -d -o qbc -g qbc -m 0700 /data

ENV PYTHONPATH=/app QBC_DATA_DIR=/data QBC_PORT=5000
USER qbc
VOLUME /data
EXPOSE 5000

# SIGTERM finishes the request and the attempt in hand; `docker stop` waits this long with compose.yaml.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['QBC_PORT']}/healthz\", timeout=4)"]

ENTRYPOINT ["qb-collections"]
CMD ["serve"]
