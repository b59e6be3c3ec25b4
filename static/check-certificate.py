"""python3 check-certificate.py https://address-of-the-portal certificate.jwt   (needs Python 3.11 and OpenSSL)"""
import base64, datetime, gzip, json, subprocess, sys, tempfile, urllib.request
issuer, file = sys.argv[1].rstrip("/"), sys.argv[2]
def part(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def fetch(url): return urllib.request.urlopen(url, timeout=30).read().decode()
def der(tag, body):
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(body) < 128 else bytes([128 + len(size)]) + size) + body
def verified(token):
    head, body, signature = token.strip().split(".")
    header = json.loads(part(head))
    if header["alg"] != "RS256" or not header["kid"].startswith(issuer + "/keys/"): sys.exit("unknown: signed by somebody else")
    key = json.loads(fetch(header["kid"]))
    numbers = b"".join(der(2, b"\0" + part(key[name])) if part(key[name])[0] > 127 else der(2, part(key[name])) for name in "ne")
    rsa = der(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + der(3, b"\0" + der(0x30, numbers)))
    with tempfile.NamedTemporaryFile() as k, tempfile.NamedTemporaryFile() as s:
        k.write(b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(rsa) + b"-----END PUBLIC KEY-----\n"); s.write(part(signature)); k.flush(); s.flush()
        if subprocess.run(["openssl", "dgst", "-sha256", "-verify", k.name, "-signature", s.name], input=f"{head}.{body}".encode(), capture_output=True).returncode:
            sys.exit("altered: the signature does not fit")
    return json.loads(part(body))
now, moment = datetime.datetime.now(datetime.UTC), datetime.datetime.fromisoformat
says = verified(open(file).read())
for entry in says["credentialStatus"]:
    listed = verified(fetch(entry["statusListCredential"]))
    if listed["id"] != entry["statusListCredential"] or listed["credentialSubject"]["statusPurpose"] != entry["statusPurpose"] or now > moment(listed["validUntil"]): sys.exit("status unknown")
    bits, at = gzip.decompress(part(listed["credentialSubject"]["encodedList"][1:])), int(entry["statusListIndex"])
    if bits[at // 8] & 128 >> at % 8: sys.exit({"revocation": "revoked", "suspension": "suspended"}[entry["statusPurpose"]])
print("expired" if now > moment(says["validUntil"]) else "valid", "until", says["validUntil"])
