"""The database object, the naming of its constraints, and the column types every table uses."""

from __future__ import annotations

import enum
import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import flask_sqlalchemy.session
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.kernel import references

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# True where the transaction about to begin may write. SQLite then takes its write lock at once: a reader that
# turns into a writer half-way loses updates or is refused (docs/decisions/0001-database.md has the figures).
writing: ContextVar[bool] = ContextVar("writing", default=True)

# True where each statement stands alone, as for a page that only reads: PostgreSQL is then spared a begin and an end,
# and a page's statements see no less of one another's moment than they would in its READ COMMITTED.
each_alone: ContextVar[bool] = ContextVar("each_alone", default=False)


@contextmanager
def only_reading() -> Iterator[None]:
    """Transactions that begin in here will not write, and keep nobody else from it."""
    token = writing.set(False)
    try:
        yield
    finally:
        writing.reset(token)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both databases; a naive datetime is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its time zone; use clock.now().")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class Session(flask_sqlalchemy.session.Session):
    """The session, which speaks to PostgreSQL without transactions where each statement stands alone."""

    def get_bind(self, *asked: Any, **rest: Any) -> sa.Engine | sa.Connection:
        bound = super().get_bind(*asked, **rest)
        return bound.get_execution_options().get("each_alone", bound) if each_alone.get() else bound


db = SQLAlchemy(model_class=Base, session_options={"class_": Session})

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
        __table__: ClassVar[sa.Table]  # SQLAlchemy says only that it can be selected from

        def __init__(self, **facts: Any) -> None: ...
else:
    Model = db.Model

Choice = TypeVar("Choice", bound=enum.Enum)
Row = TypeVar("Row", bound="Model")


def one_of(choices: type[Choice], name: str) -> sa.Enum:
    """A column that holds one member of `choices` by value, pinned by a CHECK named `name` within its table."""
    return sa.Enum(
        choices,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda kind: [str(member.value) for member in kind],
    )


def primary_key() -> Mapped[int]:
    return mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def points_to(column: str, *, index: bool = True, **rest: Any) -> Mapped[Any]:
    """A foreign key named by table and column, so that no domain imports another domain's models for it."""
    return mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.ForeignKey(column), index=index, **rest
    )


def hold(row: Row) -> Row:
    """Read `row` again and keep others from changing it until this transaction ends."""
    db.session.refresh(row, with_for_update=True)
    return row


def at_most(number: int) -> sa.BindParameter[int]:
    """A limit that stands in the words of the statement. PostgreSQL plans a statement once, and for a limit that comes
    as a value it would plan as if a tenth of everything were wanted."""
    return sa.literal(number, literal_execute=True)


def anywhere(text: str) -> str:
    """The pattern of a LIKE that finds `text` as it stands anywhere in a column; used with `escape="\\"`."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def fresh_reference(kind: type[Any], prefix: str) -> str:
    """A reference that no row of `kind` has yet."""
    while True:
        drawn = references.new(prefix)
        if not db.session.scalar(sa.select(sa.exists().where(kind.reference == drawn))):
            return drawn


def insert_unless_there(row_type: type[Model], keys: tuple[str, ...], **facts: Any) -> bool:
    """Insert a row unless one with the same unique `keys` exists; True if this call inserted it."""
    # RETURNING says which happened on both databases; the count of rows of an ORM insert does not on PostgreSQL.
    inserted = _insert(row_type, keys).values(**facts).returning(sa.literal_column("1"))
    return db.session.execute(inserted).first() is not None


def insert_all_unless_there(row_type: type[Model], keys: tuple[str, ...]) -> Any:
    """The statement that inserts each row executed with it unless one with the same unique `keys` exists."""
    return _insert(row_type.__table__, keys)


def _insert(into: Any, keys: tuple[str, ...]) -> Any:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(into).on_conflict_do_nothing(index_elements=list(keys))


def on_connect(connection: Any, _record: Any) -> None:
    """SQLite as this portal needs it: write-ahead log, foreign keys, and transactions that we begin ourselves."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
    """Whether the server hung up is seen on the socket: an idle one has nothing to read. Asking costs a round trip."""
    heard = select.poll()
    heard.register(connection.pgconn.socket, select.POLLIN)
    if heard.poll(0):
        raise InvalidatePoolError()


def plan_once(connection: Any, _record: Any) -> None:
    """PostgreSQL plans each prepared statement once for all values. Planning the board anew takes it five times as long as
    running it, and our indexes are made so that the plan does not depend on the values (docs/decisions/0010-plans.md)."""
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.autocommit = before


def prepare(engine: sa.Engine) -> None:
    """Attach the habits of its database to an engine."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", on_connect)
        sa.event.listen(engine, "begin", on_begin)
    else:
        sa.event.listen(engine, "connect", plan_once)
        sa.event.listen(engine, "checkout", on_checkout)
        engine.update_execution_options(each_alone=engine.execution_options(isolation_level="AUTOCOMMIT"))


def engine_options(url: str) -> dict[str, Any]:
    """SQLite by the newest library at hand, for Debian's has a rare fault in its write-ahead log; PostgreSQL pooled."""
    if not url.startswith("sqlite"):
        return {"pool_size": 8, "max_overflow": 4}
    try:
        import pysqlite3
    except ImportError:  # no wheel for this platform: the standard library's
        return {}
    return {"module": pysqlite3}
