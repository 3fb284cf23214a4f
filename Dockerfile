# Three stages: packages and assets are built from their lock files; the last one only runs.

FROM python:3.11-slim-bookworm AS packages
WORKDIR /srv/qa
COPY requirements-boot.txt requirements-production.txt ./
RUN python -m venv .venv \
 && .venv/bin/pip install -q --disable-pip-version-check --no-cache-dir --require-hashes -r requirements-boot.txt \
 && .venv/bin/uv pip install -q --no-cache --python .venv/bin/python --require-hashes -r requirements-production.txt \
 && .venv/bin/uv pip uninstall -q --python .venv/bin/python uv

FROM python:3.11-slim-bookworm AS assets
WORKDIR /srv/qa
COPY requirements-node.txt package.json package-lock.json .npmrc ./
COPY frontend frontend
COPY tools tools
RUN python -m venv .venv && python -m tools.assets

FROM python:3.11-slim-bookworm
# Pango and a font, for the PDF records; what PostgreSQL's programs stand on, for backups.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libglib2.0-0 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1 fonts-dejavu-core \
      libpq5 liblz4-1 libzstd1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/qa qa \
 && install -d -o qa -g qa -m 700 /data
# pg_dump and pg_restore of the server's own version: Debian's are older, and an older one cannot read a newer server.
RUN --mount=type=bind,from=postgres:18-bookworm,target=/server \
    install -d /opt/postgresql/bin /opt/postgresql/lib \
 && cp /server/usr/lib/postgresql/18/bin/pg_dump /server/usr/lib/postgresql/18/bin/pg_restore /opt/postgresql/bin/ \
 && cp -L /server/usr/lib/*-linux-gnu/libpq.so.5 /opt/postgresql/lib/ \
 && LD_LIBRARY_PATH=/opt/postgresql/lib /opt/postgresql/bin/pg_dump --version \
 && LD_LIBRARY_PATH=/opt/postgresql/lib /opt/postgresql/bin/pg_restore --version
WORKDIR /srv/qa
COPY --from=packages /srv/qa/.venv .venv
COPY . .
COPY --from=assets /srv/qa/static/built static/built
RUN python3 -m tools.translations
ENV PATH=/srv/qa/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    QA_ENV=production QA_DATA_DIR=/data
USER qa
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "qaframework.wsgi:application", "--bind", "0.0.0.0:8000"]
