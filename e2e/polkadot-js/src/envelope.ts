// The formats of tea-envelope that a client needs, written from its README: keys of results (HPKE, RFC 9180) and sealed
// content (XChaCha20-Poly1305, a chunk for each leaf of 1 MiB).

import { createHash, timingSafeEqual } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha';
import { x25519 } from '@noble/curves/ed25519';
import { expand, extract } from '@noble/hashes/hkdf';
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';

const text = (word: string): Uint8Array => new TextEncoder().encode(word);
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Number of this many bytes, lowest byte first, as SCALE has it. */
function little(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

const equal = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && timingSafeEqual(one, other);

/** SHA-256, as the chain has it of everything that is stored. */
export const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

// The key of a result: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, mode Base, of which only the exporter
// is used.

const KEM = join(text('KEM'), Uint8Array.of(0x00, 0x20));
const SUITE = join(text('HPKE'), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03));
const VERSION = text('HPKE-v1');
const NOTHING = new Uint8Array();

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, join(VERSION, suite, text(label), ikm), salt);
}

function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array): Uint8Array {
  return expand(sha256, prk, join(Uint8Array.of(0, 32), VERSION, suite, text(label), info), 32);
}

/** What an X25519 key pair of a client is. */
export interface ClientKey {
  secret: Uint8Array;
  public: Uint8Array;
}

/** A key for one errand: whoever has the secret half reads the result. */
export function clientKey(secret: Uint8Array = x25519.utils.randomPrivateKey()): ClientKey {
  return { secret, public: x25519.getPublicKey(secret) };
}

/** The key that both ends export: `enc` is in the PoT. */
export function resultKey(client: ClientKey, enc: Uint8Array, genesis: Uint8Array, context: Uint8Array): Uint8Array {
  const shared = labeledExtract(KEM, NOTHING, 'eae_prk', x25519.getSharedSecret(client.secret, enc));
  const secret = labeledExpand(KEM, shared, 'shared_secret', join(enc, client.public));
  const schedule = join(
    Uint8Array.of(0),
    labeledExtract(SUITE, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(SUITE, NOTHING, 'info_hash', join(text('tea/result/v1'), genesis)),
  );
  const exporter = labeledExpand(SUITE, labeledExtract(SUITE, secret, 'secret', NOTHING), 'exp', schedule);
  return labeledExpand(SUITE, exporter, 'sec', context);
}

/** Who is named in the context of a result, beside its purpose. */
export interface ResultContext {
  errand: bigint;
  /** The module that ran it. */
  executor: number;
  /** Account of the client, 32 bytes. */
  client: Uint8Array;
  /** The block that the PoT names. */
  block: number;
}

/** SCALE of the context: purpose `Result`, subject `Errand`, from a module to an account, no boot, block. */
export function resultContext({ errand, executor, client, block }: ResultContext): Uint8Array {
  return join(
    Uint8Array.of(5),
    Uint8Array.of(1),
    little(errand, 8),
    Uint8Array.of(0),
    little(BigInt(executor), 4),
    Uint8Array.of(1),
    client,
    little(0n, 4),
    little(BigInt(block), 4),
  );
}

// Sealed content.

const LEAF = 1 << 20;
const TAG = 16;
const PREFIX = 19;
const BOUND = 4 + 1 + PREFIX + 32;
const HEADER = BOUND + 32;

const derive = (k1: Uint8Array, info: Uint8Array): Uint8Array =>
  expand(sha256, extract(sha256, k1, text('tea/content/v1')), info, 32);

/** HMAC-SHA256 of a plaintext under a key derived from its content key. */
export function commitment(k1: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return hmac(sha256, derive(k1, text('commitment')), plaintext);
}

/** Opens a sealed content of this id. Throws when anything about it is wrong. */
export function unseal(k1: Uint8Array, id: Uint8Array, sealed: Uint8Array): Uint8Array {
  const bound = sealed.subarray(0, BOUND);
  if (sealed.length < HEADER + TAG || Buffer.from(sealed.subarray(0, 5)).toString('latin1') !== 'teac\x01') {
    throw new Error('this is no sealed content');
  }
  if (!equal(bound.subarray(BOUND - 32), id)) throw new Error('this is another content');
  if (!equal(sealed.subarray(BOUND, HEADER), derive(k1, join(text('check'), bound)))) {
    throw new Error('the key is not the one of this content');
  }
  const key = derive(k1, join(text('stream'), bound));
  const prefix = bound.subarray(5, 5 + PREFIX);
  const chunks: Uint8Array[] = [];
  for (let start = 0, index = 0; start < sealed.length; start += LEAF, index++) {
    const end = Math.min(start + LEAF, sealed.length);
    const last = end === sealed.length ? 1 : 0;
    const nonce = join(prefix, Uint8Array.of(index >>> 24, index >>> 16, index >>> 8, index), Uint8Array.of(last));
    chunks.push(xchacha20poly1305(key, nonce).decrypt(sealed.subarray(index === 0 ? HEADER : start, end)));
  }
  return join(...chunks);
}

/** The same for a content whose id is the commitment to what it means, as of results and deployments. */
export function openContent(k1: Uint8Array, id: Uint8Array, sealed: Uint8Array): Uint8Array {
  const plaintext = unseal(k1, id, sealed);
  if (!equal(commitment(k1, plaintext), id)) throw new Error('the plaintext is not the one that was committed to');
  return plaintext;
}
