// A dApp in a page: connect to a node, send ten TEA from Alice to Bob, wait until it is final.
//
//   npm run transfer -- ws://127.0.0.1:9944

import { connect, eventData, freeBalance, send } from '../src/client.ts';
import { TEA, dev } from '../src/accounts.ts';

const api = await connect(process.argv[2] ?? 'ws://127.0.0.1:9944');
try {
  const [alice, bob] = [dev('Alice'), dev('Bob')];
  console.log(`${api.runtimeChain.toString()}, block time ${api.consts.babe.expectedBlockTime.toString()} ms`);
  const before = await freeBalance(api, bob.address);

  const outcome = await send(api.tx.balances.transferKeepAlive(bob.address, 10n * TEA), alice, 'finalized');

  const [, , amount] = eventData(outcome, 'balances', 'Transfer');
  console.log(`${amount.toString()} sent, final in block ${outcome.blockHash}, fee ${outcome.fee}`);
  console.log(`Bob had ${before} and has ${await freeBalance(api, bob.address)}`);
} finally {
  await api.disconnect();
}
