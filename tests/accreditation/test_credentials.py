"""The credential by itself: what it says, that it is believed by software that is not ours, and that nothing else is."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import struct
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from openbadgeslib import OB3Verifier
from openbadgeslib.errors import LibOpenBadgesException

from portal.accreditation.credentials import baking, building, checking, keys, statuses, tokens
from portal.accreditation.credentials.baking import NoCredential
from portal.accreditation.credentials.checking import Outcome
from portal.kernel import clock

ADDRESS = "https://portal.example"
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
ALIGNED = building.Aligned("NHS Complaint Standards", "NHS-2.3", "Listening", "/standards/NHS/1.0/NHS-2.3")
ACHIEVED = building.Achieved("C1", "1.2.3", "Hearing it well", "How to hear it.", "The holder can hear it.", "a" * 64, 75, 80, (ALIGNED,))
GIVEN = building.Given(
    "7c3e2d6a-2f0a-4a3c-9f4b-0d6a1c1f3b10", "0b0c1c5e-6a7e-4a57-8a1f-0a4b8f0f7e11", ACHIEVED, dt.date(2026, 6, 1), dt.date(2029, 6, 1), "salt",
    checking.identity_hash("hal@example.org", "salt"), "", None, (1, 2), (94567, 5),
)  # fmt: skip


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = baking.PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> keys.KeyRing:
    return keys.KeyRing(tmp_path_factory.mktemp("ring") / "keys")


@pytest.fixture
def token(ring: keys.KeyRing) -> str:
    return tokens.signed(building.credential(GIVEN, ADDRESS), ring.signer(), address=ADDRESS)


def trusted(ring: keys.KeyRing, *, revoked: tuple[int, ...] = (), suspended: tuple[int, ...] = (), since: dt.datetime = NOW) -> checking.Trusted:
    set_in = {1: revoked, 2: suspended}

    def listed(where: str) -> str:
        number = int(where.rpartition("/")[2])
        return tokens.signed(statuses.credential(ADDRESS, number, set_in[number], since), ring.signer(), address=ADDRESS)

    return checking.Trusted(ADDRESS, ring.key, listed)


def pem(ring: keys.KeyRing) -> bytes:
    key = ring.all()[-1]
    public: Any = jwt.PyJWK(dict(key.jwk), algorithm="RS256").key
    made: bytes = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return made


def by_openssl(token: str, public: bytes, folder: Path) -> bool:
    (folder / "key.pem").write_bytes(public)
    what, _, signature = token.rpartition(".")
    (folder / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    command = ["openssl", "dgst", "-sha256", "-verify", str(folder / "key.pem"), "-signature", str(folder / "signature")]
    return subprocess.run(command, input=what.encode(), capture_output=True, check=False).returncode == 0


def by_openbadgeslib(token: str, public: bytes) -> bool:
    try:
        OB3Verifier(public).verify(token)
    except LibOpenBadgesException:
        return False
    return True


def test_others_believe_it_and_refuse_one_changed_character(ring: keys.KeyRing, token: str, tmp_path: Path) -> None:
    public = pem(ring)
    assert by_openssl(token, public, tmp_path)
    assert by_openbadgeslib(token, public)
    assert checking.check(token, trusted(ring), NOW).outcome is Outcome.VALID
    start, end = token.index(".") + 1, token.rindex(".")
    for at in (start + 40, (start + end) // 2, end - 40, end + 20, len(token) - 40):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert not by_openssl(altered, public, tmp_path)
        assert not by_openbadgeslib(altered, public)
        assert checking.check(altered, trusted(ring), NOW).outcome is Outcome.ALTERED


def test_the_same_row_signs_to_the_same_token(ring: keys.KeyRing, token: str) -> None:
    assert tokens.signed(building.credential(GIVEN, ADDRESS), ring.signer(), address=ADDRESS) == token
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "kid": f"{ADDRESS}/keys/{ring.signer().name}.json", "typ": "JWT"}


def test_it_says_what_it_must_and_no_name(token: str) -> None:
    says = tokens.part(token, 1)
    assert (says["iss"], says["jti"], says["sub"]) == (says["issuer"]["id"], says["id"], says["credentialSubject"]["id"])
    assert says["validFrom"] == "2026-05-31T23:00:00Z"
    assert says["validUntil"] == "2029-06-01T22:59:59Z"  # the end of the day in London, in summer
    assert says["credentialSubject"]["creditsEarned"] == 1.25
    assert "result" not in says["credentialSubject"]
    assert [one["identityType"] for one in says["credentialSubject"]["identifier"]] == ["emailAddress"]
    assert checking.belongs_to(says, "Hal@example.org")
    assert not checking.belongs_to(says, "priya@example.org")


def forged(header: Mapping[str, Any], says: Mapping[str, Any], signer: keys.Signer | None = None) -> str:
    what = ".".join(tokens.base64url(json.dumps(one).encode()) for one in (header, says))
    return f"{what}.{tokens.base64url(signer.sign(what.encode())) if signer else ''}"


def test_what_is_not_ours_is_refused_and_the_step_is_named(ring: keys.KeyRing, token: str, tmp_path: Path) -> None:
    header, says, signer = tokens.part(token, 0), tokens.part(token, 1), ring.signer()
    strangers = keys.KeyRing(tmp_path / "strangers").signer()
    hmac = jwt.encode(dict(says), pem(ring).replace(b"PUBLIC KEY", b"PUBLIC"), algorithm="HS256", headers={"kid": header["kid"]})
    subject = says["credentialSubject"]
    for made, outcome, step in (
        ("hello", Outcome.UNKNOWN, "Reading"),
        ("é.é.é", Outcome.UNKNOWN, "Reading"),
        (forged({**header, "alg": "none"}, says), Outcome.ALTERED, "Header"),
        (hmac, Outcome.ALTERED, "Header"),
        (forged({**header, "jwk": {}}, says, signer), Outcome.ALTERED, "Header"),
        (forged({**header, "kid": "https://stranger.example/keys/2026-a.json"}, says, strangers), Outcome.UNKNOWN, "Issuer"),
        (forged({**header, "kid": f"{ADDRESS}/keys/1999-z.json"}, says, strangers), Outcome.UNKNOWN, "Key"),
        (forged(header, says, strangers), Outcome.ALTERED, "Signature"),
        (forged(header, {**says, "credentialSubject": {**subject, "shoeSize": 7}}, signer), Outcome.ALTERED, "Members"),
        (forged(header, {**says, "exp": says["exp"] + 1}, signer), Outcome.ALTERED, "Claims"),
        (forged(header, {**says, "credentialStatus": []}, signer), Outcome.ALTERED, "Status"),
    ):
        found = checking.check(made, trusted(ring), NOW)
        assert (found.outcome, found.why.partition(":")[0]) == (outcome, step), made[:80]


def test_each_outcome_has_its_turn(ring: keys.KeyRing, token: str) -> None:
    near, after = dt.datetime(2029, 5, 1, tzinfo=dt.UTC), dt.datetime(2029, 6, 1, 23, tzinfo=dt.UTC)
    assert checking.check(token, trusted(ring, since=near), near).outcome is Outcome.EXPIRING
    assert checking.check(token, trusted(ring, since=after), after).outcome is Outcome.EXPIRED
    assert checking.check(token, trusted(ring, suspended=(5,)), NOW).outcome is Outcome.SUSPENDED
    assert checking.check(token, trusted(ring, revoked=(94567,), suspended=(5,)), NOW).outcome is Outcome.REVOKED
    assert checking.check(token, trusted(ring, revoked=(94566, 94568), suspended=(94567,)), NOW).outcome is Outcome.VALID


def test_a_stale_list_is_an_unknown_status(ring: keys.KeyRing, token: str) -> None:
    for there in (trusted(ring, since=NOW - dt.timedelta(hours=48, seconds=1)), checking.Trusted(ADDRESS, ring.key, lambda _where: None)):
        found = checking.check(token, there, NOW)
        assert found.outcome is Outcome.UNKNOWN
        assert "status is unknown" in found.why


def test_a_list_is_packed_as_the_specification_says() -> None:
    one = statuses.encoded([94567])
    assert len(one) < 100
    assert statuses.has(one, 94567)
    assert not statuses.has(one, 94566)
    bits = gzip.decompress(tokens.from_base64url(one[1:]))
    assert (len(bits) * 8, bits[94567 // 8]) == (131_072, 0x80 >> 94567 % 8)
    bomb = "u" + tokens.base64url(gzip.compress(bytes(10_000_000)))
    for text in (bomb, "x" + one[1:], "u", "u????"):
        with pytest.raises(ValueError, match=r"list|base64|gzip|data|file"):
            statuses.has(text, 1)


def test_what_was_baked_comes_out_the_same(token: str) -> None:
    baked = baking.into_png(baking.into_png(PNG, "an older one"), token)
    assert baking.token_in(baked) == token == OB3Verifier.extract_token_from_png(baked)
    assert baked.count(baking.KEYWORD) == 1
    drawn = baking.into_svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"/></svg>', token).encode()
    assert baking.token_in(drawn) == token == OB3Verifier.extract_token_from_svg(drawn)
    assert baking.token_in(f"\ufeff {token[:50]}\n{token[50:]}\n".encode()) == token


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PNG, "There is no credential in this PNG"),
        (PNG[:40], "damaged|too early"),
        (baking.PNG + struct.pack(">I", 0xFFFFFFFF) + b"IDAT" + bytes(20), "damaged"),
        (PNG[:33] + (b"\0\0\0\0tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))) * 2000, "more parts"),
        (baking.PNG + chunk(b"iTXt", baking.KEYWORD + b"\0\1\0\0\0" + zlib.compress(bytes(5_000_000))), "packed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "There is no credential in this SVG"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>", "cannot be read"),
        (b"%PDF-1.7 \xff\xfe", "neither a PNG"),
        (bytes(2_000_000), "larger than 1 MB"),
    ],
)  # fmt: skip
def test_a_file_without_one_says_what_to_do(content: bytes, told: str) -> None:
    with pytest.raises(NoCredential, match=told):
        baking.token_in(content)


def test_a_new_key_leaves_old_credentials_checkable(tmp_path: Path) -> None:
    with clock.at(NOW):
        ring = keys.KeyRing(tmp_path / "keys")
        old = tokens.signed(building.credential(GIVEN, ADDRESS), ring.signer(), address=ADDRESS)
        first = ring.signer().name
        ring.rotate()
        assert (first, ring.signer().name) == ("2026-a", "2026-b")
        assert not (ring.folder / "2026-a.pem").exists()
        assert (ring.folder / "2026-b.pem").stat().st_mode & 0o777 == 0o600
        assert checking.check(old, trusted(ring), NOW).outcome is Outcome.VALID
        ring.stolen("2026-a", dt.date(2026, 11, 1))
        found = checking.check(old, trusted(ring), NOW)
        assert (found.outcome, found.why.partition(":")[0]) == (Outcome.REVOKED, "Key")
        assert ring.signer().name == "2026-b"
