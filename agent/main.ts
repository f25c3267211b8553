/*
 * The scripted agent: the program of which every agent is a process unless the project brings its own. Compiled to
 * one CommonJS file. Nothing that is not needed for `ready` may be imported on the way to it: `node:net`,
 * `node:child_process` and the streams of `process` are loaded when they are used.
 */
import type { Json } from '../src/json.ts'
import { die } from './complain.ts'
import { Parking } from './parking.ts'
import { ScriptedAgent } from './scripted.ts'
import { Session } from './session.ts'

main().catch((error: unknown) => die(`${error instanceof Error ? error.message : String(error)}.`))

async function main(): Promise<void> {
  let agent: ScriptedAgent | undefined
  const session = await Session.open({
    message: (body: Json) => agent?.message(body),
    lost: (ignores) => agent?.lost(ignores),
  })
  const { channel } = session
  if (channel === undefined) stayAlive()
  else channel.hold()
  agent = new ScriptedAgent(session, channel === undefined ? undefined : new Parking(channel))
  await agent.play()
}

/** Lives on without a connection, and without a timer, which would make an agent at rest look busy from outside. */
function stayAlive(): void {
  const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
  new MessageChannel().port1.on('message', () => {})
}
