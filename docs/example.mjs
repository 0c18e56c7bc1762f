/** The example of library.md, against the built package. */
import { collect, openCapture } from 'sshark';

const { sessions, packets, totals } = await collect(openCapture('fixtures/captures/openssh-login/capture.pcapng'));

for (const session of sessions) {
  const { client, server, exchanges } = session;
  console.log(`${client.address}:${client.port} -> ${server.address}:${server.port}`);
  console.log(`  ${client.identification?.text} / ${server.identification?.text}`);
  console.log(`  ${exchanges[0]?.negotiation?.kex}, host key ${exchanges[0]?.hostKey?.keyFingerprint}`);
}
console.log(`${packets.length} packets, ${totals.frames} frames`);
