"""python3 check-certificate.py https://address-of-the-portal certificate.jwt   (needs Python 3.11 and OpenSSL)"""
import base64
import datetime
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

issuer, text = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2]).read_text()
def part(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def fetch(url): return urllib.request.urlopen(url, timeout=30).read().decode()
def der(tag, body):
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(body) < 128 else bytes([128 + len(size)]) + size) + body
def verified(token):
    what, _, signature = token.strip().rpartition(".")
    header = json.loads(part(what.split(".")[0]))
    if header["alg"] != "RS256" or not header["kid"].startswith(issuer + "/keys/"):
        sys.exit("unknown: signed by somebody else")
    key = json.loads(fetch(header["kid"]))
    numbers = b"".join(der(2, b"\0" * (part(key[name])[0] > 127) + part(key[name])) for name in "ne")
    public = der(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + der(3, b"\0" + der(0x30, numbers)))
    with tempfile.TemporaryDirectory() as at:
        pathlib.Path(at, "key").write_bytes(b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(public) + b"-----END PUBLIC KEY-----\n")
        pathlib.Path(at, "signature").write_bytes(part(signature))
        asked = ["openssl", "dgst", "-sha256", "-verify", f"{at}/key", "-signature", f"{at}/signature"]
        if subprocess.run(asked, input=what.encode(), capture_output=True).returncode:
            sys.exit("altered: the signature does not fit")
    return json.loads(part(what.split(".")[1]))
now, moment, says = datetime.datetime.now(datetime.UTC), datetime.datetime.fromisoformat, verified(text)
for entry in says["credentialStatus"]:
    listed = verified(fetch(entry["statusListCredential"]))
    of, here = listed["credentialSubject"], (listed["id"], listed["credentialSubject"]["statusPurpose"])
    if here != (entry["statusListCredential"], entry["statusPurpose"]) or now > moment(listed["validUntil"]):
        sys.exit("status unknown: the list is stale or another")
    if gzip.decompress(part(of["encodedList"][1:]))[int(entry["statusListIndex"]) // 8] & 128 >> int(entry["statusListIndex"]) % 8:
        sys.exit({"revocation": "revoked", "suspension": "suspended"}[entry["statusPurpose"]])
print("expired" if now > moment(says["validUntil"]) else "valid", "until", says["validUntil"])
