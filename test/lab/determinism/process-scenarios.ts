import { readFileSync } from 'node:fs'
import path from 'node:path'

import { repository } from '../repository.ts'

/*
 * Supervisors that are other processes. `processes`: 40 lines of Node that restart 20 children which crash at once, each 8
 * times. `peers`: two supervisors that talk HTTP over a Unix socket, and the test, which has timers and asks, too: what all
 * of them say is one log, and each line is at its time. `third-party`: nodemon, node-foreman and `node --watch`, as they come.
 */
export const PROCESS_SCENARIOS = {
  processes: `
test.for(RUNS)('run %i', async (run, { supervise, clock, timeline }) => {
  const began = realNow()
  const supervisor = await supervise(process.execPath, [path('forty-lines.cjs'), '20', '8', 'sh', '-c', 'exit 3'], { clock: 'virtual' })
  await clock.runUntil(supervisor.exited)
  expect(clock.now).toBe(183_000)
  const lines = supervisor.stdout.text.trim().split('\\n')
  expect(lines).toHaveLength(20 * (9 * 2 + 1) + 6)
  for (const line of lines) timeline.note(line)
  leave(timeline, realNow() - began)
})
`,
  peers: `
import http from 'node:http'

test.for(RUNS)('run %i', async (run, { runtimeDir, supervise, agentCommand, faults, clock, timeline }) => {
  const began = realNow()
  const socketPath = runtimeDir + '/status'
  faults.inject(fault.exit(3), { attempts: 'every', at: { after: 4000 } })
  const peer = async (...args) => {
    const handle = await supervise(process.execPath, [path('peer.cjs'), ...args], { clock: 'virtual' })
    void (async () => {
      for await (const line of handle.stdout) timeline.note(line)
    })()
    return handle
  }
  await peer('serve', socketPath, agentCommand.file)
  await peer('ask', socketPath, 'sh', '-c', 'exit 4')
  const say = (...words) => timeline.note([clock.now, 'test', ...words].join(' '))
  const ticking = setInterval(() => say('tick'), 10_000)
  const asking = setInterval(() => {
    http.get({ socketPath, path: '/test' }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk)).on('end', () => say('hears', text))
    })
  }, 15_000)
  await clock.advance(130_000)
  clearInterval(ticking)
  clearInterval(asking)
  const notes = timeline.events.filter(({ kind }) => kind === 'note')
  expect(notes.map(({ text }) => Number(text.split(' ')[0]))).toEqual(notes.map(({ time }) => time))
  expect(timeline.events.map(({ time }) => time)).toEqual(timeline.events.map(({ time }) => time).toSorted((a, b) => a - b))
  expect(timeline.events.length).toBeGreaterThan(120)
  leave(timeline, realNow() - began)
})
`,
  'third-party': `
import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

test.for(RUNS)('run %i', async (run, { runtimeDir, supervise, agentCommand, faults, clock, timeline }) => {
  const began = realNow()
  const start = (...args) => supervise(process.execPath, args, { clock: 'virtual' })
  const command = (id, script = {}) => agentCommand.with({ id, script })
  const file = (name, text) => {
    writeFileSync(runtimeDir + '/' + name, text)
    return runtimeDir + '/' + name
  }
  faults.inject(fault.exit(3), { agent: 'worker', at: { after: 50_000 } })
  faults.inject(fault.exit(1), { agent: 'watched', attempts: 2, at: { after: 20_000 } })
  const changing = file('changing.txt', '')
  const watched = command('watched').shell
  await start(resolve('nodemon/bin/nodemon.js'), '--delay', '10', '--watch', changing, '--exec', watched)
  const web = command('web', { onSignal: { SIGINT: { drain: 60_000 } } }).shell
  const procfile = file('Procfile', 'web: exec ' + web + '\\nworker: exec ' + command('worker').shell + '\\n')
  const foreman = await start(resolve('foreman/nf.js'), 'start', '-j', procfile)
  const program = file('program.cjs', \`
    const { spawn } = require('node:child_process')
    const start = () => spawn(\${JSON.stringify(command('child', { lifetime: 9000 }).file)}).on('exit', () => setTimeout(start, 6000))
    setTimeout(start, 3000)
  \`)
  await start('--watch', program)
  await clock.advance(1000)
  appendFileSync(changing, 'a')
  await clock.advance(9500)
  appendFileSync(changing, 'b')
  await clock.advance(29_500)
  appendFileSync(program, '// changed')
  await clock.runUntil(foreman.exited)
  timeline.note('foreman has ended at ' + clock.now)
  appendFileSync(changing, 'c')
  await clock.advance(30_000)
  leave(timeline, realNow() - began)
})
`,
} as const

/** What their projects have besides the test: the programs, by their names there. */
export function processPrograms(): Record<string, string> {
  return Object.fromEntries(
    ['forty-lines.cjs', 'peer.cjs'].map((name) => [
      name,
      readFileSync(path.join(repository, 'test', 'participants', 'programs', name), 'utf8'),
    ]),
  )
}
