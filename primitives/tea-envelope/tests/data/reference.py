#!/usr/bin/env python3
"""Writes known_answers.txt: every format of this crate once more, from the RFCs, with nothing but hashes from a library.

Slow, not constant-time, for vectors only. It checks itself against rfc9180.txt before it writes.
"""

import hashlib
import hmac
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


# RFC 8439 and draft-irtf-cfrg-xchacha


def rounds(state):
    s = list(state)

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            v = s[z] ^ s[x]
            s[z] = ((v << n) | (v >> (32 - n))) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return s


def state(key, tail):
    return struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", tail)


def block(key, counter, nonce):
    before = state(key, struct.pack("<I", counter) + nonce)
    after = rounds(before)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(before, after)))


def chacha(key, nonce, data):
    stream = b"".join(block(key, 1 + i, nonce) for i in range((len(data) + 63) // 64))
    n = len(data)
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream[:n], "big")).to_bytes(n, "big")


def pad(data):
    return data + bytes(-len(data) % 16)


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(data), 16):
        total = (total + int.from_bytes(data[i : i + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def aead(key, nonce, aad, data):
    sealed = chacha(key, nonce, data)
    lengths = struct.pack("<QQ", len(aad), len(sealed))
    return sealed + poly1305(block(key, 0, nonce)[:32], pad(aad) + pad(sealed) + lengths)


def xaead(key, nonce, aad, data):
    s = rounds(state(key, nonce[:16]))
    return aead(struct.pack("<8I", *s[:4], *s[12:]), bytes(4) + nonce[16:], aad, data)


# RFC 7748


def x25519(scalar, point):
    p, k = 2**255 - 19, bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    x1 = int.from_bytes(point, "little") % 2**255
    x2, z2, x3, z3 = 1, 0, x1, 1
    for t in reversed(range(255)):
        bit = k >> t & 1
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        x3, z3 = (da + cb) ** 2 % p, x1 * (da - cb) ** 2 % p
        e = aa - bb
        x2, z2 = aa * bb % p, e * (aa + 121665 * e) % p
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, p - 2, p) % p).to_bytes(32, "little")


BASE = b"\x09" + bytes(31)


# RFC 5869 and RFC 9180


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(prk, info, length):
    out, last = b"", b""
    while len(out) < length:
        last = mac(prk, last + info + bytes([len(out) // 32 + 1]))
        out += last
    return out[:length]


def l_extract(suite, salt, label, ikm):
    return mac(salt or bytes(32), b"HPKE-v1" + suite + label + ikm)


def l_expand(suite, prk, label, info, length):
    return expand(prk, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


class Sender:
    KEM = b"KEM" + struct.pack(">H", 0x20)
    SUITE = b"HPKE" + struct.pack(">3H", 0x20, 1, 3)

    def __init__(self, receiver, ikm, info, psk=b"", psk_id=b""):
        sk = l_expand(self.KEM, l_extract(self.KEM, b"", b"dkp_prk", ikm), b"sk", b"", 32)
        self.enc = x25519(sk, BASE)
        prk = l_extract(self.KEM, b"", b"eae_prk", x25519(sk, receiver))
        shared = l_expand(self.KEM, prk, b"shared_secret", self.enc + receiver, 32)
        mode = bytes([1 if psk else 0])
        context = mode + l_extract(self.SUITE, b"", b"psk_id_hash", psk_id)
        context += l_extract(self.SUITE, b"", b"info_hash", info)
        secret = l_extract(self.SUITE, shared, b"secret", psk)
        self.key = l_expand(self.SUITE, secret, b"key", context, 32)
        self.nonce = l_expand(self.SUITE, secret, b"base_nonce", context, 12)
        self.exporter = l_expand(self.SUITE, secret, b"exp", context, 32)

    def seal(self, aad, plaintext):
        return aead(self.key, self.nonce, aad, plaintext)

    def export(self, context):
        return l_expand(self.SUITE, self.exporter, b"sec", context, 32)


def self_check():
    vector = {}
    for line in (HERE / "rfc9180.txt").read_text().splitlines() + ["mode end"]:
        if line.startswith("mode ") and vector:
            v = {name: bytes.fromhex(value) for name, value in vector.items()}
            sender = Sender(v["pkRm"], v["ikmE"], v["info"], v.get("psk", b""), v.get("psk_id", b""))
            assert sender.enc == v["enc"] and sender.seal(b"Count-0", v["pt"]) == v["ct 0"]
            assert sender.export(b"") == v["export -"] and x25519(v["skRm"], BASE) == v["pkRm"]
            vector = {}
        elif not line.startswith(("#", "mode ")):
            name, value = line.rsplit(" ", 1)
            vector[name] = value
    # draft-irtf-cfrg-xchacha-03, A.3.1
    text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    sealed = xaead(
        bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), text
    )
    assert sealed[-16:].hex() == "c0875924c1c7987947deafd8780acf49"


# The formats of this crate

LEAF, HEADER, TAG = 1 << 20, 88, 16


def derive(k1, info):
    return expand(mac(b"tea/content/v1", k1), info, 32)


def content(k1, content_id, prefix, plaintext):
    bound = b"teac\x01" + prefix + content_id
    key = derive(k1, b"stream" + bound)
    sealed, room, index = bound + derive(k1, b"check" + bound), LEAF - HEADER - TAG, 0
    while True:
        chunk, plaintext = plaintext[:room], plaintext[room:]
        nonce = prefix + struct.pack(">IB", index, not plaintext)
        sealed += xaead(key, nonce, b"", chunk)
        room, index = LEAF - TAG, index + 1
        if not plaintext:
            return sealed


def context(purpose):
    deployment, sender, receiver = b"\x00" + b"\xde" * 32, b"\x00" + struct.pack("<I", 7), b"\x00" + struct.pack("<I", 8)
    return bytes([purpose]) + deployment + sender + receiver + struct.pack("<II", 3, 1000)


def main():
    self_check()
    k1, content_id, genesis, ikm = b"\x11" * 32, b"\x1d" * 32, b"\x6e" * 32, bytes(range(32))
    prefix, receiver = bytes(range(19)), x25519(b"\x44" * 32, BASE)
    pattern = bytes((i ^ i >> 8 ^ i >> 16 ^ i >> 20) & 255 for i in range(LEAF - HEADER - TAG + 1))
    two_leaves = content(k1, content_id, prefix, pattern)
    assert len(two_leaves) == LEAF + TAG + 1

    pin = Sender(receiver, ikm, b"tea/k1/v1" + genesis, b"\x33" * 32, b"\x0b" * 34)
    envelope = b"\x31\x02" + b"\xc0" * 140 + pin.enc
    envelope += b"\x41\x01" + pin.seal(context(2), k1 + b"\x22" * 32)
    message = Sender(receiver, ikm, b"tea/message/v1" + genesis)
    result = Sender(receiver, ikm, b"tea/result/v1" + genesis)
    answers = {
        "content": content(k1, content_id, prefix, b"tea"),
        "content_two_leaves_sha256": hashlib.sha256(two_leaves).digest(),
        "commitment": mac(derive(k1, b"commitment"), b"tea"),
        "transport_public": receiver,
        "key_envelope": envelope,
        "key_envelope_hash": hashlib.sha256(b"tea/envelope/v1" + envelope).digest(),
        "message": message.enc + bytes([19 << 2]) + message.seal(context(4), b"tea"),
        "result_enc": result.enc,
        "result_key": result.export(context(5)),
    }
    lines = [f"{name} {value.hex()}\n" for name, value in answers.items()]
    (HERE / "known_answers.txt").write_text("# Made by reference.py.\n" + "".join(lines))


if __name__ == "__main__":
    main()
