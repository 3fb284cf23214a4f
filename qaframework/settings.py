"""One settings file for every place; what differs comes from the environment.

A name that is missing says which variable to set. `QA_ENV=production` refuses to start
with anything that is only safe in a demo.
"""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The variable's value; without a default, a missing one stops the start and is named."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} in the environment (see .env.example).")
    return value


QA_ENV = env("QA_ENV")
if QA_ENV not in {"demo", "test", "production"}:
    raise ImproperlyConfigured("QA_ENV must be demo, test or production.")
PRODUCTION = QA_ENV == "production"
DATA_DIR = Path(env("QA_DATA_DIR", None if PRODUCTION else str(BASE_DIR / "var" / QA_ENV)))

SECRET_KEY = env(
    "SECRET_KEY", "test-only-key-that-production-refuses" if QA_ENV == "test" else None
)
DEBUG = env("QA_DEBUG", "0") == "1"
ALLOWED_HOSTS = env(
    "QA_HOSTS", None if PRODUCTION else "localhost,127.0.0.1,[::1],testserver"
).split(",")
QA_ORIGIN = env("QA_ORIGIN", None if PRODUCTION else "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [QA_ORIGIN]
SECURE_COOKIES = env("QA_SECURE_COOKIES", "1" if PRODUCTION else "0") == "1"

# The test clock moves "now" in demos and tests only (T-1). An ISO moment, London time.
_clock = env("QA_TEST_CLOCK", "")
TEST_CLOCK = datetime.fromisoformat(_clock) if _clock else None
# In a demo the QA team moves it in the browser too.
TEST_CLOCK_MOVABLE = env("QA_TEST_CLOCK_MOVABLE", "1" if QA_ENV == "demo" else "0") == "1"

if PRODUCTION:
    _faults = [
        (
            len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10,
            "SECRET_KEY must be at least 50 random characters",
        ),
        (
            any(
                word in SECRET_KEY.lower() for word in ("change", "insecure", "secret", "test-only")
            ),
            "SECRET_KEY is a default",
        ),
        (DEBUG, "QA_DEBUG must be off"),
        (TEST_CLOCK is not None, "QA_TEST_CLOCK must not be set"),
        (TEST_CLOCK_MOVABLE, "QA_TEST_CLOCK_MOVABLE must be off"),
        (not SECURE_COOKIES, "QA_SECURE_COOKIES must be 1: cookies go over HTTPS only"),
        (not QA_ORIGIN.startswith("https://"), "QA_ORIGIN must start with https://"),
        (
            any(host in {"*", ""} or host.startswith(".") for host in ALLOWED_HOSTS),
            "QA_HOSTS must name each host in full",
        ),
    ]
    if _wrong := [words for fault, words in _faults if fault]:
        raise ImproperlyConfigured("Production refuses to start: " + "; ".join(_wrong) + ".")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "template_partials",
    "rules.apps.AutodiscoverRulesConfig",
    "core",
    "people",
    "standards",
    "cases",
    "escalation",
    "actions",
    "audits",
    "programme",
    "moderation",
    "feedback",
    "learning",
    "reporting",
    "qaframework",  # its commands, which look at every room
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.BrowserSafety",
    "core.middleware.SizeLimit",
    "core.middleware.DatabaseAway",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.Refusals",
    "core.middleware.HistoryContext",
]

ROOT_URLCONF = "qaframework.urls"
WSGI_APPLICATION = "qaframework.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.service",
            ],
            "builtins": ["core.templatetags.service", "standards.templatetags.working_days"],
        },
    }
]


def database(address: str) -> dict[str, object]:
    """Django's settings for one `postgresql://user:password@host:port/name` address."""
    parts = urlsplit(address)
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "qaframework",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }


_address = env("DATABASE_URL", "")
if PRODUCTION and not _address:
    raise ImproperlyConfigured("Set DATABASE_URL in the environment (see .env.example).")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **(
            database(_address)
            if _address
            else {
                "NAME": env("PGDATABASE", "qaframework"),
                "USER": "postgres",
                "HOST": env("PGHOST", ""),
            }
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": "-c lock_timeout=15000 -c statement_timeout=120000",
        },
    }
}

# Redis (or Valkey): redis://host:port/0, or unix:///path.sock for a socket.
REDIS_URL = env("REDIS_URL", None if PRODUCTION else f"unix://{DATA_DIR / 'valkey.sock'}")
if QA_ENV == "test":
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }

CELERY_BROKER_URL = (
    f"redis+socket://{REDIS_URL.removeprefix('unix://')}"
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    # A request does not wait for a broker that is away (4 seconds and more unless told): see core.bell.
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "connect_retries_timeout": 0.5,
    "interval_start": 0.2,
    "interval_step": 0.2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
# A broker that is away comes back some time; a worker that gives up does not.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# What comes by itself is in each room's jobs.py; beat only rings, and a bell that is a minute old says nothing new.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": 60.0, "options": {"expires": 55}}
    for name, task in {
        "keep time": "core.tasks.keep_time",
        "send notices": "core.tasks.send_notices",
        "sweep imports": "cases.tasks.sweep_imports",
        "make waiting documents": "reporting.tasks.make_waiting",
        "work out waiting plans": "programme.tasks.work_out_waiting",
    }.items()
}
# How long a worker may be silent before another takes its run of a job.
JOB_LEASE_SECONDS = int(env("QA_JOB_LEASE_SECONDS", "300"))
# How long a mail may be in one worker's hands: longer than the longest talk with a mail server.
MAIL_LEASE_SECONDS = int(env("QA_MAIL_LEASE_SECONDS", "300"))

# Tests make their tables from the models, in a tenth of the time; the demo and production go through the migrations.
PGTRIGGER_INSTALL_ON_MIGRATE = QA_ENV == "test"
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = QA_ENV == "test"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Slow on purpose, so that tests take another.
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{'MD5' if QA_ENV == 'test' else 'Scrypt'}PasswordHasher"
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "QA Framework"

SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-qa" if SECURE_COOKIES else "qa"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
SECURE_SSL_REDIRECT = PRODUCTION and env("QA_SSL_REDIRECT", "1") == "1"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SILENCED_SYSTEM_CHECKS = [
    "security.W021"
]  # joining the browsers' preload list is the council's choice
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Behind a proxy, the last address in X-Forwarded-For is the one that the proxy saw.
BEHIND_PROXY = PRODUCTION and env("QA_BEHIND_PROXY", "0") == "1"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_BYTES = 20 * 1024 * 1024
IMPORT_MAX_ROWS = 60_000
# The largest request: a file to import and the form around it.
REQUEST_MAX_BYTES = IMPORT_MAX_BYTES + 1024 * 1024

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
# The pages behind a link, for people without an account, stand in these; the service itself is in English.
LANGUAGES = [
    ("en-gb", "English"),
    ("en", "English"),
    ("cy", "Welsh"),
    ("pl", "Polish"),
    ("ur", "Urdu"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
FORMAT_MODULE_PATH = ["qaframework.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Tests gather no files: the web process takes them from where they are.
WHITENOISE_USE_FINDERS = QA_ENV == "test"
WHITENOISE_AUTOREFRESH = QA_ENV == "test"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if QA_ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"

CRISPY_ALLOWED_TEMPLATE_PACKS = ["govuk"]
CRISPY_TEMPLATE_PACK = "govuk"

_mail = urlsplit(env("EMAIL_URL", "" if not PRODUCTION else None))
DEFAULT_FROM_EMAIL = env("QA_EMAIL_FROM", "QA Framework <no-reply@localhost>")
if _mail.scheme in {"smtp", "smtps", "smtp+tls"}:
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = float(env("QA_EMAIL_TIMEOUT", "15"))
elif not PRODUCTION:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
else:
    raise ImproperlyConfigured("EMAIL_URL must start with smtp://, smtps:// or smtp+tls://.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # The secret part of a link stands in its address.
    "filters": {"links": {"()": "core.hiding.HideLinks", "under": "/answer/"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}
    },
    "root": {
        "handlers": ["console"],
        "level": env("QA_LOG_LEVEL", "INFO" if QA_ENV != "test" else "WARNING"),
    },
}
