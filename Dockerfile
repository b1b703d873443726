# One image for every service of docker-compose.yml: web, celery, beat, flower and migrate.

# By tag, not by digest: this repository has not seen the registry's digests. The release records the one it was built on
# (provenance), and dependabot may pin it.
FROM python:3.12-slim AS base
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app

# --- what is installed, with the tools that install it ------------------------------------------------
FROM base AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_QUIET=1
# As deploy/install does it: Poetry by its own pinned hashes, then what poetry.lock names and nothing else.
COPY deploy/poetry/requirements.txt /opt/poetry-requirements.txt
RUN python -m venv /opt/poetry \
 && /opt/poetry/bin/pip install --no-deps --require-hashes -r /opt/poetry-requirements.txt
COPY pyproject.toml poetry.lock ./
RUN /opt/poetry/bin/poetry export --only main --output /opt/requirements.txt \
 && python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-deps --require-hashes -r /opt/requirements.txt
COPY . .
# Compiled here, because the user that runs it may not write; the browser's files get their hashed names.
RUN VIRTUAL_ENV=/opt/venv /opt/poetry/bin/poetry install --no-interaction --only-root \
 && python -m compileall -q feedback clients \
 && FEEDBACK_HOME=/tmp/home FEEDBACK_STATIC_ROOT=/app/static python manage.py collectstatic --no-input --verbosity 0

# --- what runs: no build tools, no package manager's leftovers, no rights --------------------------------
FROM base
COPY deploy/install-packages deploy/
RUN deploy/install-packages fonts \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin feedback \
 && install -d -o feedback -g feedback -m 700 /var/lib/flower \
 && ln -s /app/deploy/poetry/run /usr/local/bin/poetry
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
# glibc gives each of 64 threads an arena of its own, and each keeps what its largest upload took. Two are enough where one
# thread computes at a time.
ENV FEEDBACK_STATIC_ROOT=/app/static \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER feedback
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["feedback", "web", "--host", "0.0.0.0", "--port", "8000"]
