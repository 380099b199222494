"""The one settings file; what differs between machines comes from the environment, or from `.env` beside manage.py."""

import re
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def flag(name, default):
    """A switch of the environment: on or off, and nothing that could be taken for either."""
    value = env.str(name, default="").lower()
    if value in ("", "1", "true", "on", "yes", "0", "false", "off", "no"):
        return default if value == "" else value in ("1", "true", "on", "yes")
    raise ImproperlyConfigured(f"{name} is “{value}”: write 1 or 0.")


def rate(name, default):
    """A number of requests in a second, minute, hour or day, as `50/s`; empty where there is to be no limit."""
    value = env.str(name, default=default)
    if value and not re.fullmatch(r"[1-9]\d*/[smhd]", value, re.ASCII):
        raise ImproperlyConfigured(f"{name} is “{value}”: write a rate as 50/s, 600/m, 1000/h or 9999/d, or nothing.")
    return value


DEBUG = flag("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set. `make run` makes one in .env; production must give its own.")
    SECRET_KEY = "only for development, with DEBUG on"  # noqa: S105
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "wsis_tracker.pages.errors.csrf_failure"
# Demonstration logins have printed passwords: they are made only where this is on.
DEMO = flag("DEMO", default=False)
# What is published has been seen by another than its author. A secretariat of one person turns this off.
FOUR_EYES = flag("FOUR_EYES", default=True)

INSTALLED_APPS = [
    "wsis_tracker",
    "wsis_tracker.register",
    "wsis_tracker.accounts",
    "wsis_tracker.rest",
    "wsis_tracker.pages",
    "mandates",
    "action_lines",
    "meetings",
    "reports",
    "wsis_tracker.apps.TrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "import_export",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "wsis_tracker.register.requests.named_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wsis_tracker.rest.answers.kept_answers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wsis_tracker.accounts.sessions.ending_sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wsis_tracker.security.SecondFactorFirst",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "wsis_tracker.urls"
WSGI_APPLICATION = "wsis_tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
# A connection is kept for the next request: to open one takes longer than to answer most.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers do not wait for the writer (WAL); a writer takes its lock at once and waits for its turn.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=1073741824; PRAGMA cache_size=-65536;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # To compile a question that spans every table costs PostgreSQL seconds; to answer it, milliseconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

# The default cache is shared between machines where CACHE_URL names one; each process keeps by itself so many answers to the public.
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if answers := env.int("ANSWERS_KEPT", default=0 if DEBUG else 500):
    CACHES["answers"] = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "answers",
        "OPTIONS": {"MAX_ENTRIES": answers},
    }
else:
    CACHES["answers"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

# The mail address to which readers write who find an error; without one the pages name the secretariat.
CONTACT = env.str("CONTACT", default="")

# Where the register is served, for the links in mails.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# How many days before a task is due its assignees are reminded, and every how many days once it is overdue.
REMIND_DAYS_BEFORE = env.list("REMIND_DAYS_BEFORE", cast=int, default=[14, 3])
REMIND_OVERDUE_EVERY = env.int("REMIND_OVERDUE_EVERY", default=7)
# How mail is sent: smtp+tls://user:password@host:587; without it mails are printed.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=CONTACT or "register@localhost")

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "admin:login"
# The first one turns away who has failed too often; tokens of the API do not pass by here.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# So often a name may be tried from an address before one waits so many minutes; a try meanwhile is not looked at and makes it no longer.
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_COOLOFF_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "wsis_tracker.accounts.lockout.address"
AXES_LOCKOUT_CALLABLE = "wsis_tracker.sign_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Who signed in is kept in our own log, in which no name is that no account has.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# A link in an invitation, or for a new password, is good for so long.
PASSWORD_RESET_TIMEOUT = 86_400 * env.int("PASSWORD_LINK_DAYS", default=3)
# Seconds from signing in until a session ends, and from its last use.
SESSION_COOKIE_AGE = env.int("SESSION_AGE", default=43_200)
SESSION_IDLE_AGE = env.int("SESSION_IDLE_AGE", default=7_200)
SESSION_EXPIRE_AT_BROWSER_CLOSE = flag("SESSION_ENDS_WITH_BROWSER", default=False)
# Whether administrators must have a second factor; the others may.
SECOND_FACTOR_FOR_ADMINISTRATORS = flag("SECOND_FACTOR_FOR_ADMINISTRATORS", default=False)
OTP_TOTP_ISSUER = "WSIS tracker"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# A document's form sends two fields for each of its paragraphs.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# How often an address may ask the API without saying who asks, and how often a token or a session may.
API_ANONYMOUS_RATE = rate("API_ANONYMOUS_RATE", default="50/s")
API_TOKEN_RATE = rate("API_TOKEN_RATE", default="50/s")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["wsis_tracker.rest.parsing.StrictJSONParser"],
    # The first one says how to sign in where that is wanted: 401 with `WWW-Authenticate: Bearer`.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wsis_tracker.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"],
    "DEFAULT_THROTTLE_CLASSES": ["wsis_tracker.rest.throttling.AnonymousThrottle", "wsis_tracker.rest.throttling.SignedInThrottle"],
    "DEFAULT_PAGINATION_CLASS": "wsis_tracker.rest.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["wsis_tracker.rest.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "wsis_tracker.rest.schema.Schema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "wsis_tracker.rest.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "WSIS tracker",
    "DESCRIPTION": f"""\
The register of record for the work of an ITU Council Working Group on the World Summit on the Information Society.

[Using the API](/using-the-api/) shows by examples how it is asked.

What is published is read without signing in. A program that writes, or reads what is not published, bears a token, which staff and
editors of organisations make on the page [`/account/tokens/`](/account/tokens/): `Authorization: Bearer wsis_<key>.<secret>`.

Rate without a token: {API_ANONYMOUS_RATE or "no limit"} for each address; with one: {API_TOKEN_RATE or "no limit"} for each token.
Beyond it the answer is `429`, and `Retry-After` says after how many seconds to ask again.""",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    # Programs bear a token; the session is for our own pages, and no program can send its cookie.
    "AUTHENTICATION_WHITELIST": ["wsis_tracker.accounts.authentication.TokenAuthentication"],
    # Words of a vocabulary stand with their field: many fields are called `kind`, each with words of its own.
    "POSTPROCESSING_HOOKS": ["wsis_tracker.rest.schema.add_problems", "wsis_tracker.rest.formats.describe_formats"],
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# Behind TLS (the default of production) cookies and redirects insist on it; `make run` serves plain HTTP on this machine alone.
SECURE = flag("SECURE", default=not DEBUG)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
