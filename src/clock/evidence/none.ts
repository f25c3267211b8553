import type { EvidenceSource } from './evidence.ts'

/** For systems that show nothing of what their processes do. */
export const noEvidence: EvidenceSource = { look: () => undefined }
