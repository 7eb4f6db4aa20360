# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
# For the compiled scorer; the image that runs has no compiler.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY archive archive
COPY cli cli
COPY model model
COPY seeds seeds
COPY service service
COPY training training
RUN python -m venv /opt/copytaster && /opt/copytaster/bin/pip install --no-cache-dir .
RUN /opt/copytaster/bin/copytaster train --out /var/lib/copytaster/models

FROM python:3.12-slim
LABEL org.opencontainers.image.title="Copytaster" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 copytaster \
 && useradd --system --uid 10001 --gid copytaster --no-create-home --shell /usr/sbin/nologin copytaster
COPY --from=build /opt/copytaster /opt/copytaster
COPY --from=build --chown=10001:10001 /var/lib/copytaster /var/lib/copytaster
ENV PATH=/opt/copytaster/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COPYTASTER_HOME=/var/lib/copytaster \
    COPYTASTER_HOST=0.0.0.0 \
    COPYTASTER_PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["copytaster", "serve"]
