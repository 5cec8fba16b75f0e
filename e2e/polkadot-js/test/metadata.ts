import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StorageEntryMetadataLatest } from '@polkadot/types/interfaces';
import { connectHttp } from '../src/client.ts';
import type { Chain } from './chain.ts';

const PALLETS = [
  ...['System', 'Timestamp', 'Babe', 'Grandpa', 'Session', 'Historical', 'Offences', 'Authorship', 'Balances'],
  ...['TransactionPayment', 'Nfts', 'Utility', 'Multisig', 'Proxy', 'Scheduler', 'Preimage', 'Council'],
  ...['Elections', 'Sudo', 'ValidatorSet', 'SlotTiming'],
];

/** An unmodified client understands the chain from its metadata alone. */
export function metadataTests(chain: Chain): void {
  describe('metadata', () => {
    it('names every pallet', () => {
      const names = chain.api.runtimeMetadata.asLatest.pallets.map((pallet) => pallet.name.toString());
      assert.deepEqual(
        PALLETS.filter((pallet) => !names.includes(pallet)),
        [],
      );
    });

    it('tells token and address format', () => {
      assert.deepEqual(chain.api.registry.chainTokens, ['TEA']);
      assert.deepEqual(chain.api.registry.chainDecimals, [12]);
      assert.equal(chain.api.registry.chainSS58, 42);
    });

    it('has types that all resolve', () => {
      const { lookup } = chain.api.registry;
      for (const { id } of chain.api.runtimeMetadata.asLatest.lookup.types) {
        assert.ok(lookup.getTypeDef(id).type, `type ${id.toString()}`);
      }
    });

    it('decodes the state of every pallet', async () => {
      let read = 0;
      for (const [pallet, items] of Object.entries(chain.api.query)) {
        for (const [item, query] of Object.entries(items)) {
          const { type } = (query.creator as unknown as { meta: StorageEntryMetadataLatest }).meta;
          try {
            if (type.isPlain) {
              (await query()).toHuman();
              read += 1;
            } else {
              const entries = await query.entriesPaged({ args: [], pageSize: 10 });
              entries.forEach(([key, value]) => [key.toHuman(), value.toHuman()]);
              read += entries.length;
            }
          } catch (error) {
            throw new Error(`${pallet}.${item} does not decode`, { cause: error });
          }
        }
      }
      assert.ok(read > 50, `only ${read} values`);
    });

    it('decodes constants and errors, and every error is explained', () => {
      for (const [pallet, constants] of Object.entries(chain.api.consts)) {
        for (const [name, value] of Object.entries(constants)) {
          assert.notEqual(value.toHuman(), undefined, `${pallet}.${name}`);
        }
      }
      for (const [pallet, errors] of Object.entries(chain.api.errors)) {
        for (const [name, { meta }] of Object.entries(errors)) {
          assert.ok(meta.docs.join('').trim(), `${pallet}.${name} has no explanation`);
        }
      }
    });

    it('decodes blocks and their events', async () => {
      const head = await chain.api.rpc.chain.getHeader();
      for (let number = 1; number <= head.number.toNumber(); number += 1) {
        const hash = await chain.api.rpc.chain.getBlockHash(number);
        const { block } = await chain.api.rpc.chain.getBlock(hash);
        assert.equal(block.extrinsics[0].method.section, 'timestamp');
        const events = await (await chain.api.at(hash)).query.system.events();
        assert.ok(events.length > 0, `block ${number} has no events`);
        events.toHuman();
      }
    });

    it('serves clients over HTTP', async () => {
      const api = await connectHttp(chain.node.url);
      try {
        assert.equal(api.genesisHash.toHex(), chain.api.genesisHash.toHex());
        const { number, hash } = await api.rpc.chain.getHeader();
        assert.equal((await chain.api.rpc.chain.getBlockHash(number.unwrap())).toHex(), hash.toHex());
      } finally {
        await api.disconnect();
      }
    });
  });
}
