# replywatch in a container: docker build -t replywatch . ; docs/running.md says how to run it.

FROM python:3.12-slim-bookworm AS build

WORKDIR /source
COPY requirements/run.txt requirements/services.txt requirements/
# The program runs from an environment without pip; psycopg is for those who keep to PostgreSQL.
RUN python -m venv --without-pip /opt/replywatch \
    && awk '/^[^ ]/ {kept = /^psycopg/} kept' requirements/services.txt > requirements/postgres.txt \
    && pip --python /opt/replywatch/bin/python install --no-cache-dir --require-hashes \
        -r requirements/run.txt \
    && pip --python /opt/replywatch/bin/python install --no-cache-dir --require-hashes --no-deps \
        -r requirements/postgres.txt

COPY pyproject.toml README.md LICENSE ./
COPY connectors connectors
COPY monitor monitor
COPY config config
COPY dashboards dashboards
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/replywatch/bin/python install --no-cache-dir --no-deps /wheels/*.whl \
    && pip --python /opt/replywatch/bin/python uninstall --yes \
        hatchling pathspec pluggy trove-classifiers \
    && mkdir --mode=0700 /var/lib/replywatch


FROM python:3.12-slim-bookworm

COPY --from=build /opt/replywatch /opt/replywatch
COPY --from=build --chown=65532:65532 /var/lib/replywatch /var/lib/replywatch

ENV PATH=/opt/replywatch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /var/lib/replywatch
VOLUME /var/lib/replywatch
EXPOSE 9877

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9877/-/healthy', timeout=4)"]

ENTRYPOINT ["replywatch"]
CMD ["run", "-c", "/etc/replywatch/replywatch.yml"]
