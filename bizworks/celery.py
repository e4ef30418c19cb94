"""The Celery application; run as `celery -A bizworks worker` and `celery -A bizworks beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bizworks.settings")
app = Celery("bizworks")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
