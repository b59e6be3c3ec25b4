"""For other systems: what was issued, and a way to draft. docs/api.md says how it is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, current_app, g, request, url_for
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from portal.kernel.errors import NotFound
from portal.organisations.queries import organisation as by_code
from portal.organisations.rows import Fault
from portal.policy import Action
from portal.recommendations import queries
from portal.recommendations.api import shapes
from portal.recommendations.api.document import document
from portal.recommendations.api.shapes import BY_SLUG, EARLIEST, MOST_DRAFTS, Draft, Narrowing, slug
from portal.recommendations.importing.reading import row_of
from portal.recommendations.importing.rows import Becomes, CaseRow, Read
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import importing
from portal.recommendations.operations.tokens import DRAFT, READ
from portal.recommendations.queries import exchange
from portal.recommendations.queries.exchange import Issued
from portal.web.gate import acting, gate
from portal.web.problems import problem

bp = Blueprint("api", __name__, url_prefix="/api/v1")
_SEVERAL: TypeAdapter[list[Draft]] = TypeAdapter(list[Draft])
_TICK = timedelta(microseconds=1)


@bp.get("/openapi.json")
@gate(Action.READ_PUBLIC_PAGES)
def described() -> Response:
    return _json(document())


@bp.get("/recommendations")
@gate(Action.SEE_RECOMMENDATIONS, scope=READ)
def listed() -> Response:
    asked = _narrowing()
    narrowed: dict[str, Any] = {}
    if asked.organisation is not None:
        organisation = by_code(asked.organisation)
        if organisation is None:
            raise NotFound(f"No organisation on the register has the code {asked.organisation}. Look for it at /organisations.")
        narrowed["organisation_id"] = organisation.id
    if asked.state is not None:
        narrowed["delivery"] = BY_SLUG[asked.state]
    if asked.updated_since is not None:
        narrowed["since"] = asked.updated_since
    if asked.after is not None:
        ticks, _, last = asked.after.partition("-")
        narrowed |= {"after_at": EARLIEST + int(ticks) * _TICK, "after_id": int(last)}
    found, more = exchange.listed(asked.limit, **narrowed)
    onward = None
    if more:
        after = f"{(found[-1].changed_at - EARLIEST) // _TICK}-{found[-1].id}"
        values: dict[str, Any] = {**request.args.to_dict(), "after": after}
        onward = url_for("api.listed", **values)
    return _json(shapes.RecommendationList(recommendations=[_shown(one) for one in found], next=onward))


@bp.get("/recommendations/<reference>")
@gate(Action.READ_RECOMMENDATION, queries.issued, scope=READ)
def shown(one: Recommendation) -> Response:
    return _json(_shown(exchange.issued(one.id)))


@bp.post("/recommendations")
@gate(Action.IMPORT_CASES, scope=DRAFT)
def drafted() -> Response:
    sent, several = _sent()
    rows = _rows(sent)
    outcome = importing.preview(lambda: rows, source="", by=acting())
    there = [Fault(line.row.line, line.fields[0], _otherwise(line.row, line.reference)) for line in outcome.changed]
    if outcome.refused or there:
        return _refused([*outcome.faults, *there], several, 409 if outcome.taken == outcome.refused else 422)
    importing.take_in(lambda: rows, source=f"API: {g.bearer.token}", by=acting())
    new = {line.row.place for line in outcome.added}
    references = exchange.references([row.case_reference for row in rows if isinstance(row, CaseRow)])
    lines = [
        shapes.Drafted(
            case_reference=row.case_reference, number=row.number, reference=references[row.place],
            outcome=Becomes.NEW.value if row.place in new else Becomes.UNCHANGED.value,
        )
        for row in rows if isinstance(row, CaseRow)
    ]  # fmt: skip
    return _json(shapes.DraftedList(drafts=lines), 201 if new else 200)


def _narrowing() -> Narrowing:
    given = request.args.to_dict(flat=False)
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        abort(problem(422, f"Name {twice[0]} once.", errors=[{"at": twice[0], "detail": "It stands there more than once."}]))
    try:
        return Narrowing.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as wrong:
        _unfit(wrong)


def _sent() -> tuple[list[Draft], bool]:
    """The drafts of the body, and whether they came in a list."""
    if request.mimetype != "application/json":
        abort(problem(415, "Send JSON, and say so in the header Content-Type: application/json."))
    body = request.get_data()
    several = body.lstrip()[:1] == b"["
    try:
        if not several:
            return [Draft.model_validate_json(body, strict=True)], False
        sent = _SEVERAL.validate_json(body, strict=True)
    except ValidationError as wrong:
        _unfit(wrong)
    if not 1 <= len(sent) <= MOST_DRAFTS:
        abort(problem(422, f"Send from 1 to {MOST_DRAFTS} drafts at a time.", errors=[{"at": "", "detail": f"There are {len(sent)} in the list."}]))
    return sent, True


def _unfit(wrong: ValidationError) -> NoReturn:
    found = wrong.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        abort(problem(400, f"The body is not JSON: {found[0]['msg']}."))
    errors = [{"at": _at(one), "detail": one["msg"].removeprefix("Value error, ")} for one in found]
    abort(problem(422, "Something is not as it must be. Correct what `errors` names, and send it again.", errors=errors))


def _at(one: ErrorDetails) -> str:
    """Where in the body, as a JSON pointer, or which parameter."""
    if request.method == "GET":
        return str(one["loc"][0])
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in one["loc"])


def _rows(sent: list[Draft]) -> list[Read]:
    """The drafts as rows, each with its position for its line."""
    rows: list[Read] = []
    places: dict[tuple[str, int], int] = {}
    for position, one in enumerate(sent):
        row = row_of(position, one.model_dump(mode="json"))
        if isinstance(row, CaseRow):
            first = places.setdefault(row.place, position)
            rows.append(row if first == position else Fault(position, "number", f"The draft at /{first} has the same case and number. Send it once."))
        else:
            rows += row
    return rows


def _otherwise(row: CaseRow, reference: str) -> str:
    return f"Case {row.case_reference} has a draft {row.number} already that says something else: {reference}. Change it on its page, or send another number."


def _refused(faults: list[Fault], several: bool, status: int) -> Response:
    """Nothing was drafted: 409 where something else stands at the places, 422 where what was sent cannot be at all."""
    errors = [{"at": f"/{one.line}/{one.column}" if several else f"/{one.column}", "detail": one.message} for one in faults]
    return problem(status, "Nothing was drafted. Correct what `errors` names, and send it again.", errors=errors)


def _shown(one: Issued) -> shapes.Recommendation:
    address = current_app.extensions["settings"].address
    return shapes.Recommendation(
        reference=one.reference, case_reference=one.case_reference, number=one.number,
        organisation=shapes.Organisation(code=one.code, name=one.organisation), type=one.type, severity=one.severity,
        public_text=one.public_text, issued_on=one.issued_on, due_on=one.due_on, original_due_on=one.original_due_on,
        acceptance=slug(one.acceptance), state=slug(one.delivery), complied_on=one.complied_on, ended_on=one.ended_on,
        updated_at=one.changed_at, address=f"{address}/recommendations/{one.reference}",
    )  # fmt: skip


def _json(said: Any, status: int = 200) -> Response:
    text = said.model_dump_json() if isinstance(said, shapes.Shape) else current_app.json.dumps(said)
    answer = Response(text, status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
