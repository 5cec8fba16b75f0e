import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeyMulti, encodeAddress, sortAddresses } from '@polkadot/util-crypto';
import { TEA, dev, fresh } from '../src/accounts.ts';
import { DispatchFailed, eventData, freeBalance, send } from '../src/client.ts';
import { type Chain, funded } from './chain.ts';

/** What accounts can do beyond paying. */
export function accountTests(chain: Chain): void {
  describe('accounts', () => {
    it('batches calls, all or none', async () => {
      const { api } = chain;
      const [sender, one, two] = [await funded(api, 50n * TEA), fresh(), fresh()];
      const pay = (to: string, amount: bigint) => api.tx.balances.transferKeepAlive(to, amount);

      await send(api.tx.utility.batchAll([pay(one.address, TEA), pay(two.address, 2n * TEA)]), sender);
      assert.equal(await freeBalance(api, one.address), TEA);
      assert.equal(await freeBalance(api, two.address), 2n * TEA);

      const tooMuch = api.tx.utility.batchAll([pay(one.address, TEA), pay(two.address, 1000n * TEA)]);
      await assert.rejects(send(tooMuch, sender), DispatchFailed);
      assert.equal(await freeBalance(api, one.address), TEA);
    });

    it('lets a proxy act within its bounds', async () => {
      const { api } = chain;
      const [owner, helper] = [await funded(api, 50n * TEA), await funded(api, 5n * TEA)];
      const receiver = fresh();
      await send(api.tx.proxy.addProxy(helper.address, 'NonTransfer', 0), owner);

      const remark = api.tx.proxy.proxy(owner.address, null, api.tx.system.remarkWithEvent('0x746561'));
      const [who] = eventData(await send(remark, helper), 'system', 'Remarked');
      assert.equal(who.toString(), owner.address);

      const transfer = api.tx.balances.transferKeepAlive(receiver.address, TEA);
      const outcome = await send(api.tx.proxy.proxy(owner.address, null, transfer), helper);
      const [result] = eventData(outcome, 'proxy', 'ProxyExecuted');
      assert.match(JSON.stringify(result.toHuman()), /Err/);
      assert.equal(await freeBalance(api, receiver.address), 0n);

      await send(api.tx.proxy.removeProxy(helper.address, 'NonTransfer', 0), owner);
      await assert.rejects(send(remark, helper), /proxy\.NotProxy/);
    });

    it('executes what enough signatories of a multisig approve', async () => {
      const { api } = chain;
      const signers = [await funded(api, 20n * TEA), await funded(api, 20n * TEA), fresh()];
      const addresses = signers.map(({ address }) => address);
      const multisig = encodeAddress(createKeyMulti(addresses, 2), 42);
      await send(api.tx.balances.transferKeepAlive(multisig, 10n * TEA), dev('Bob'));

      const receiver = fresh();
      const call = api.tx.balances.transferKeepAlive(receiver.address, 4n * TEA);
      const { weight } = await call.paymentInfo(multisig);
      const others = (own: string) => sortAddresses(addresses.filter((address) => address !== own), 42);

      const [first, second] = signers;
      await send(api.tx.multisig.approveAsMulti(2, others(first.address), null, call.method.hash, weight), first);
      assert.equal(await freeBalance(api, receiver.address), 0n);
      const pending = await api.query.multisig.multisigs(multisig, call.method.hash);
      const { when } = pending.unwrap();
      const outcome = await send(api.tx.multisig.asMulti(2, others(second.address), when, call, weight), second);
      eventData(outcome, 'multisig', 'MultisigExecuted');
      assert.equal(await freeBalance(api, receiver.address), 4n * TEA);
    });

    it('gives root to the sudo key of a development chain', async () => {
      const { api } = chain;
      const remark = api.tx.system.remarkWithEvent('0x726f6f74');
      const outcome = await send(api.tx.sudo.sudo(remark), dev('Alice'));
      // A remark wants a signer, and root is none: the call was made, with root, and said so.
      const [refused] = eventData(outcome, 'sudo', 'Sudid');
      assert.match(JSON.stringify(refused.toHuman()), /BadOrigin/);

      const allowed = await send(api.tx.sudo.sudo(api.tx.system.setStorage([['0x746561', '0x01']])), dev('Alice'));
      const [result] = eventData(allowed, 'sudo', 'Sudid');
      assert.match(JSON.stringify(result.toHuman()), /Ok/);
      assert.equal((await api.rpc.state.getStorage('0x746561'))?.toString(), '0x01');
    });

    it('creates a collection of tokens, mints and moves one', async () => {
      const { api } = chain;
      const [artist, collector] = [await funded(api, 100n * TEA), await funded(api, TEA)];
      const config = {
        settings: 0,
        maxSupply: null,
        mintSettings: { mintType: 'Issuer', price: null, startBlock: null, endBlock: null, defaultItemSettings: 0 },
      };
      const created = await send(api.tx.nfts.create(artist.address, config), artist);
      const collection = eventData(created, 'nfts', 'Created')[0].toString();

      await send(api.tx.nfts.mint(collection, 7, artist.address, null), artist);
      await send(api.tx.nfts.transfer(collection, 7, collector.address), artist);
      const item = (await api.query.nfts.item(collection, 7)).toHuman() as { owner: string } | null;
      assert.equal(item?.owner, collector.address);
      await assert.rejects(send(api.tx.nfts.mint(collection, 8, collector.address, null), collector), /nfts\.NoPermission/);
    });
  });
}
