/** Time that other work on the machine does not make longer. */

/** Milliseconds of computing since `start`, a `process.cpuUsage()`. */
export function msSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
