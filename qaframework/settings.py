"""One settings file for every place; what differs comes from the environment.

A name that is missing says which variable to set. `QA_ENV=production` refuses to start
with anything that is only safe in a demo.
"""

import json
import os
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from qaframework.queues import QUEUES, ROUTES

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The variable's value; without a default, a missing one stops the start and is named."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} in the environment (see .env.example).")
    return value


def weak_key(word: str) -> bool:
    """Whether a word is not base64 of at least 32 random bytes."""
    plain = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        secret = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return True
    return len(secret) < 32 or len(set(secret)) < 10


def providers(words: str, *, https_only: bool) -> list[dict[str, Any]]:
    """The rows of QA_OIDC. What is missing or misspelt stops the start and is named; no secret is shown."""
    must = {"council", "id", "name", "server_url", "client_id", "client_secret"}
    may = must | {"uid_field", "trusts_email", "second_factor"}
    try:
        rows = json.loads(words or "[]")
    except ValueError:
        raise ImproperlyConfigured("QA_OIDC is not valid JSON.") from None
    for row in rows if isinstance(rows, list) else [None]:
        if not isinstance(row, dict) or not must <= set(row) <= may:
            raise ImproperlyConfigured(
                f"Each row of QA_OIDC needs {', '.join(sorted(must))}; it may have {', '.join(sorted(may - must))}."
            )
        if https_only and not str(row["server_url"]).startswith("https://"):
            raise ImproperlyConfigured("Each server_url of QA_OIDC must start with https://.")
    if len({row["id"] for row in rows}) < len(rows):
        raise ImproperlyConfigured("Each row of QA_OIDC needs an id of its own.")
    return rows


QA_ENV = env("QA_ENV")
if QA_ENV not in {"demo", "test", "production"}:
    raise ImproperlyConfigured("QA_ENV must be demo, test or production.")
PRODUCTION = QA_ENV == "production"
DATA_DIR = Path(env("QA_DATA_DIR", None if PRODUCTION else str(BASE_DIR / "var" / QA_ENV)))

SECRET_KEY = env(
    "SECRET_KEY", "test-only-key-that-production-refuses" if QA_ENV == "test" else None
)
# What seals the texts that the database alone cannot give away; the newest first (core/sealed.py).
QA_DATA_KEYS = [
    word.strip()
    for word in env(
        "QA_DATA_KEYS", "dGhlIHRlc3RzJyBvd24ga2V5LCBtYWRlIG9mIHdvcmRz" if QA_ENV == "test" else None
    ).split(",")
]
if any(weak_key(word) for word in QA_DATA_KEYS):
    raise ImproperlyConfigured(
        "QA_DATA_KEYS must be base64 of at least 32 random bytes each, with commas between."
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
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
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
    "supervision",
    "partners",
    "evidence",
    "retention",
    "qaframework",  # its commands, which look at every room
]

MIDDLEWARE = [
    "core.middleware.RequestLog",
    "core.middleware.BrowserSafety",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.SizeLimit",
    "core.middleware.DatabaseAway",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "people.middleware.SignedIn",
    "people.middleware.SessionLimits",
    "core.middleware.SignInRequired",
    "people.middleware.SecondFactorRequired",
    "core.recording.Recording",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "people.middleware.CacheAway",
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


# Where a pooler stands between web processes and PostgreSQL and gives a connection for one transaction only: then
# nothing of a session is relied upon, and the limits below are set for the role (decision 27, core/checks.py).
POOLED = env("QA_POOLED", "0") == "1"
DATABASE_LIMITS = {"lock_timeout": 15_000, "statement_timeout": 120_000}


def server(name: Mapping[str, object], **session: object) -> dict[str, Any]:
    """Django's settings for one database server; `session` is what each connection to it begins with."""
    begun = " ".join(f"-c {key}={value}" for key, value in session.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        **name,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": POOLED,
        "OPTIONS": {"connect_timeout": 5} | ({} if POOLED else {"options": begun}),
    }


_address = env("DATABASE_URL", "")
if PRODUCTION and not _address:
    raise ImproperlyConfigured("Set DATABASE_URL in the environment (see .env.example).")
_local = {"NAME": env("PGDATABASE", "qaframework"), "USER": "postgres", "HOST": env("PGHOST", "")}
DATABASES: dict[str, dict[str, Any]] = {
    "default": server(database(_address) if _address else _local, **DATABASE_LIMITS)
}
# A second server that follows the first: figures of dashboards are read there, and nothing else (core/replica.py).
if _replica := env("DATABASE_REPLICA_URL", ""):
    if PRODUCTION and _replica == _address:
        raise ImproperlyConfigured("DATABASE_REPLICA_URL must not be DATABASE_URL.")
    _followed = {
        **DATABASE_LIMITS,
        "statement_timeout": 30_000,
        "default_transaction_read_only": "on",
    }
    DATABASES["replica"] = server(database(_replica), **_followed) | {"TEST": {"MIRROR": "default"}}
    DATABASES["replica"]["OPTIONS"]["connect_timeout"] = 2
    DATABASE_ROUTERS = ["core.replica.Router"]
# Milliseconds for which a page waits for the replica to catch up, before it reads from the first server.
REPLICA_PATIENCE = int(env("QA_REPLICA_PATIENCE", "200"))

# Redis (or Valkey): redis://host:port/0, or unix:///path.sock for a socket.
REDIS_URL = env("REDIS_URL", None if PRODUCTION else f"unix://{DATA_DIR / 'valkey.sock'}")
CACHES: dict[str, dict[str, object]]
if QA_ENV == "test":
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # A Redis that is slow or away holds no page up.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
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
# Which task waits where (decision 28). A worker that names no queue takes them all.
CELERY_TASK_QUEUES = [Queue(name) for name in QUEUES]
CELERY_TASK_ROUTES = {task: {"queue": queue} for task, queue in ROUTES.items()}
CELERY_TASK_DEFAULT_QUEUE = next(iter(QUEUES))
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
        "send partners' links": "partners.tasks.send_links",
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
    {"NAME": "people.breached.NotBreached"},
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
# How old a password, code or passkey may be for acts that cannot be taken back: see people.sensitive.
REAUTHENTICATION_MINUTES = int(env("QA_REAUTHENTICATION_MINUTES", "30"))
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_MINUTES * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "people.sign_in_forms.LoginForm",
    "reauthenticate": "people.sign_in_forms.ReauthenticateForm",
    "change_password": "people.sign_in_forms.ChangePasswordForm",
    "set_password": "people.sign_in_forms.SetPasswordForm",
    "reset_password_from_key": "people.sign_in_forms.ResetPasswordKeyForm",
}
# Tries are counted before the password is looked at: when they are used up, the right one waits as well (B1, B2).
# A whole council may come from one address in the morning; wrong tries are counted apart from right ones.
# An outsider can use up the tries of a person whose address they know: the day's number is high, so that it costs
# them most of the day and that person little of it.
ACCOUNT_RATE_LIMITS = {
    "login": "40/m/ip",
    "login_failed": "30/m/ip,5/5m/key,200/d/key",
    "reset_password": "20/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
# A link from a mail to set another password works for an hour; invitations have their own time (people.sign_ins).
PASSWORD_RESET_TIMEOUT = 60 * 60
MFA_ADAPTER = "people.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the council gives the addresses
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_FORMS = {
    "add_webauthn": "people.sign_in_forms.PasskeyForm",
    "authenticate": "people.sign_in_forms.CodeForm",
    "reauthenticate": "people.sign_in_forms.CodeAgainForm",
}
MFA_TOTP_ISSUER = "QA Framework"
# Passwords known to be stolen: a folder of range files, and a service that answers for five hex digits.
BREACHED_PASSWORDS = env("QA_BREACHED_PASSWORDS", "")
BREACHED_URL = env("QA_BREACHED_URL", "")
# Single sign-on by OpenID Connect, one row for each provider of a council (docs/operations.md).
SINGLE_SIGN_ON = providers(env("QA_OIDC", "[]"), https_only=PRODUCTION)
SOCIALACCOUNT_ADAPTER = "people.single_sign_on.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": row["id"],
                "name": row["name"],
                "client_id": row["client_id"],
                "secret": row["client_secret"],
                "settings": {
                    "server_url": row["server_url"],
                    "uid_field": row.get("uid_field", "sub"),
                },
            }
            for row in SINGLE_SIGN_ON
        ],
    }
}

SESSION_ENGINE = "core.sessions"
# Seconds from signing in, and minutes without anybody at it, after which a session ends (people.middleware).
SESSION_COOKIE_AGE = 10 * 60 * 60
IDLE_MINUTES = int(env("QA_IDLE_MINUTES", "60"))
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
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^ready/", r"^metrics/"]
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
        # Only what a page of ours names itself, with the number that this answer alone has.
        "script-src": [NONCE],
        "style-src": [NONCE],
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
# An upload that is cut off leaves no file behind.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "core.uploads.NamelessFile",
]
IMPORT_MAX_BYTES = 20 * 1024 * 1024
IMPORT_MAX_ROWS = 60_000
# Of more than this the heads of QA are told: different records of cases that one person opens in an hour, files in a day.
UNUSUAL_RECORDS = int(env("QA_UNUSUAL_RECORDS", "200"))
UNUSUAL_FILES = int(env("QA_UNUSUAL_FILES", "20"))
# And nobody takes more files than this in a day.
MOST_FILES = int(env("QA_MOST_FILES", "200"))
# The largest request: a file to import and the form around it.
REQUEST_MAX_BYTES = IMPORT_MAX_BYTES + 1024 * 1024
# Pictures and PDF of an audit or an action: bytes of one file, and how many there may be (decision 0024).
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
EVIDENCE_MAX_FILES = 20
# The virus scanner: host:port, or the path of a socket. Where it is named, nothing is shown that it has not passed.
CLAMD = env("QA_CLAMD", "")
# Public keys (age1…), separated by commas, that lock backups; the private one is kept elsewhere (decision 0025).
BACKUP_RECIPIENTS = [
    key.strip() for key in env("QA_BACKUP_RECIPIENTS", "").split(",") if key.strip()
]
# The folder of pg_dump and pg_restore, where they are not in the usual places.
PG_PROGRAMS = env("QA_PG_PROGRAMS", "")

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
# No other site reads our files by script.
WHITENOISE_ALLOW_ALL_ORIGINS = False
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
    "formatters": {"line": {"()": "core.logs.Lines" if PRODUCTION else "core.logs.Plain"}},
    # The secret part of a link stands in its address; core.logs takes out the rest.
    "filters": {
        "links": {"()": "core.hiding.HideLinks", "under": "/answer/"},
        "invited": {"()": "core.hiding.HideLinks", "under": "/invited/"},
        "first passwords": {"()": "core.hiding.HideLinks", "under": "/accounts/invitation/"},
        "new passwords": {"()": "core.hiding.HideLinks", "under": "/accounts/password/reset/key/"},
        "clean": {"()": "core.logs.Clean"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["links", "invited", "first passwords", "new passwords", "clean"],
        }
    },
    # It says at its import that it is there.
    "loggers": {"pikepdf": {"level": "WARNING"}},
    "root": {
        "handlers": ["console"],
        "level": env("QA_LOG_LEVEL", "INFO" if QA_ENV != "test" else "WARNING"),
    },
}

# Numbers for Prometheus, for whoever sends this token; without one there is no such page.
QA_METRICS_TOKEN = env("QA_METRICS_TOKEN", "")
if QA_METRICS_TOKEN and len(QA_METRICS_TOKEN) < 32 and PRODUCTION:
    raise ImproperlyConfigured("QA_METRICS_TOKEN must be at least 32 random characters.")
# Whom to tell of a weakness: an e-mail address or https:// address, for /.well-known/security.txt.
QA_SECURITY_CONTACT = env("QA_SECURITY_CONTACT", "")
