// A dApp that has something computed: post an errand, wait until it is settled, read and decrypt the result.
//
//   npm run errand -- CODE DATA…        ids of deployments (0x…), or files, which are stored first and public
//
//   TEA_NODE_URL    ws://127.0.0.1:9944       the node
//   TEA_IPFS_API    http://127.0.0.1:9960     the RPC of a tea-host, or a kubo daemon
//   TEA_SURI        //Bob                     who pays
//   TEA_PARAMS      –                         text that the guest gets besides
//   TEA_FUEL        1000000000                the most that it may use
//   TEA_SECONDS     300                       how long to wait for the end
//
// The result goes to standard output, everything else to standard error. It proves nothing by itself: the chain has verified
// the PoT, and `tea verify ERRAND` does so once more.

import { readFileSync } from 'node:fs';
import { Keyring, type ApiPromise } from '@polkadot/api';
import type { Codec } from '@polkadot/types/types';
import { clientKey, openContent, resultContext, resultKey } from '../src/envelope.ts';
import { fetchContent, store } from '../src/ipfs.ts';
import { connect, eventData, send } from '../src/client.ts';

const setting = (name: string, otherwise: string): string => process.env[name] || otherwise;
const say = (line: string): void => console.error(line);

/** Fields of a SCALE struct; without a types bundle nobody knows them at compile time. */
type Fields = Record<string, Codec & { unwrap?: () => Fields; toBigInt?: () => bigint }>;
const fieldsOf = (value: Codec): Fields => value as unknown as Fields;
const bytesOf = (value: Codec | undefined): Uint8Array => value!.toU8a();
const numberOf = (value: Codec | undefined): bigint => BigInt(value!.toString());

/** A source of an errand, and what its use costs. */
interface Source {
  source: unknown;
  price: bigint;
}

/** What is named: a deployment by its id, anything else a file. */
async function sourceOf(api: ApiPromise, ipfs: string, name: string): Promise<Source> {
  if (!/^0x[0-9a-f]{64}$/i.test(name)) {
    const content = await store(ipfs, readFileSync(name));
    return { source: { AdHoc: { content, sealed: false } }, price: 0n };
  }
  const deployment = (await api.query['deployment']!['deployments']!(name)) as unknown as { isNone: boolean; unwrap(): Codec };
  if (deployment.isNone) throw new Error(`there is no deployment ${name}`);
  const { terms } = fieldsOf(deployment.unwrap());
  const agreed = (await api.query['deployment']!['termsByHash']!(name, terms)) as unknown as { unwrap(): Codec };
  const price = fieldsOf(agreed.unwrap())['price'] as unknown as { inner: Codec };
  return { source: { Deployed: name }, price: BigInt(price.inner.toString()) };
}

/** The record of an errand once it is final in a finalised block. */
async function settled(api: ApiPromise, errand: bigint, seconds: number): Promise<Fields> {
  return new Promise((done, fail) => {
    let stop: (() => void) | undefined;
    const late = setTimeout(() => end(() => fail(new Error(`errand ${errand} is not settled after ${seconds} s`))), seconds * 1000);
    const end = (how: () => void): void => {
      clearTimeout(late);
      stop?.();
      how();
    };
    const look = async (hash: string): Promise<void> => {
      const at = await api.at(hash);
      const record = (await at.query['errand']!['finished']!(errand)) as unknown as { isSome: boolean; unwrap(): Codec };
      if (record.isSome) end(() => done(fieldsOf(record.unwrap())));
    };
    api.rpc.chain
      .subscribeFinalizedHeads((head) => void look(head.hash.toHex()).catch((error) => end(() => fail(error))))
      .then((unsubscribe) => (stop = unsubscribe), fail);
  });
}

const [code, ...data] = process.argv.slice(2);
if (!code) throw new Error('which code? npm run errand -- CODE DATA…');
const ipfs = setting('TEA_IPFS_API', 'http://127.0.0.1:9960');
const api = await connect(setting('TEA_NODE_URL', 'ws://127.0.0.1:9944'));
try {
  const client = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(setting('TEA_SURI', '//Bob'));
  const key = clientKey();
  const sources = await Promise.all([code, ...data].map((name) => sourceOf(api, ipfs, name)));

  // What the chain puts on hold: use prices, and gas at the limit of fuel. What is not used comes back.
  const fuel = BigInt(setting('TEA_FUEL', '1000000000'));
  const limits = { fuel, pages: 1024, output: 1 << 20, wallMs: 60_000 };
  const gasPrice = numberOf(await api.query['errand']!['gasPrice']!());
  const most = sources.reduce((sum, { price }) => sum + price, fuel * gasPrice);
  const options = { needs: { classes: 0b11_1111, capabilities: 0 }, keyWait: null, allowOwn: false, payee: null };
  const [codeSource, ...dataSources] = sources.map(({ source }) => source);
  const post = api.tx['errand']!['post']!(
    codeSource,
    dataSources,
    `0x${Buffer.from(setting('TEA_PARAMS', '')).toString('hex')}`,
    key.public,
    limits,
    most,
    100,
    options,
  );
  const posted = await send(post, client);
  const errand = numberOf(eventData(posted, 'errand', 'Posted')[0]);
  say(`errand ${errand} is in block ${posted.blockHash}`);

  const record = await settled(api, errand, Number(setting('TEA_SECONDS', '300')));
  const bill = fieldsOf(record['bill']!);
  say(`errand ${errand} is final since block ${record['finished']}: ${record['outcome']}`);
  say(`held ${bill['held']}, given back ${bill['returned']}`);
  const pot = record['pot'] as unknown as { isSome: boolean; unwrap(): Codec };
  if (!pot.isSome) throw new Error(`errand ${errand} came to no proof: ${record['outcome']}`);

  const body = fieldsOf(fieldsOf(pot.unwrap())['body']!);
  const result = fieldsOf(body['result']!);
  const sealed = await fetchContent(ipfs, bytesOf(result['cid']), bytesOf(result['ciphertext']));
  const context = resultContext({
    errand,
    executor: Number(numberOf(body['executor'])),
    client: client.publicKey,
    block: Number(numberOf(body['block'])),
  });
  const k1 = resultKey(key, bytesOf(result['enc']), api.genesisHash.toU8a(), context);
  const plaintext = openContent(k1, bytesOf(result['commitment']), sealed);
  say(`module ${body['executor']} used ${body['fuel']} fuel; it ended with ${body['exit']}`);
  process.stdout.write(plaintext);
  if (!/^"?ok"?$/i.test(String(body['exit']))) process.exitCode = 1;
} finally {
  await api.disconnect();
}
