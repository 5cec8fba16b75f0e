#!/bin/sh
# Makes the longest certificates that are read, 4096 bytes each by an extension that nobody reads, of an RSA-2048
# endorsement key under the two slow kinds of issuers: P-384 and RSA-4096, both with SHA-384. Also an RSA-2048 modulus for
# an attestation key, so that two moduli go through the fingerprint test, and a point of P-384 for an endorsement
# key. The secret keys are thrown away.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
openssl genrsa -out ek.key 2048
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
for kind in p384 rsa4096; do
	case $kind in
		p384) openssl ecparam -name secp384r1 -genkey -noout -out ca.key ;;
		rsa4096) openssl genrsa -out ca.key 4096 ;;
	esac
	openssl req -x509 -new -key ca.key -sha384 -days 36500 -subj "/CN=Benchmark issuer" -out ca.pem
	# A signature on a curve has no fixed length, so the right one may take some tries.
	padding=2000 size=0
	while [ "$size" -ne 4096 ]; do
		size=$(certify "$padding")
		[ "$size" -eq 4096 ] || padding=$((padding + 4096 - size))
	done
	cp leaf.der "$out/ek_leaf_$kind.der"
	openssl pkey -in ca.key -pubout -outform DER -out "$out/issuer_$kind.spki"
done
openssl genrsa 2048 | openssl rsa -noout -modulus | sed 's/^Modulus=//' | xxd -r -p > "$out/ak_modulus.bin"
openssl ecparam -name secp384r1 -genkey -noout | openssl pkey -pubout -outform DER | tail -c 96 > "$out/ek_point.bin"
