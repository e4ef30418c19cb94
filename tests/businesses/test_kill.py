"""A real process, really killed: no row is lost, none doubled."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections
from django.utils import timezone

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, BusinessIdentifier, Employer, ImportBatch
from businesses.services.import_run import import_run
from tests.factories import make_world

ROWS = 8_000


def environment(files) -> dict[str, str]:
    env = os.environ | {"DATA_DIR": str(files.parent), "BIZWORKS_TEST": "1"}
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        env[variable] = urlunsplit(
            urlsplit(env[variable])._replace(path=f"/{connections[alias].settings_dict['NAME']}")
        )
    return env


@pytest.mark.parametrize("after", [2_000, 4_000])
def test_kill_9_in_the_middle_then_resume(committed, files, tmp_path, after):
    tenant = make_world("north").tenant
    path = tmp_path / "list.csv"
    path.write_text("id,name,city\n" + "".join(f"{n},Firm {n},Springfield\n" for n in range(1, ROWS + 1)))
    command = [sys.executable, "-m", "django", "import_businesses", str(path), "--tenant", tenant.slug, "--source", "L"]
    process = subprocess.Popen(command, env=environment(files), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        progress = 0
        while progress < after and process.poll() is None and time.monotonic() < deadline:
            with tenant_context(tenant.pk):
                progress = ImportBatch.objects.values_list("progress", flat=True).first() or 0
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with tenant_context(tenant.pk):
        batch = ImportBatch.objects.get()
        assert batch.state == "running"
        assert after <= batch.progress < ROWS
        assert Business.objects.count() == batch.progress == batch.rows_new
        ImportBatch.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    import_run(tenant_id=tenant.pk, batch_id=batch.pk)
    with tenant_context(tenant.pk):
        batch.refresh_from_db()
        assert (batch.state, batch.rows_new, batch.rows_unchanged, batch.rows_rejected) == ("done", ROWS, 0, 0)
        for model in (Business, Employer, BusinessIdentifier):
            assert model.objects.count() == ROWS
