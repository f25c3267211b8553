import * as fc from 'fast-check'

import { anyTestStream, anyWelcome, tryAgent, tryWelcome } from './agent.ts'
import { anyAgentStream, tryHost } from './host.ts'
import { linesIn, type Stream } from './lines.ts'

/** One surface that is given hostile streams until it has heard so many frames. */
export interface Campaign {
  readonly name: string
  readonly streams: fc.Arbitrary<Stream>
  attempt(stream: Stream): Promise<void>
}

/** What came of a campaign. */
export interface Outcome {
  readonly frames: number
  readonly streams: number
  /** The shortest stream found that goes wrong, and what does; undefined if all went well. */
  readonly failure: string | undefined
}

export const hostCampaign: Campaign = {
  name: 'the test, hearing agents',
  streams: anyAgentStream,
  attempt: tryHost,
}

export function agentCampaign(name: string, program: string, length: number): Campaign {
  return { name, streams: anyTestStream(length), attempt: (stream) => tryAgent(program, stream) }
}

export function welcomeCampaign(name: string, program: string): Campaign {
  return { name, streams: anyWelcome, attempt: (stream) => tryWelcome(program, stream) }
}

/** How many streams have one seed. */
const ROUND = 10
/** How often a failure may be tried again to make it shorter: each is a process. */
const SHRINKING = 100

/** Runs a campaign. The same seed gives the same streams, and the seed of a failure gives it first. */
export async function wage(campaign: Campaign, frames: number, seed: number): Promise<Outcome> {
  const heard = { frames: 0, streams: 0 }
  const property = fc.asyncProperty(campaign.streams, async (stream) => {
    heard.frames += linesIn(stream.pieces)
    heard.streams += 1
    await campaign.attempt(stream)
  })
  for (let round = 0; heard.frames < frames; round++) {
    const details = await fc.check(property, { seed: seed + round, numRuns: ROUND, endOnFailure: true })
    const failed = details.counterexample?.[0]
    if (failed) return { ...heard, failure: await told(campaign, failed, seed + round) }
  }
  return { ...heard, failure: undefined }
}

/** The failure of a stream, from which pieces have been left out as long as it fails without them. */
async function told({ attempt }: Campaign, stream: Stream, seed: number): Promise<string> {
  let { pieces } = stream
  let error = await failureOf(attempt, stream)
  let tries = SHRINKING
  for (let size = pieces.length >> 1; size > 0; size >>= 1) {
    // What opens the conversation stays.
    for (let at = 1; at < pieces.length && tries > 0; tries--) {
      const fewer = pieces.toSpliced(at, size)
      const failure = await failureOf(attempt, { ...stream, pieces: fewer })
      if (failure === undefined) at += size
      else [pieces, error] = [fewer, failure]
    }
  }
  const list = pieces.map((piece) => JSON.stringify(piece.toString('latin1')).slice(0, 1000))
  return `--seed ${seed} sends, cut at ${stream.cuts.join(', ')}:\n${list.join('\n')}\n${error ?? 'It went well again.'}`
}

async function failureOf(attempt: Campaign['attempt'], stream: Stream): Promise<string | undefined> {
  try {
    await attempt(stream)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.stack : String(error)
  }
}
