# One image for every service of docker-compose.yml: web, celery, beat, flower and migrate.

FROM python:3.12-slim AS base
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app

# --- what is installed, with the tools that install it ------------------------------------------------
FROM base AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_QUIET=1
RUN python -m venv /opt/poetry \
 && /opt/poetry/bin/pip install "poetry>=2.1,<3" "poetry-plugin-export>=1.9,<2"
COPY pyproject.toml poetry.lock ./
RUN /opt/poetry/bin/poetry export --only main --output /opt/requirements.txt \
 && python -m venv /opt/venv \
 && pip install --require-hashes -r /opt/requirements.txt
COPY . .
# Compiled here, because the user that runs it may not write; the browser's files get their hashed names.
RUN pip install --no-deps --editable . \
 && python -m compileall -q feedback \
 && FEEDBACK_HOME=/tmp/home FEEDBACK_STATIC_ROOT=/app/static python manage.py collectstatic --no-input --verbosity 0

# --- what runs: no build tools, no package manager's leftovers, no rights --------------------------------
FROM base
COPY deploy/install-packages deploy/
RUN deploy/install-packages fonts \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin feedback
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
ENV FEEDBACK_STATIC_ROOT=/app/static \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER feedback
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["feedback", "web", "--host", "0.0.0.0", "--port", "8000"]
