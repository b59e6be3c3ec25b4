"""OpenStack Swift with its S3 interface, whole in one process. Run by the Python that has Swift, which has no portal:
python -P tests/swift_server.py FOLDER ACCOUNT SECRET BUCKET. It says its address once it answers."""

from __future__ import annotations

import getpass
import logging
import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

from eventlet import listen, spawn, wsgi  # noqa: E402  # after the patch
from swift.common import storage_policy, utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp, make_pre_authed_request  # noqa: E402

STORAGE = ("account", "container", "object")
SWIFT = """
[swift-hash]
swift_hash_path_suffix = tests

[storage-policy:0]
name = one
default = yes
"""
COMMON = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/disks
mount_check = false
user = {user}
log_level = ERROR
"""
SERVER = """
[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""
PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:tempauth]
use = egg:swift#tempauth
user_{account}_files = {secret} .admin
"""
FILTERS = ("catch_errors", "gatekeeper", "listing_formats", "s3api", "slo", "dlo")


def configured(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.conf"
    path.write_text(COMMON.format(folder=folder, user=getpass.getuser()) + text)
    return str(path)


def main(folder: Path, account: str, secret: str, bucket: str) -> None:
    (folder / "disks" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(SWIFT)
    utils.set_swift_dir(str(folder))
    doors = {name: listen(("127.0.0.1", 0)) for name in STORAGE}
    for name, door in doors.items():
        place = {"ip": "127.0.0.1", "port": door.getsockname()[1]}
        ring = RingBuilder(1, 1, 0)
        ring.add_dev(
            {"id": 0, "region": 1, "zone": 1, "device": "disk", "weight": 1, **place}
            | {f"replication_{one}": value for one, value in place.items()}
        )
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{name}.ring.gz"))
    storage_policy.reload_storage_policies()
    silent = logging.getLogger("silent")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    for name, door in doors.items():
        spawn(wsgi.server, door, loadapp(configured(folder, name, SERVER.format(name=name))), silent, log_output=False)
    filters = "".join(f"\n[filter:{one}]\nuse = egg:swift#{one}\n" for one in FILTERS)
    proxy = loadapp(configured(folder, "proxy", PROXY.format(account=account, secret=secret) + filters))
    environment = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr}
    made = make_pre_authed_request(environment, "PUT", f"/v1/AUTH_{account}/{bucket}", headers={"Content-Length": "0"})
    assert made.get_response(proxy).status_int == 201
    door = listen(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    wsgi.server(door, proxy, silent, log_output=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
