#!/bin/sh
# Pins names, versions and hashes, and no addresses. Each list keeps to the ones before it.
set -eu
cd "$(dirname "$0")"
compile() {
  out=$1; shift
  uv pip compile ../pyproject.toml build.in "$@" --output-file "$out" --quiet --upgrade \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
    --universal --python-version 3.11
}
compile run.txt
compile test.txt --group ../pyproject.toml:test --constraint run.txt
compile check.txt --group ../pyproject.toml:check --constraint test.txt
compile services.txt --extra postgres --group ../pyproject.toml:services --constraint check.txt
compile bench.txt --group ../pyproject.toml:bench --constraint check.txt
