import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ApiPromise } from '@polkadot/api';
import { u8aToHex } from '@polkadot/util';
import { dev } from '../src/accounts.ts';
import { connect, eventData, request, send } from '../src/client.ts';
import { TeaNode } from '../src/node.ts';

/** Epochs of the fast test network take twenty seconds; a change of the set takes effect two sessions later. */
const SESSIONS_MS = 180_000;

/** Governance changes the set of validators. */
export function rotationTests(): void {
  describe('validator set', () => {
    const nodes: TeaNode[] = [];
    let api: ApiPromise | undefined;

    before(async () => {
      for (const name of ['alice', 'bob', 'charlie', 'dave', 'eve']) {
        const bootnodes = nodes.length > 0 ? ['--bootnodes', await p2pAddress(nodes[0])] : [];
        // Eve is no validator of genesis: she runs with keys of her own until governance admits her.
        const role = name === 'eve' ? '--validator' : `--${name}`;
        nodes.push(await TeaNode.start(name, ['--chain', 'fast', role, ...bootnodes]));
      }
      api = await connect(nodes[0].url);
    });

    after(async () => {
      await api?.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    });

    it('takes in a bonded candidate that governance admits', async () => {
      assert.ok(api);
      const eve = dev('Eve');
      const bond = api.consts.validatorSet.minBond;
      // Final, so that no fork of these quick blocks can put it back into the pool.
      await send(api.tx.validatorSet.bond(bond.toString()), eve, 'finalized');

      const { keys, proof } = await rotateKeys(nodes[4], eve.publicKey);
      await send(api.tx.session.setKeys(keys, proof), eve, 'finalized');

      const outcome = await send(api.tx.sudo.sudo(api.tx.validatorSet.admit(eve.address)), dev('Alice'));
      const [who] = eventData(outcome, 'validatorSet', 'Admitted');
      assert.equal(who.toString(), eve.address);

      await until(SESSIONS_MS, 'Eve is a validator', async () => (await validators(api)).includes(eve.address));
      await until(SESSIONS_MS, 'Eve makes a block', async () => (await recentAuthors(api)).includes(eve.address));
    });

    it('lets go whom governance dismisses, while finality goes on', async () => {
      assert.ok(api);
      const bob = dev('Bob').address;
      await send(api.tx.sudo.sudo(api.tx.validatorSet.dismiss(bob)), dev('Alice'));
      await until(SESSIONS_MS, 'Bob has left', async () => !(await validators(api)).includes(bob));
      const reached = (await api.rpc.chain.getHeader()).number.toNumber();
      await until(SESSIONS_MS, 'finality goes on', async () => (await finalized(api)) > reached + 5);
    });
  });
}

async function p2pAddress(node: TeaNode): Promise<string> {
  const addresses = await request<string[]>(node.url, 'system_localListenAddresses', []);
  const address = addresses.find((candidate) => candidate.includes('/tcp/'));
  assert.ok(address, 'the node listens nowhere');
  return address;
}

/** New session keys, made by the node that will use them, with the proof that it has them. */
function rotateKeys(node: TeaNode, owner: Uint8Array): Promise<{ keys: string; proof: string }> {
  return request(node.url, 'author_rotateKeysWithOwner', [u8aToHex(owner)]);
}

async function validators(api: ApiPromise | undefined): Promise<string[]> {
  assert.ok(api);
  return (await api.query.session.validators()).map((account) => account.toString());
}

/** Authors of the last blocks. */
async function recentAuthors(api: ApiPromise | undefined): Promise<string[]> {
  assert.ok(api);
  const authors: string[] = [];
  let { hash } = await api.rpc.chain.getHeader();
  for (let back = 0; back < 20; back += 1) {
    const header = await api.derive.chain.getHeader(hash);
    if (header.author) authors.push(header.author.toString());
    hash = header.parentHash;
  }
  return authors;
}

async function finalized(api: ApiPromise | undefined): Promise<number> {
  assert.ok(api);
  const head = await api.rpc.chain.getFinalizedHead();
  return (await api.rpc.chain.getHeader(head)).number.toNumber();
}

async function until(within: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + within;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited ${within / 1000} s in vain until ${what}`);
    await new Promise((later) => setTimeout(later, 1000));
  }
}
