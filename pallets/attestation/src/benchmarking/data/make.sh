#!/bin/sh
# Makes the longest certificate that is read, signed by the slowest kind of issuer: an RSA-2048 endorsement key under an
# RSA-4096 issuer with SHA-384, padded to 4096 bytes by an extension that nobody reads. The keys are thrown away.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
openssl genrsa -out ca.key 4096
openssl genrsa -out ek.key 2048
openssl req -x509 -new -key ca.key -sha384 -days 36500 -subj "/CN=Benchmark issuer" -out ca.pem
openssl req -new -key ek.key -subj "/" -out ek.csr
certify() {
	cat > ext.conf <<CONF
keyUsage = critical, keyEncipherment
basicConstraints = critical, CA:FALSE
extendedKeyUsage = 2.23.133.8.1
subjectAltName = critical, dirName:chip
1.2.3.4.5 = DER:04:82:$(printf '%04x' "$1" | sed 's/../&:/')$(printf ':00%.0s' $(seq "$1"))
[chip]
a.2.23.133.2.1 = id:49465800
b.2.23.133.2.2 = SLB9670
c.2.23.133.2.3 = id:00070055
CONF
	openssl x509 -req -in ek.csr -CA ca.pem -CAkey ca.key -sha384 -days 36500 -set_serial 0x0a0b0c \
		-extfile ext.conf -outform DER -out leaf.der
	wc -c < leaf.der
}
size=$(certify 2000)
size=$(certify $((2000 + 4096 - size)))
test "$size" -eq 4096
cp leaf.der "$out/ek_leaf.der"
openssl pkey -in ca.key -pubout -outform DER -out "$out/issuer.spki"
