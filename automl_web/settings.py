"""The one settings file. Every value that differs between machines comes from the environment."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.contrib.messages import constants

from automl_web import environment as env

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(env.text("AUTOML_DATA", str(ROOT / "var"))).resolve()
RUNTIME = env.runtime_folder(DATA)

DEBUG = env.flag("AUTOML_DEBUG")
SECRET_KEY = env.text("AUTOML_SECRET_KEY") or env.secret(DATA / "secret-key")
ALLOWED_HOSTS = env.names("AUTOML_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("AUTOML_ORIGINS")
PORT = int(env.number("AUTOML_PORT", 8000, minimum=1))
HOST = socket.gethostname()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "automl_web.accounts",
    "automl_web.projects",
    "automl_web.datasets",
    "automl_web.compute",
    "automl_web.runs",
    "automl_web.registry",
    "automl_web.desks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "automl_web.accounts.sessions.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "automl_web.accounts.audit.Denials",
]

ROOT_URLCONF = "automl_web.urls"
ASGI_APPLICATION = "automl_web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "automl_web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
MESSAGE_TAGS = {constants.ERROR: "danger", constants.DEBUG: "info"}  # Bootstrap's words
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database, broker, channel layer
DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", f"unix://{RUNTIME}/valkey.sock")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    },
}
CELERY_BROKER_URL = env.text("AUTOML_BROKER", REDIS_URL.replace("unix://", "redis+socket://"))
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "control"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A hint that cannot be sent now is given up at once: no page waits for a broker, and timers send it again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
    "max_retries": 0,
}

# Work
LEASE_SECONDS = env.number("AUTOML_LEASE", 30, minimum=0.5)
# Seconds after which an idle worker must have heard of the work that waits.
DEAF_SECONDS = env.number("AUTOML_DEAF", 60, minimum=1)
DEVICES = env.text("AUTOML_DEVICES", "auto")
# Seconds without a report after which a training is taken to hang, if its reports came faster before.
PATIENCE_SECONDS = env.number("AUTOML_PATIENCE", 300, minimum=1)
RUNNER_MEMORY_BYTES = int(
    env.number("AUTOML_RUNNER_MEMORY_MB", 0, minimum=0) * 2**20
)  # 0: no limit
LEAST_FREE_BYTES = int(env.number("AUTOML_LEAST_FREE_MB", 200, minimum=0) * 2**20)
# The module that trains; tests have a lighter one.
RUNNER = env.text("AUTOML_RUNNER", "search.runner")
SOCKETS_A_PERSON = int(env.number("AUTOML_SOCKETS", 30, minimum=1))  # in each web process
MAX_UPLOAD_BYTES = int(env.number("AUTOML_MAX_UPLOAD_MB", 4096, minimum=1) * 2**20)

# Accounts
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Files
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA
FILE_UPLOAD_TEMP_DIR = DATA / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [ROOT / "automl_web" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Security. Over plain HTTP on this machine unless a proxy in front speaks TLS (AUTOML_TLS=yes).
TLS = env.flag("AUTOML_TLS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
# A browser takes cookies of such names from this very host alone, and over TLS alone.
SESSION_COOKIE_NAME = "__Host-sessionid" if TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if TLS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_IDLE = timedelta(hours=env.number("AUTOML_SESSION_IDLE_HOURS", 7 * 24, minimum=0.1))
SESSION_LONGEST = timedelta(hours=env.number("AUTOML_SESSION_HOURS", 30 * 24, minimum=0.1))
SESSION_COOKIE_AGE = int(SESSION_IDLE.total_seconds())
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
# W021: to be put on the browsers' preload list is for whoever owns the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
X_FRAME_OPTIONS = "DENY"
# The styles that Plotly sets by itself, each to the letter; base.html has the trick for all others.
PLOTLY_SHEET = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"  # of its maps
PLOTLY_HEAT_MAP = "'sha256-AR/cKIZjWPcPmBUPDA6oti9XBiTbJvz0Cro2J1VzzS8='"  # sharp pixels
PLOTLY_ATTRIBUTES = ("", "font-size:70%")  # of colour bars, and of raised and lowered digits
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, PLOTLY_SHEET],
        "style-src-attr": [
            "'unsafe-hashes'",  # which here means: attributes too, if they are these to the letter
            *map(env.source_hash, PLOTLY_ATTRIBUTES),
            PLOTLY_HEAT_MAP,
        ],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_links": {"()": "automl_web.accounts.masking.WithoutLinks"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_links"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
