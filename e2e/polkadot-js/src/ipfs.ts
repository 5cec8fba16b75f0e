// Contents in a tea-host (or a kubo daemon), over the part of kubo's RPC that a client needs. What comes back is not believed
// before it was hashed.

import { base32Decode, base32Encode } from '@polkadot/util-crypto';
import { digest } from './envelope.ts';

/** A content as the chain names it. */
export interface Content {
  cid: string;
  ciphertextHash: string;
  commitment: string;
  size: number;
}

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

/** `b…`, as people write a CID of these bytes. */
export const cidText = (cid: Uint8Array): string => base32Encode(cid, true);

async function ask(api: string, path: string, body?: FormData): Promise<Response> {
  const answer = await fetch(`${api.replace(/\/$/, '')}/api/v0/${path}`, { method: 'POST', ...(body ? { body } : {}) });
  if (!answer.ok) throw new Error(`${path.split('?')[0]} at ${api}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Stores a public content, and says what the chain has to know of it. */
export async function store(api: string, bytes: Uint8Array): Promise<Content> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]));
  const options = 'cid-version=1&raw-leaves=true&chunker=size-1048576&pin=true';
  const added = (await (await ask(api, `add?${options}`, form)).json()) as { Hash: string };
  const hash = hex(digest(bytes));
  // Of a public content the commitment is the hash itself.
  return { cid: hex(base32Decode(added.Hash, true)), ciphertextHash: hash, commitment: hash, size: bytes.length };
}

/** Fetches a content, and refuses one that is not what its hash says. */
export async function fetchContent(api: string, cid: Uint8Array, hash: Uint8Array): Promise<Uint8Array> {
  const answer = await ask(api, `cat?arg=${cidText(cid)}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (Buffer.compare(digest(bytes), hash) !== 0) throw new Error('the content is not the one that the chain names');
  return bytes;
}
