import type { EvidenceSource } from './evidence.ts'
import { LinuxEvidenceSource } from './linux.ts'
import { noEvidence } from './none.ts'

export { childrenOf } from './children.ts'
export { noEvidence } from './none.ts'

/** What this machine has to show: on Linux with `/proc`, on x64 and arm64, what every thread waits for; else nothing. */
export function createEvidenceSource(): EvidenceSource {
  return LinuxEvidenceSource.ofThisMachine() ?? noEvidence
}
