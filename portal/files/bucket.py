"""A store in a bucket of any S3-compatible server. Imported only where the settings ask for one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from portal.config import Settings
from portal.files.stores import CHUNK, NAME, at_work_on, incoming_folder
from portal.kernel.errors import Away

log = logging.getLogger("portal.files")

PART = 8 * 1024 * 1024  # bytes sent at a time; a larger file becomes visible when its last part is there


class Bucket:
    """`prefix/ab/cdef…` in a bucket, named as in a folder, so that any tool can copy one to the other."""

    def __init__(self, settings: Settings) -> None:
        bucket, _, prefix = settings.file_store.removeprefix("s3://").partition("/")
        self.name = settings.file_store
        options: dict[str, Any] = {"region": settings.s3_region}
        if settings.s3_endpoint:
            options["endpoint"] = settings.s3_endpoint
        if settings.s3_key:  # without, the usual sources of the machine are asked (an instance's own role)
            options |= {"access_key_id": settings.s3_key, "secret_access_key": settings.s3_secret}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "allow_http": settings.s3_endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(minutes=10),  # of a whole answer: somebody's line may be slow
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
            **options,
        )

    def put(self, sha256: str, path: Path) -> None:
        with self._answering():
            try:
                obstore.put(self._store, _key(sha256), path, chunk_size=PART, max_concurrency=1)
            except FileNotFoundError as error:
                raise self._no_bucket(error) from error
        size, whole = self.size(sha256), path.stat().st_size
        if size != whole:
            raise Away(f"{self.in_words()} has {size} bytes of {whole}")

    def chunks(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with self._answering():
            part: Any = (
                {} if end is None and not start else {"range": {"offset": start} if end is None else (start, end)}
            )
            try:
                answer = obstore.get(self._store, _key(sha256), options=part)
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise self._no_bucket(error) from error
                raise
        return self._blocks(answer)

    def _blocks(self, answer: obstore.GetResult) -> Iterator[bytes]:
        with self._answering():
            for block in answer.stream(min_chunk_size=CHUNK):
                yield bytes(block)

    def size(self, sha256: str) -> int | None:
        try:
            with self._answering():
                return int(obstore.head(self._store, _key(sha256))["size"])
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        try:
            with self._answering():
                obstore.delete(self._store, _key(sha256))
        except FileNotFoundError:
            pass

    def names(self) -> Iterator[str]:
        with self._answering():
            for batch in obstore.list(self._store):
                names = (str(one["path"]).replace("/", "") for one in batch)
                yield from (name for name in names if NAME.fullmatch(name))

    @contextmanager
    def path_of(self, sha256: str) -> Iterator[Path]:
        file, path = at_work_on(incoming_folder())
        try:
            with file:
                for block in self.chunks(sha256):
                    file.write(block)
                file.flush()
                yield path
        finally:
            path.unlink(missing_ok=True)

    def in_words(self) -> str:
        return f"the bucket {self.name}"

    def _no_bucket(self, error: FileNotFoundError) -> Away:
        """A bucket that is not there must not look like files that are lost."""
        log.error("%s is not there: %s", self.in_words(), str(error).partition("\n")[0])
        return Away()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """A server that does not answer, or does not let us in, becomes a refusal."""
        try:
            yield
        except BaseError as error:
            log.error("%s: %s", self.in_words(), str(error).partition("\n")[0])
            raise Away() from error


def _key(sha256: str) -> str:
    if not NAME.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return f"{sha256[:2]}/{sha256[2:]}"
