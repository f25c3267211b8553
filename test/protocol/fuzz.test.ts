import { expect, test } from 'vitest'

import { buildProgram } from '../agent/build.ts'
import { agentCampaign, hostCampaign, wage, welcomeCampaign } from '../lab/fuzz/campaign.ts'

/** A sample. 100,000 frames to each side: `npm run fuzz`. */
const SEED = 1

const scripted = buildProgram('agent/main.ts')
const connected = buildProgram('test/lab/fuzz/programs/echo.ts', 'program.mjs')

const campaigns = [
  { ...hostCampaign, frames: 10_000 },
  { ...agentCampaign('the scripted agent', scripted, 400), frames: 6000 },
  { ...agentCampaign('an agent with connect()', connected, 400), frames: 2000 },
  { ...welcomeCampaign('the scripted agent, being welcomed', scripted), frames: 20 },
  { ...welcomeCampaign('an agent with connect(), being welcomed', connected), frames: 20 },
]

test.each(campaigns)('random and damaged frames are taken as the protocol says: $name', async (campaign) => {
  const { frames } = campaign
  const outcome = await wage(campaign, frames, SEED)
  expect(outcome.failure).toBeUndefined()
  expect(outcome.frames).toBeGreaterThanOrEqual(frames)
})
