import path from 'node:path'

import { Scratch } from './scratch.ts'

/**
 * An agent that does this at each message, with `fs`, `path`, `connection` and `told` at hand, which sends the code of the error
 * in which something ends, or `done`.
 */
export function obedient(body: string): { run: string[] } {
  const api = path.resolve(import.meta.dirname, '../../dist/agent/index.js')
  const file = new Scratch().write(
    'agent.mjs',
    `
    import fs from 'node:fs'
    import path from 'node:path'
    import { connect } from ${JSON.stringify(api)}
    const connection = await connect()
    const told = async (deed) => {
      let code = 'done'
      try { deed() } catch (error) { code = error.code }
      await connection.send(code)
    }
    await connection.ready()
    connection.onMessage(async () => { ${body} })
    `,
  )
  return { run: [process.execPath, file] }
}
