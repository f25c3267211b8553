import { spawn } from 'node:child_process'

import { expect, test } from 'vitest'

import { SuperviseError } from '../../src/errors.ts'
import { printable } from '../../src/printable.ts'
import { failure, start } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

/** Clears the screen, sets the title, fills the clipboard (also in one byte), moves up, rings, writes over, turns round. */
const ORDERS =
  '\u001b[2J\u001b]0;title\u0007\u001b]52;c;aGk=\u0007\u009d52;c;aGk=\u0007\u001b[A\bx\rover\u202e'
const OBEYED = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

test('nothing is left for a terminal to obey but colours, tabs and the ends of lines', () => {
  expect(printable(ORDERS)).not.toMatch(OBEYED)
  expect(printable(ORDERS)).toContain('\\u001b[2J')
  const harmless = '\u001b[1;31mred\u001b[0m\tä 字 👩‍🚀\r\nnext\n'
  expect(printable(harmless)).toBe(harmless)
  expect(printable('\u001b[38:2::1:2:3mred\u001b[K')).toBe('\u001b[38:2::1:2:3mred\\u001b[K')
})

test('what an agent prints cannot command the terminal that shows it when a test fails', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent({ script: { stdout: { ready: `${ORDERS} said` } } })
  expect(await agent.stdout.line('said')).toContain('\u001b[2J')
  expect(harness.output).toContain('said')
  expect(harness.output).not.toMatch(OBEYED)
})

test('the errors that quote an agent cannot either, and their facts are as they were', async () => {
  const noisy = new Scratch().shell(`printf '\\033[2J\\033]0;title\\007 last words\\n' >&2; exit 1`)
  const handle = await start(noisy)
  const error = await failure(handle.ready)
  expect(error.message).toContain('\\u001b[2J\\u001b]0;title\\u0007 last words')
  expect(error.message).not.toMatch(OBEYED)
  expect(new SuperviseError('ERR_PROTOCOL', ORDERS, { said: ORDERS })).toMatchObject({ said: ORDERS })
  expect(new SuperviseError('ERR_PROTOCOL', ORDERS).stack).not.toMatch(OBEYED)
})

test('what an agent says by its protocol cannot either', async () => {
  const cue = { t: 'cue', name: `\u009d52;c;aGk=\u0007`, n: 1 }
  const frames = [{ t: 'hello', v: 1, id: 'a', pid: 7 }, { t: 'ready' }, cue, { t: 'cue', name: ORDERS }]
  const scratch = new Scratch()
  const file = scratch.write('frames', frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''))
  const handle = await start(scratch.shell(`cat ${file} >&3\nexec sleep 86400`), { closeGrace: 50 })
  const error = await failure(handle.messages().next())
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).not.toMatch(OBEYED)
})

test('the command lines of processes that a test has left cannot either', async () => {
  const harness = await openHarness()
  const { SUPERVISE_MARK } = harness.agentCommand.env
  const env = { PATH: process.env['PATH'], SUPERVISE_MARK }
  spawn('sh', ['-c', `sleep 86400; : ${ORDERS}`], { env, stdio: 'ignore', detached: true }).unref()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_PROCESS_LEAK' })
  expect(error.message).toContain('\\u001b[2J')
  expect(error.message).not.toMatch(OBEYED)
})
